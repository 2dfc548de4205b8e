using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class RewardTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Pairs of completions of which the one with more of token 3 is preferred.</summary>
    private static TokenPair[] Pairs(int count, ulong seed)
    {
        RandomStream random = new(seed, "pairs");
        List<TokenPair> pairs = [];
        while (pairs.Count < count)
        {
            int[] first = Completion(),
                second = Completion();
            int ahead = first.Count(token => token == 3) - second.Count(token => token == 3);
            if (ahead != 0)
                pairs.Add(ahead > 0 ? new([1, 2], first, second) : new([1, 2], second, first));
        }
        return [.. pairs];

        int[] Completion() =>
            [
                .. Enumerable
                    .Range(0, 3 + random.NextInt32(4))
                    .Select(_ => random.NextInt32(2) == 0 ? 3 : 4 + random.NextInt32(5)),
            ];
    }

    private static RewardFit Fit(RewardTrainingOptions options, Func<int, TrainingCheckpoints>? checkpoints = null) =>
        new RewardTraining(options) { Checkpoints = checkpoints }.Run(
            TinyModels.Model(TransformerFamily.Llama),
            Pairs(300, 1),
            Pairs(60, 2),
            new RandomStream(3, "reward")
        );

    private static RewardTrainingOptions Options { get; } =
        new()
        {
            Epochs = 4,
            Batch = 32,
            LearningRate = 3e-3,
            Seeds = 2,
        };

    [Theory]
    [InlineData(RewardPooling.LastToken)]
    [InlineData(RewardPooling.Mean)]
    public void ARuleIsLearnedFromComparisons(RewardPooling pooling)
    {
        RewardFit fit = Fit(Options with { Pooling = pooling });
        RewardScores scores = RewardScores.Of(fit.Model, Pairs(200, 9));
        Assert.True(scores.Accuracy > 0.85, $"{scores}");
        Assert.True(scores.Loss < 0.45 && scores.Margin > 0.5, $"{scores}");
        Assert.Equal(2, fit.SeedLosses.Count);
        Assert.Equal(fit.SeedLosses.Min(), fit.SeedLosses[fit.Seed]);
        // The best epoch is what was kept.
        Assert.Equal(fit.SeedLosses[fit.Seed], RewardScores.Of(fit.Model, Pairs(60, 2)).Loss, 1e-9);
    }

    [Fact]
    public void AKilledTrainingGoesOnToTheSameBits()
    {
        TrainingCheckpoints In(int seed) => new(Path.Combine(_folder.Path, $"seed-{seed}"));
        RewardFit whole = Fit(Options);
        int steps = 0;
        RewardTraining killed = new(Options)
        {
            Checkpoints = In,
            Stepped = (_, _) =>
            {
                if (++steps == 55)
                    throw new InvalidOperationException("killed");
            },
        };
        Assert.Throws<InvalidOperationException>(() =>
            killed.Run(
                TinyModels.Model(TransformerFamily.Llama),
                Pairs(300, 1),
                Pairs(60, 2),
                new RandomStream(3, "reward")
            )
        );
        RewardFit resumed = Fit(Options, In);
        Assert.Equal(whole.Model.Snapshot(), resumed.Model.Snapshot());
        Assert.Equal(whole.SeedLosses, resumed.SeedLosses);
        Assert.Equal(whole.Seed, resumed.Seed);
    }

    [Fact]
    public void EqualScoresCostLnTwoAndAConstantChangesNothing()
    {
        using TensorScope scope = new();
        Tensor chosen = Tensor.Of([1, 2, -3], 3),
            rejected = Tensor.Of([0.5f, 2.5f, -1], 3);
        Assert.Equal(Math.Log(2), ComparisonLoss.Of(chosen, chosen).Item(), 1e-6);
        double plain = new[] { 0.5, -0.5, -2 }.Average(ahead => Math.Log(1 + Math.Exp(-ahead)));
        Assert.Equal(plain, ComparisonLoss.Of(chosen, rejected).Item(), 1e-6);
        Assert.Equal(plain, ComparisonLoss.Of(chosen + 7f, rejected + 7f).Item(), 1e-5);
        Assert.Equal(plain, RewardScores.Of([1, 2, -3], [0.5, 2.5, -1]).Loss, 1e-9);
        double ahead = new[] { 0.5 - 1, -0.5, -2 - 0.25 }.Average(margin => Math.Log(1 + Math.Exp(-margin)));
        Assert.Equal(ahead, ComparisonLoss.Of(chosen, rejected, Tensor.Of([1, 0, 0.25f], 3)).Item(), 1e-6);
    }

    [Fact]
    public void TheGradientPullsPairsApartByWhatIsNotYetSaid()
    {
        using TensorScope scope = new();
        Tensor chosen = Tensor.Of([1, -3], 2);
        chosen.RequiresGrad = true;
        ComparisonLoss.Of(chosen, Tensor.Of([0, 1], 2)).Backward();
        float[] gradient = chosen.Grad!.ToArray();
        Assert.Equal(-0.5 / (1 + Math.Exp(1)), gradient[0], 1e-6);
        Assert.Equal(-0.5 / (1 + Math.Exp(-4)), gradient[1], 1e-6);
    }

    [Fact]
    public void TiesCountHalf()
    {
        RewardScores scores = RewardScores.Of([1, 2, 0, 5], [1, 1, 3, 0]);
        Assert.Equal((4, 0.625, 0.75), (scores.Pairs, scores.Accuracy, scores.Margin));
        Assert.Throws<ArgumentException>(() => RewardScores.Of([double.NaN], [1]));
        Assert.Throws<ArgumentException>(() => RewardScores.Of([], []));
    }

    [Fact]
    public void PairsThatCannotBeReadAreRefused()
    {
        Transformer policy = TinyModels.Model(TransformerFamily.Llama);
        RandomStream random = new(3, "reward");
        RewardTraining training = new(Options);
        Assert.Throws<ArgumentException>(() => training.Run(policy, [], [], random));
        Assert.Throws<ArgumentException>(() => training.Run(policy, [new([1], [2], [])], [], random));
        Assert.Throws<ArgumentException>(() => training.Run(policy, [new([1], new int[12], [2])], [], random));
        Assert.Throws<ArgumentException>(() => training.Run(policy, Pairs(2, 1), [], random, margins: [1]));
    }
}
