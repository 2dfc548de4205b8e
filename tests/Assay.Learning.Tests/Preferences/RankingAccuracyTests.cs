using Assay.Numerics;
using Assay.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class RankingAccuracyTests
{
    private static readonly double[] Chosen = [-10, -20, -30, -12],
        Rejected = [-12, -18, -45, -12.5],
        Agreement = [0.75, 0.75, 1, 0.5];
    private static readonly int[] ChosenTokens = [5, 10, 6, 4],
        RejectedTokens = [4, 6, 15, 5];

    [Fact]
    public void TheSmallCaseOfTheMethodFile()
    {
        Assert.Equal(0.75, RankingAccuracy.Of(Chosen, Rejected));
        Assert.Equal(0.5, RankingAccuracy.OfMeans(Chosen, Rejected, ChosenTokens, RejectedTokens));
        double[] margins = [.. Chosen.Zip(Rejected, (chosen, rejected) => chosen - rejected)],
            means =
            [.. Enumerable.Range(0, 4).Select(i => Chosen[i] / ChosenTokens[i] - Rejected[i] / RejectedTokens[i])];
        Scores(margins, 0.1, [12.986123, 8.986123, 84.067548, 0.5], 1);
        Scores(margins, 1, [3.098612, -0.901388, 21.906755, 0.5], 0.75);
        Scores(margins, 10, [2.109861, -1.890139, 15.690675, 0.5], 0.75);
        Scores(means, 1, [2.098612, 2.098612, 4.906755, -0.5], 0.75);
        Assert.Equal(-0.618649, RankingAccuracy.IdealMargin(means[2], 1, 5), 6);
        Assert.Equal(0.5, RankingAccuracy.Ideal(means, Agreement, 5));
        double[] thresholds = [0.79813887, 0.59813887, 1.70141328, 0.71845965];
        for (int i = 0; i < 4; i++)
            Assert.Equal(thresholds[i], RankingAccuracy.Threshold(-margins[i], 0.1), 8);

        static void Scores(double[] margins, double beta, double[] scores, double ideal)
        {
            for (int i = 0; i < 4; i++)
                Assert.Equal(scores[i], RankingAccuracy.IdealMargin(margins[i], Agreement[i], beta), 6);
            Assert.Equal(ideal, RankingAccuracy.Ideal(margins, Agreement, beta));
        }
    }

    [Theory]
    [InlineData(0.5, 0.47407698)]
    [InlineData(1, 0.31326169)]
    [InlineData(2, 0.12692801)]
    [InlineData(5, 0.00671535)]
    [InlineData(10, 0.00004540)]
    public void Thresholds(double betaTimesDifficulty, double threshold) =>
        Assert.Equal(threshold, RankingAccuracy.Threshold(betaTimesDifficulty, 1), 8);

    [Fact]
    public void APairIsRankedRightExactlyWhereItsLossIsAtOrBelowTheThreshold() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream stream = new((ulong)(uint)seed, "pair");
                    double beta = Math.Exp(3 * stream.NextGaussian() - 1),
                        gamma = 2 * stream.NextDouble();
                    // Whole numbers make ties.
                    double[] numbers = [.. Enumerable.Range(0, 4).Select(_ => -10.0 - stream.NextInt32(6))];
                    PairBatch batch = new()
                    {
                        Chosen = [numbers[0]],
                        Rejected = [numbers[1]],
                        ReferenceChosen = [numbers[2]],
                        ReferenceRejected = [numbers[3]],
                        ChosenTokens = [4],
                        RejectedTokens = [4],
                    };
                    double difficulty = numbers[3] - numbers[2];
                    Check(new() { Beta = beta }, beta);
                    Check(
                        new()
                        {
                            Loss = PreferenceObjective.DpoGamma,
                            Beta = beta,
                            Gamma = gamma,
                        },
                        beta * gamma
                    );

                    void Check(PreferenceLossOptions options, double scale)
                    {
                        double loss = new PreferenceLoss(options).Of(batch).Rows[0],
                            threshold = RankingAccuracy.Threshold(difficulty, scale);
                        // At a tie both are equal up to rounding: neither side of the claim is asserted closer than that.
                        if (numbers[0] == numbers[1])
                            Assert.Equal(threshold, loss, 1e-9 * Math.Max(1, threshold));
                        else
                            Assert.Equal(numbers[0] > numbers[1], loss < threshold);
                    }
                }
            )
            .Holds();

    [Fact]
    public void IdealAccuracyGrowsWithAgreementAndEndsAtTheReference()
    {
        RandomStream stream = new(2, "margins");
        double[] margins = [.. Enumerable.Range(0, 200).Select(_ => 5 * stream.NextGaussian())];
        double last = 0;
        foreach (double agreement in (double[])[0.5, 0.6, 0.75, 0.9, 0.999, 1])
        {
            double ideal = RankingAccuracy.Ideal(margins, [.. margins.Select(_ => agreement)], 0.5);
            Assert.True(ideal >= last);
            last = ideal;
        }
        double reference = margins.Count(margin => margin > 0) / 200.0;
        Assert.Equal(reference, RankingAccuracy.Ideal(margins, [.. margins.Select(_ => 0.5)], 0.1));
        Assert.Equal(reference, RankingAccuracy.Ideal(margins, [.. margins.Select(_ => 0.9)], 1e9));
        Assert.Equal(1, RankingAccuracy.Ideal(margins, [.. margins.Select(_ => 0.6)], 1e-9));
    }

    [Fact]
    public void TiesAndLongerRankings()
    {
        Assert.True(RankingAccuracy.IsRight(0.020, 0.012, 0.5));
        Assert.False(RankingAccuracy.IsRight(0.030, 0.012, 0.5));
        Assert.True(RankingAccuracy.IsRight(0.1, 0.2, 0.25));
        Assert.True(RankingAccuracy.IsRight([0.2, 0.5, 0.1], [1, 0, 2]));
        Assert.False(RankingAccuracy.IsRight([0.2, 0.5, 0.3], [1, 0, 2]));
    }

    [Fact]
    public void FlipsAddUp()
    {
        PairProbabilities reference = new([-1, -1, -3, -3], [-2, -2, -2, -2]),
            policy = new([-1, -3, -1, -3], [-2, -2, -2, -2]);
        RankingFlips flips = RankingFlips.Of(reference, policy);
        Assert.Equal(new RankingFlips(1, 1, 1, 1), flips);
        Assert.Equal((0.5, 0.5), (flips.GainedShare, flips.LostShare));
        RankingFlips same = RankingFlips.Of(reference, reference);
        Assert.Equal((0, 0, 4), (same.Gained, same.Lost, same.Count));
    }

    [Fact]
    public void DivergenceIsThatOfTheDistributions()
    {
        float[] ours = [1, 0, -1],
            theirs = [0.5f, 0.5f, 0];
        double[] p = Shares(ours),
            q = Shares(theirs);
        Assert.Equal(p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum(), PolicyDivergence.Between(ours, theirs), 7);
        Assert.Equal(0, PolicyDivergence.Between(ours, ours), 12);
        Assert.Equal(0, PolicyDivergence.Between(ours, [101, 100, 99]), 9);

        static double[] Shares(float[] logits) =>
            [.. logits.Select(z => Math.Exp(z) / logits.Sum(other => Math.Exp(other)))];
    }

    [Fact]
    public void DivergenceOfAnswersAgreesWithLogRatios()
    {
        TransformerConfig config = ModelSizes.Of("gpt-250k", 8) with
        {
            HiddenSize = 16,
            IntermediateSize = 32,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadSize = 8,
            ContextLength = 8,
            InitialDeviation = 0.3,
        };
        Transformer policy = new(config, new(1, "policy")),
            reference = new(config, new(2, "reference"));
        int[][] prompts = [.. Enumerable.Range(0, 4000).Select(i => (int[])[i % 8])];
        IReadOnlyList<Rollout> answers = Rollouts.Sample(policy, prompts, new() { MaxTokens = 4 }, new(3, "answers"));
        double[] exact = PolicyDivergence.OfAnswers(
            policy,
            reference,
            [.. answers.Select(answer => (answer.Prompt, answer.Completion))]
        );
        IReadOnlyList<float[]> under = Rollouts.LogProbabilities(reference, answers);
        double[] ratios =
        [
            .. answers.Select((answer, i) => answer.LogProbability - under[i].Sum(value => (double)value)),
        ];
        Assert.All(exact, value => Assert.True(value >= 0));
        // Both estimate one divergence; their difference has a standard error that four times of covers (false alarm 6e-5).
        double[] differences = [.. exact.Zip(ratios, (a, b) => a - b)];
        double mean = differences.Average(),
            error = Math.Sqrt(
                differences.Sum(value => (value - mean) * (value - mean))
                    / differences.Length
                    / (differences.Length - 1)
            );
        Assert.InRange(mean, -4 * error, 4 * error);
        Assert.True(exact.Average() > 10 * error);
    }
}
