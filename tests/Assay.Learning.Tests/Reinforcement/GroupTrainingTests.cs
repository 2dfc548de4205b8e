using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class GroupTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-groups-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private const int End = 5;
    private static readonly int[][] Prompts = [.. Enumerable.Range(0, 5).Select(i => new[] { i, 6 })];

    private static Transformer Policy() =>
        new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = 7,
                HiddenSize = 16,
                Layers = 1,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                IntermediateSize = 24,
                ContextLength = 12,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
            },
            new RandomStream(3, "policy")
        );

    // Right is: say the prompt's first token, then end; the first half of it is worth half.
    private static double Reward(int place, Rollout rollout) =>
        rollout.Completion[0] != place ? 0
        : rollout.Completion is [_, End] ? 1
        : 0.5;

    private static readonly GroupTrainingOptions Few = new()
    {
        Iterations = 6,
        Prompts = 4,
        Group = 6,
        Minibatches = 2,
        CheckpointEvery = 2,
        LearningRate = 3e-3,
        Sampling = new() { MaxTokens = 4, Ends = [End] },
        Advantage = new() { Rule = AdvantageRule.Canon, Measure = SplitMeasure.Entropy },
    };

    private static GroupTrace Train(
        Transformer policy,
        GroupTrainingOptions options,
        TrainingCheckpoints? checkpoints = null
    ) =>
        new GroupTraining(policy, Prompts, Reward, options, new RandomStream(1, "groups"))
        {
            Checkpoints = checkpoints,
        }.Run(TestContext.Current.CancellationToken);

    public static TheoryData<AdvantageRule> Rules => [.. Enum.GetValues<AdvantageRule>()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_learns_to_repeat_a_token_and_stop(AdvantageRule rule)
    {
        GroupTrace trace = Train(
            Policy(),
            Few with
            {
                Iterations = 80,
                Group = 8,
                Prompts = 5,
                Minibatches = 1,
                LearningRate = 1e-2,
                Advantage = new() { Rule = rule, Mu = new(MuShape.Constant, 0.5) },
            }
        );
        Assert.Equal(80, trace.Iterations.Count);
        double first = trace.Iterations.Take(5).Average(iteration => iteration.Reward),
            last = trace.Iterations.TakeLast(5).Average(iteration => iteration.Reward);
        Assert.True(first < 0.25 && last > first + 0.3, $"{rule}: {first} to {last}");
        Assert.True(trace.Iterations[^1].Entropy < trace.Iterations[0].Entropy);
        Assert.All(trace.Iterations, iteration => Assert.InRange(iteration.Length, 1, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_run_that_was_stopped_goes_on_to_the_same_bits_on_any_number_of_threads(int rounds)
    {
        GroupTrainingOptions options = Few with { SamplingRounds = rounds, Epochs = 2 };
        Transformer whole = Policy(),
            parts = Policy();
        GroupTrace once,
            resumed;
        using (Workers.Limit(1))
            once = Train(whole, options);
        string folder = Path.Combine(_folder, "run");
        using CancellationTokenSource stop = new();
        using (Workers.Limit(2))
        {
            // Stopped in the middle of its fourth iteration, after the checkpoint of the second.
            int calls = 0;
            Assert.Throws<OperationCanceledException>(() =>
                new GroupTraining(
                    parts,
                    Prompts,
                    (place, rollout) =>
                    {
                        if (++calls == 3 * 24 * Math.Max(1, rounds) + 5)
                            stop.Cancel();
                        return Reward(place, rollout);
                    },
                    options,
                    new RandomStream(1, "groups")
                )
                {
                    Checkpoints = new(folder),
                }.Run(stop.Token)
            );
            Transformer other = Policy();
            resumed = Train(other, options, new(folder));
            Assert.Equal(whole.Snapshot(), other.Snapshot());
        }
        Assert.Equal(once.Iterations, resumed.Iterations);
        Assert.Equal(once.Result.Losses, resumed.Result.Losses);
    }

    [Fact]
    public void Half_of_each_comparison_trains_as_dr_grpo_to_the_bit()
    {
        // Groups of 8 and rewards of 0, 0.5 and 1: the halves' means are exact.
        GroupTrainingOptions even = Few with
        {
            Group = 8,
        };
        Transformer canon = Policy(),
            plain = Policy();
        Train(
            canon,
            even with
            {
                Advantage = new() { Rule = AdvantageRule.Canon, Mu = new(MuShape.Constant, 0.5) },
            }
        );
        Train(plain, even with { Advantage = new() { Rule = AdvantageRule.DrGrpo } });
        Assert.Equal(plain.Snapshot(), canon.Snapshot());
    }

    [Fact]
    public void Dynamic_sampling_drops_prompts_that_teach_nothing()
    {
        GroupTrace plain = Train(Policy(), Few),
            dynamic = Train(Policy(), Few with { SamplingRounds = 6 });
        Assert.Contains(plain.Iterations, iteration => iteration.Teaching < 1);
        // What it keeps is neither all right nor all wrong, so its mean reward is between.
        Assert.All(
            dynamic.Iterations.Where(iteration => iteration.Teaching > 0),
            iteration => Assert.InRange(iteration.Reward, 0.5 / 24, 23.5 / 24)
        );
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => new GroupTraining(Policy(), [], Reward, Few, new(1, "x")).Run());
        Assert.Throws<ArgumentOutOfRangeException>(() => Train(Policy(), Few with { Group = 0 }));
        Assert.Throws<ArgumentException>(() =>
            Train(
                Policy(),
                Few with
                {
                    SamplingRounds = 2,
                    Advantage = new() { Rule = AdvantageRule.Remax },
                }
            )
        );
        TrainingException wrong = Assert.Throws<TrainingException>(() =>
            new GroupTraining(Policy(), Prompts, (_, _) => double.NaN, Few, new(1, "x")).Run()
        );
        Assert.Contains("finite", wrong.Message);
        Assert.Throws<ArgumentException>(() =>
            AdvantageEstimator.Of(
                new([1, 0], [0, 0], [1, 1], 4),
                new() { Rule = AdvantageRule.Canon, Measure = SplitMeasure.Given },
                0,
                new(1, "x")
            )
        );
    }

    [Fact]
    public void Shapings_and_measures_reach_the_advantages()
    {
        ScoredGroup group = new([1, 1, 0, 1], [0, 0, 0, 0], [2, 8, 4, 2], 8) { Measures = [1, 2, 3, 4] };
        double[] Of(AdvantageOptions options) => AdvantageEstimator.Of(group, options, 0, new(1, "x")).Advantages;
        // Rewards less 0.5 L / 8: 0.875, 0.5, -0.25, 0.875; mean 0.5.
        Assert.Equal(
            [0.375, 0, -0.75, 0.375],
            Of(
                new()
                {
                    Rule = AdvantageRule.DrGrpo,
                    Shaping = LengthShaping.Penalty,
                    Coefficient = 0.5,
                }
            )
        );
        // Overlong: 4 of 4 tokens over at 8: -1. Mean of 1, 0, 0, 1 is 0.5.
        Assert.Equal([0.5, -0.5, -0.5, 0.5], Of(new() { Rule = AdvantageRule.DrGrpo, OverlongBuffer = 4 }));
        Assert.Equal(
            [0.25, 0.25, -0.5, 0],
            Of(
                new()
                {
                    Rule = AdvantageRule.Canon,
                    Measure = SplitMeasure.Given,
                    Scale = 2,
                }
            )
        );
        double[] right = Of(new() { Rule = AdvantageRule.DrGrpo, Shaping = LengthShaping.RightAndShort }),
            others = Of(new() { Rule = AdvantageRule.DrGrpo, Shaping = LengthShaping.ShorterThanOthers });
        Assert.True(right[0] > right[1] && others[0] > others[1]);
        double[] chance = Of(new() { Rule = AdvantageRule.Canon, Measure = SplitMeasure.Random });
        Assert.Equal(0, chance.Sum(), 1e-12);
    }
}
