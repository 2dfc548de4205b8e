using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class SteeringTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-steering-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private const double Free = double.NaN;

    private static readonly Tensor Values = Tensor.Of(
            [1, 2, 1.5f, 2.5f, 2, 1, 3, .5f, .5f, 0, 1, 1, 9, 9, 9, 9],
            2,
            4,
            2
        ),
        Scores = Tensor.Of([4, 1, 2, 3], 2, 2);
    private static readonly int[] Lengths = [4, 2];

    private static void Close(double[] expected, ReadOnlySpan<float> found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }

    [Fact]
    public void Golden_targets_of_temporal_differences()
    {
        Close(
            [3.489, 1.1095, 3.71, .955, 3.9, .95, 4, 1, 1.9, 2.8, 2, 3, 0, 0, 0, 0],
            TemporalDifference.Targets(Values, Scores, Lengths, 0.9).Data,
            1e-6
        );
        Close(
            [1.5, 2.5, 2, 1, 3, .5, 4, 1, 1, 1, 2, 3, 0, 0, 0, 0],
            TemporalDifference.Targets(Values, Scores, Lengths, 0).Data,
            0
        );
    }

    [Fact]
    public void Lambda_of_one_is_monte_carlo_exactly()
    {
        Close(
            [4, 1, 4, 1, 4, 1, 4, 1, 2, 3, 2, 3, 0, 0, 0, 0],
            TemporalDifference.Targets(Values, Scores, Lengths, 1).Data,
            0
        );
        // A text of one token: its scores, whatever lambda is; one of none: nothing.
        Tensor one = TemporalDifference.Targets(Values, Scores, [1, 0], 0.3);
        Close([4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], one.Data, 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Golden_loss_and_gradients_with_and_without_detached_targets(bool detach)
    {
        Tensor values = Values.Copy();
        values.RequiresGrad = true;
        Tensor loss = TemporalDifference.Loss(values, Scores, Lengths, 0.9, detach);
        Assert.Equal(16.960868125, loss.Item(), 5e-6);
        loss.Backward();
        Close(
            detach
                ? [-2.489, .8905, -2.21, 1.545, -1.9, .05, -1, -.5, -1.4, -2.8, -1, -2, 0, 0, 0, 0]
                :
                [
                    -2.489,
                    .8905,
                    -1.9611,
                    1.45595,
                    -1.45499,
                    -.184645,
                    -.409491,
                    -.7161805,
                    -1.4,
                    -2.8,
                    -.86,
                    -1.72,
                    0,
                    0,
                    0,
                    0,
                ],
            values.Grad!.Data,
            1e-5
        );
    }

    private static AttributeNetwork Golden()
    {
        AttributeNetwork network = new(new RandomStream(1, "network"), ["a", "b"], 3, 4);
        IReadOnlyList<Linear> layers = network.Network.Layers;
        Set(layers[0].Weight, .5f, -.3f, .8f, -.6f, .9f, .1f, .2f, .4f, -.7f, .3f, .3f, .3f);
        Set(layers[0].Bias!, .1f, 0, .2f, -.1f);
        Set(layers[1].Weight, 1, -.5f, .4f, .7f, .3f, .8f, -.6f, .5f);
        Set(layers[1].Bias!, .5f, 1);
        return network;

        static void Set(Tensor tensor, params float[] values) => values.CopyTo(tensor.Data);
    }

    private static readonly double[] States = [.2, -.1, .4, 1, .5, -.2];

    private static TargetEditOptions Published(int steps) => new() { Steps = steps, Coupled = true };

    private static void Close(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }

    // Weights are single precision, so that the last digits of the double-precision vectors are theirs.
    [Fact]
    public void Golden_edits_of_two_coupled_rows()
    {
        AttributeNetwork network = Golden();
        TargetEdit any = new(network, Published(1));
        Close([1.085, 1.19], any.Values(States.AsSpan(0, 3)), 1e-6);
        Close([1.289, .788], any.Values(States.AsSpan(3)), 1e-6);

        double[] targets = [3, 2, 1, 4];
        EditedStates one = any.Apply(States, targets);
        Assert.Equal(2.571390680, one.Loss, 1e-6);
        Close([.249899999, -.149949971, .449799999, .949500004, .449750005, -.149900003], one.States, 1e-7);
        EditedStates five = new TargetEdit(network, Published(5)).Apply(States, targets);
        Assert.Equal(2.165322881, five.Loss, 1e-6);
        Close([.449287733, -.349537341, .648788234, .75028397, .250267922, .049791053], five.States, 1e-6);
        TargetEdit long_ = new(network, Published(1000));
        EditedStates all = long_.Apply(States, targets);
        // The published loop is counted with the round in which it stops, the 34th.
        Assert.Equal(33, all.Steps);
        Assert.Equal(0.037399418, all.Loss, 1e-6);
        Close([3.115679, 1.896068], long_.Values(all.States.AsSpan(0, 3)), 2e-5);
        Close([1.300822, 1.25168], long_.Values(all.States.AsSpan(3)), 2e-5);
    }

    [Fact]
    public void Golden_edits_with_a_free_attribute()
    {
        TargetEdit edit = new(Golden(), Published(1000));
        EditedStates found = edit.Apply(States, [3, Free, 1, Free]);
        Assert.Equal(26 - 1, found.Steps);
        Assert.Equal(0.000011975, found.Loss, 1e-7);
        Close([.709129784, -.609875039, .907635114, .82937182, .33310876, -.361659611], found.States, 1e-5);
        Close(
            [2.005082, 1.02451],
            [edit.Values(found.States.AsSpan(0, 3))[0], edit.Values(found.States.AsSpan(3))[0]],
            2e-5
        );
    }

    [Fact]
    public void Rows_by_themselves_all_reach_their_targets()
    {
        TargetEditOptions alone = new()
        {
            WeightDecay = 0,
            Steps = 400,
            Patience = 400,
            Strict = true,
        };
        TargetEdit edit = new(Golden(), alone);
        EditedStates found = edit.Apply(States, [3, 2, 2, 2]);
        Close([3, 2], edit.Values(found.States.AsSpan(0, 3)), 0.05);
        Close([2, 2], edit.Values(found.States.AsSpan(3)), 0.05);
        // A row is edited as if it were the only one.
        Assert.Equal(found.States[3..], edit.Apply(States.AsSpan(3), [2, 2]).States);
    }

    [Fact]
    public void Where_all_is_free_or_reached_only_the_decay_moves_a_state()
    {
        TargetEdit free = new(Golden(), Published(1));
        double factor = 1 - 0.05 * 0.01;
        double[] decayed = [.. States.Select(value => value * factor)];
        EditedStates found = free.Apply(States, [Free, Free, Free, Free]);
        Assert.Equal(0, found.Loss);
        Close(decayed, found.States, 1e-15);
        // Patience: the first step is kept, and ten more better nothing.
        EditedStates long_ = new TargetEdit(Golden(), Published(1000)).Apply(States, [Free, Free, Free, Free]);
        Assert.Equal(11, long_.Steps);
        Close(decayed, long_.States, 1e-15);
    }

    [Fact]
    public void With_a_linear_network_it_goes_straight_to_the_target_along_the_rows_of_its_weights()
    {
        AttributeNetwork linear = new(new RandomStream(5, "linear"), ["a"], 4);
        double[] weights = new double[4];
        for (int i = 0; i < 4; i++)
            weights[i] = linear.Network.Layers[0].Weight.Data[i];
        double[] state = [0.3, -0.2, 0.5, 0.1];
        double before = new TargetEdit(linear, new()).Values(state)[0],
            target = before + 1;
        double last = before;
        foreach (int steps in (int[])[1, 2, 4, 8, 16])
        {
            TargetEdit edit = new(
                linear,
                new()
                {
                    WeightDecay = 0,
                    Rate = 1e-3,
                    Steps = steps,
                }
            );
            double[] z = edit.Apply(state, [target]).States;
            double now = edit.Values(z)[0];
            Assert.True(now > last && now < target);
            last = now;
            // AdamW's first steps have the signs of the gradient, which are those of the weights.
            for (int i = 0; i < 4; i++)
                Assert.Equal(Math.Sign(weights[i]), Math.Sign(z[i] - state[i]));
        }
    }

    [Fact]
    public void A_state_goes_no_further_than_it_may()
    {
        TargetEdit edit = new(Golden(), new() { WeightDecay = 0, MostMove = 0.25 });
        double[] z = edit.Apply(States, [9, 9, 9, 9]).States;
        for (int row = 0; row < 2; row++)
        {
            double moved = 0,
                size = 0;
            for (int i = 3 * row; i < 3 * row + 3; i++)
                (moved, size) = (moved + Math.Pow(z[i] - States[i], 2), size + States[i] * States[i]);
            Assert.InRange(Math.Sqrt(moved / size), 0.2, 0.25 + 1e-12);
        }
    }

    [Fact]
    public void Scores_of_any_scale_are_edited_alike()
    {
        AttributeNetwork plain = Golden(),
            scaled = Golden();
        scaled.Rescale([10, -3], [20, 0.5]);
        TargetEditOptions options = new() { Steps = 12 };
        TargetEdit one = new(plain, options),
            other = new(scaled, options);
        double[] values = one.Values(States.AsSpan(0, 3));
        Close([10 + 20 * values[0], -3 + 0.5 * values[1]], other.Values(States.AsSpan(0, 3)), 1e-5);
        // The same targets in the other units: the same edits.
        Close(
            one.Apply(States, [3, 2, 1, Free]).States,
            other.Apply(States, [10 + 20 * 3, -3 + 0.5 * 2, 10 + 20 * 1, Free]).States,
            1e-5
        );
        scaled.Save(_folder);
        Assert.Equal([20, 0.5], AttributeNetwork.Load(_folder).Scales);
        Assert.Throws<ArgumentOutOfRangeException>(() => plain.Rescale([0, 0], [1, 0]));
    }

    private static Transformer Model() =>
        new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = 12,
                HiddenSize = 16,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                IntermediateSize = 24,
                ContextLength = 16,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
            },
            new RandomStream(3, "model")
        );

    private sealed class Nothing : IStateEdit
    {
        public int Asked { get; private set; }

        public void Edit(Span<float> states, ReadOnlySpan<int> texts)
        {
            Assert.Equal(16 * texts.Length, states.Length);
            Asked++;
        }
    }

    [Fact]
    public void Steering_moves_what_a_network_predicts_and_leaves_free_texts_as_they_are()
    {
        Transformer model = Model();
        int[][] prompts = [.. Enumerable.Range(0, 20).Select(i => new[] { i % 12, 3 })];
        RolloutOptions options = new() { MaxTokens = 8, Ends = [11] };
        RandomStream random = new(4, "sample");
        IReadOnlyList<Rollout> plain = Rollouts.Sample(model, prompts, options, random);
        Nothing nothing = new();
        IReadOnlyList<Rollout> asked = Rollouts.Sample(model, prompts, options, random, edit: nothing);
        Assert.Equal(8, nothing.Asked);
        Assert.Equal(plain.SelectMany(rollout => rollout.Completion), asked.SelectMany(rollout => rollout.Completion));

        // The attribute is whether the head likes token 7: its own logit, a linear network.
        AttributeNetwork likes = new(new RandomStream(0, "overwritten"), ["seven"], 16);
        model.Embedding.Weight.Data.Slice(7 * 16, 16).CopyTo(likes.Network.Layers[0].Weight.Data);
        likes.Network.Layers[0].Bias!.Data.Clear();
        double[][] targets = [.. prompts.Select((_, i) => new[] { i < 10 ? 6.0 : Free })];
        TargetSteering steering = new(
            new(
                likes,
                new()
                {
                    WeightDecay = 0,
                    Rate = 0.2,
                    Steps = 200,
                }
            ),
            targets
        );
        IReadOnlyList<Rollout> steered = Rollouts.Sample(model, prompts, options, random, edit: steering);
        Assert.True(Share(steered.Take(10)) > Share(plain.Take(10)) + 0.3);
        Assert.Equal(
            plain.Skip(10).SelectMany(rollout => rollout.Completion),
            steered.Skip(10).SelectMany(rollout => rollout.Completion)
        );
        Assert.Equal(steered.Take(10).Sum(rollout => (long)rollout.Completion.Length), steering.Edits);
        Assert.True(steering.MoveOf(0) > 0);
        Assert.Equal(0, steering.MoveOf(10));

        static double Share(IEnumerable<Rollout> rollouts) =>
            rollouts.SelectMany(rollout => rollout.Completion).Average(token => token == 7 ? 1.0 : 0);
    }

    [Fact]
    public void After_an_edit_keys_and_values_are_the_same_to_the_bit()
    {
        Transformer model = Model();
        KeyValueCache one = model.CreateCache(2, 8),
            other = model.CreateCache(2, 8);
        int[] tokens = [1, 2, 3, 4],
            counts = [2, 2];
        Tensor states = model.DecodeHidden(tokens, counts, one);
        Assert.Equal(model.Decode(tokens, counts, other).ToArray(), model.Logits(states).ToArray());
        states.Data.Fill(100);
        // The next tokens read the caches, and find no difference.
        Assert.Equal(
            model.Decode((int[])[5, 6], [1, 1], other).ToArray(),
            model.Decode((int[])[5, 6], [1, 1], one).ToArray()
        );
    }

    [Fact]
    public void A_network_learns_what_states_say_and_a_stopped_training_goes_on_to_the_same_bits()
    {
        RandomStream random = new(9, "texts");
        ScoredStates Text(int i)
        {
            RandomStream own = random.Child(i);
            double score = 4 * own.NextDouble();
            int length = 1 + own.NextInt32(6);
            float[] states = new float[length * 5];
            for (int t = 0; t < length; t++)
            {
                for (int j = 0; j < 5; j++)
                    states[t * 5 + j] = (float)own.NextGaussian() * 0.3f;
                states[t * 5 + 2] = (float)score - 2;
            }
            return new(states, [score, 1]);
        }
        ScoredStates[] texts = [.. Enumerable.Range(0, 200).Select(Text)],
            held = [.. Enumerable.Range(1000, 50).Select(Text)];
        AttributeTrainingOptions options = new()
        {
            Epochs = 20,
            LearningRate = 1e-2,
            Patience = 50,
        };
        AttributeNetwork New() => new(new RandomStream(2, "network"), ["score", "one"], 5, 16);
        TrainingResult Run(
            AttributeNetwork network,
            TrainingCheckpoints? checkpoints,
            Action<TrainingStep>? stepped = null
        ) =>
            AttributeTraining.Run(
                network,
                texts,
                held,
                options,
                new RandomStream(3, "order"),
                stepped,
                checkpoints,
                TestContext.Current.CancellationToken
            );
        AttributeNetwork whole = New(),
            parts = New(),
            resumed = New();
        TrainingResult result = Run(whole, null);
        Assert.True(result.Evaluations[^1].Value < result.Evaluations[0].Value / 4);
        string folder = Path.Combine(_folder, "checkpoints");
        Assert.Throws<InvalidOperationException>(() =>
            Run(
                parts,
                new(folder),
                step =>
                {
                    if (step.Step == 50)
                        throw new InvalidOperationException("killed");
                }
            )
        );
        Run(resumed, new(folder));
        Assert.Equal(whole.Snapshot(), resumed.Snapshot());

        whole.Save(_folder);
        AttributeNetwork loaded = AttributeNetwork.Load(_folder);
        Assert.Equal(whole.Snapshot(), loaded.Snapshot());
        Assert.Equal(["score", "one"], loaded.Attributes);
    }

    [Fact]
    public void States_are_those_that_predict_the_tokens()
    {
        Transformer model = Model();
        (int[], int[])[] texts = [([1, 2], [3, 4, 5]), ([6], [7])];
        IReadOnlyList<float[]> states = AttributeTraining.States(model, texts);
        Assert.Equal([48, 16], states.Select(state => state.Length));
        using var noGrad = Tensor.NoGrad();
        Tensor hidden = model.Hidden((int[])[1, 2, 3, 4], 1);
        for (int i = 0; i < 48; i++)
            Assert.Equal(hidden.Data[16 + i], states[0][i], 1e-5);
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        AttributeNetwork network = Golden();
        Assert.Throws<ArgumentException>(() => new AttributeNetwork(new(1, "x"), [], 3));
        Assert.Throws<ArgumentException>(() => new AttributeNetwork(new(1, "x"), ["a", "a"], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TargetEdit(network, new() { Rate = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TargetEdit(network, new() { MostMove = 0 }));
        Assert.Throws<ArgumentException>(() => new TargetEdit(network, new()).Apply([1, 2], [1, 1]));
        Assert.Throws<ArgumentException>(() => new TargetEdit(network, new()).Apply([1, 2, double.NaN], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TemporalDifference.Targets(Values, Scores, Lengths, 1.1));
        Assert.Throws<ArgumentException>(() => TemporalDifference.Targets(Values, Scores, [5, 2], 0.9));
        Assert.Throws<ArgumentException>(() =>
            AttributeTraining.Run(network, [new([1, 2, 3], [1])], [], new(), new(1, "x"))
        );
        File.WriteAllText(Path.Combine(_folder, AttributeNetwork.FileName), "{}");
        Assert.ThrowsAny<FormatException>(() => AttributeNetwork.Load(_folder));
    }
}
