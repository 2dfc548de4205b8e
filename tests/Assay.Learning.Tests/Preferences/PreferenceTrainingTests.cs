using Assay.Numerics;

namespace Assay.Learning.Tests;

public class PreferenceTrainingTests
{
    private static readonly TokenPair[] Pairs =
    [
        .. Enumerable
            .Range(0, 40)
            .Select(i => new TokenPair([1, 2 + i % 5], [7, 8, 3 + i % 3, 0], i % 2 == 0 ? [9, 9, 0] : [9, 4, 9, 9, 0])),
    ];

    [Fact]
    public void TrainingPrefersWhatIsChosen()
    {
        Transformer policy = Small(3);
        PairProbabilities reference = PairProbabilities.Of(policy, Pairs);
        PreferenceTrace trace = Training(policy, reference, new() { Beta = 0.5 }).Run();
        Assert.Equal(Math.Log(2), trace.Result.Losses[0], 1e-6);
        Assert.True(trace.Result.Losses[^1] < 0.3, $"{trace.Result.Losses[^1]}");
        Assert.Equal(0, trace.Steps[0].Margin, 6);
        Assert.Equal(1, trace.Steps[^1].Accuracy);
        Assert.True(trace.Steps[^1].Margin > 1);
        PairProbabilities after = PairProbabilities.Of(policy, Pairs);
        Assert.All(
            Enumerable.Range(0, Pairs.Length),
            i => Assert.True(after.Chosen[i] - reference.Chosen[i] > after.Rejected[i] - reference.Rejected[i])
        );
    }

    [Fact]
    public void ProbabilitiesAreThoseOfSinglePasses()
    {
        Transformer model = Small(4);
        PairProbabilities found = PairProbabilities.Of(model, Pairs),
            cut = PairProbabilities.Of(model, Pairs, tail: 0.25);
        for (int i = 0; i < Pairs.Length; i++)
        {
            float[] chosen = Alone(Pairs[i].Prompt, Pairs[i].Chosen),
                rejected = Alone(Pairs[i].Prompt, Pairs[i].Rejected);
            Assert.Equal(chosen.Sum(), found.Chosen[i], 1e-4);
            Assert.Equal(rejected.Sum(), found.Rejected[i], 1e-4);
            // Beyond the shorter completion a quarter counts.
            int common = Math.Min(chosen.Length, rejected.Length);
            Assert.Equal(chosen[..common].Sum() + 0.25 * chosen[common..].Sum(), cut.Chosen[i], 1e-4);
            Assert.Equal(rejected[..common].Sum() + 0.25 * rejected[common..].Sum(), cut.Rejected[i], 1e-4);
        }

        float[] Alone(int[] prompt, int[] completion)
        {
            Tensor all = model.TokenLogProbabilities(TokenBatch.OfCompletions((prompt, completion)));
            return all.ToArray()[(prompt.Length - 1)..];
        }
    }

    [Theory]
    [InlineData(PreferenceObjective.Dpo)]
    [InlineData(PreferenceObjective.BetaDpo)]
    [InlineData(PreferenceObjective.Bco)]
    [InlineData(PreferenceObjective.Kto)]
    public void AKilledRunGoesOnToTheSameBits(PreferenceObjective objective)
    {
        using TemporaryFolder folder = new();
        PreferenceLossOptions loss = new() { Loss = objective, Beta = 0.5 };
        Transformer whole = Small(3),
            killed = Small(3);
        PairProbabilities reference = PairProbabilities.Of(whole, Pairs);
        PreferenceTrace expected = Training(whole, reference, loss).Run();
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Training(
                    killed,
                    reference,
                    loss,
                    new(folder.Path),
                    (step, _) =>
                    {
                        if (step.Step == 25)
                            stop.Cancel();
                    }
                )
                .Run(stop.Token)
        );
        Transformer resumed = Small(3);
        PreferenceTrace found = Training(resumed, reference, loss, new(folder.Path)).Run();
        Assert.Equal(expected.Result.Losses, found.Result.Losses);
        Assert.Equal(expected.Steps, found.Steps);
        foreach ((Parameter a, Parameter b) in whole.Parameters().Zip(resumed.Parameters()))
            Assert.Equal(a.Tensor.ToArray(), b.Tensor.ToArray());
    }

    [Fact]
    public void TheSameOnOneAndTwoThreads()
    {
        double[] Losses(int threads)
        {
            using Workers.LimitScope limit = Workers.Limit(threads);
            Transformer policy = Small(5);
            return [.. Training(policy, PairProbabilities.Of(policy, Pairs), new()).Run().Result.Losses];
        }
        Assert.Equal(Losses(1), Losses(2));
    }

    [Fact]
    public void SingleLabelsTrainWithKtoAndAreRefusedByDpo()
    {
        TokenPair[] singles =
        [
            .. Pairs.Select((pair, i) => i % 2 == 0 ? pair with { Rejected = [] } : pair with { Chosen = [] }),
        ];
        Transformer policy = Small(6);
        PairProbabilities reference = PairProbabilities.Of(policy, singles);
        PreferenceTrace trace = Training(
                policy,
                reference,
                new() { Loss = PreferenceObjective.Kto, Beta = 0.5 },
                pairs: singles
            )
            .Run();
        Assert.Equal(0.5, trace.Result.Losses[0], 1e-6);
        Assert.True(trace.Result.Losses[^1] < 0.4);
        Assert.Throws<ArgumentException>(() => Training(policy, reference, new(), pairs: singles));
    }

    [Fact]
    public void WeightsOfZeroLeaveThePolicyAlone()
    {
        Transformer policy = Small(3);
        float[][] before = [.. policy.Parameters().Select(parameter => parameter.Tensor.ToArray())];
        PreferenceTraining training = new(
            policy,
            Pairs,
            PairProbabilities.Of(policy, Pairs),
            new(),
            Options,
            new(1, "t")
        )
        {
            Weights = new double[Pairs.Length],
        };
        training.Run();
        Assert.Equal(before, policy.Parameters().Select(parameter => parameter.Tensor.ToArray()));
    }

    [Fact]
    public void ConfidencesAreThoseOfTheOfficialCode()
    {
        // Two places of two sequences; WPO's own function gives the weight 0.237657110 for them.
        float[] first = [0, 0, 0],
            second = [3, 0, -1];
        double chosen = (SequenceProbabilities.Confidence(first, 0) + SequenceProbabilities.Confidence(second, 1)) / 2,
            rejected = (SequenceProbabilities.Confidence(first, 2) + SequenceProbabilities.Confidence(second, 0)) / 2;
        Assert.Equal(0.237657110, Math.Min(1, Math.Exp(chosen + rejected)), 7);
        Assert.Equal(0, SequenceProbabilities.Confidence([2, 2, 2, 2], 3), 12);
    }

    private static readonly PreferenceTrainingOptions Options = new()
    {
        Batch = 8,
        Epochs = 10,
        LearningRate = 5e-3,
    };

    private static PreferenceTraining Training(
        Transformer policy,
        PairProbabilities reference,
        PreferenceLossOptions loss,
        TrainingCheckpoints? checkpoints = null,
        Action<TrainingStep, PreferenceStep>? stepped = null,
        IReadOnlyList<TokenPair>? pairs = null
    ) =>
        new(policy, pairs ?? Pairs, reference, loss, Options, new(1, "training"))
        {
            Checkpoints = checkpoints,
            Stepped = stepped,
        };

    private static Transformer Small(ulong seed) =>
        new(
            ModelSizes.Of("gpt-250k", 12) with
            {
                HiddenSize = 16,
                IntermediateSize = 32,
                Layers = 1,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                ContextLength = 16,
            },
            new(seed, "policy")
        );
}
