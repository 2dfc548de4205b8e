using Assay.Numerics;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>The log-linear policy over candidates: what the theory says of it holds to rounding, and its sums are those of plain enumeration.</summary>
public sealed class CandidatePolicyTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void TheOptimumOfDpoIsTheRewardModelOverBetaAndThePolicyOfThatReward(double beta)
    {
        (CandidateFeatures features, CandidatePair[] pairs) = Toy(new(7, "toy"), prompts: 60, pairs: 900);
        double[] reward = CandidatePolicy.BradleyTerry(features, pairs);
        CandidatePolicy dpo = CandidatePolicy.Fit(
            features,
            pairs,
            new(new() { Loss = PreferenceObjective.Dpo, Beta = beta })
        );
        for (int j = 0; j < reward.Length; j++)
            Assert.Equal(reward[j] / beta, dpo.Weights[j], 1e-5);
        double[] optimum = features.Groups.Tilted(features.Scores(reward), beta),
            found = dpo.LogProbabilities(features);
        for (int i = 0; i < optimum.Length; i++)
            Assert.Equal(optimum[i], found[i], 1e-5);
    }

    [Fact]
    public void ARidgeOnTheRewardIsTheSameRidgeTimesBetaSquaredOnThePolicy()
    {
        (CandidateFeatures features, CandidatePair[] pairs) = Toy(new(3, "toy"), prompts: 20, pairs: 60);
        const double Beta = 0.3,
            Ridge = 0.02;
        double[] reward = CandidatePolicy.BradleyTerry(features, pairs, Ridge);
        CandidatePolicy dpo = CandidatePolicy.Fit(
            features,
            pairs,
            new(new() { Beta = Beta }),
            ridge: Ridge * Beta * Beta
        );
        for (int j = 0; j < reward.Length; j++)
            Assert.Equal(reward[j] / Beta, dpo.Weights[j], 1e-5);
    }

    [Theory]
    [InlineData(PreferenceObjective.Dpo)]
    [InlineData(PreferenceObjective.Ipo)]
    [InlineData(PreferenceObjective.Nca)]
    [InlineData(PreferenceObjective.PolyDpo)]
    [InlineData(PreferenceObjective.ReferenceFree)]
    public void TheFitIsWhereNoWeightWouldLowerTheLoss(PreferenceObjective objective)
    {
        (CandidateFeatures features, CandidatePair[] pairs) = Toy(new(11, "toy"), prompts: 30, pairs: 200);
        PreferenceLoss loss = new(new() { Loss = objective, Beta = 0.5 });
        double[] best = [.. CandidatePolicy.Fit(features, pairs, loss).Weights];
        double least = MeanLoss(best);
        for (int j = 0; j < best.Length; j++)
            foreach (double step in (double[])[-1e-3, 1e-3])
            {
                double[] moved = [.. best];
                moved[j] += step;
                Assert.True(MeanLoss(moved) > least, $"{objective}: weight {j} by {step}");
            }

        double MeanLoss(double[] weights)
        {
            double[] policy = new CandidatePolicy(weights).LogProbabilities(features),
                reference = features.Groups.LogReference;
            int[] ones = [.. pairs.Select(_ => 1)];
            return loss.Of(
                new()
                {
                    Chosen = [.. pairs.Select(pair => policy[pair.Chosen])],
                    Rejected = [.. pairs.Select(pair => policy[pair.Rejected])],
                    ReferenceChosen = [.. pairs.Select(pair => reference[pair.Chosen])],
                    ReferenceRejected = [.. pairs.Select(pair => reference[pair.Rejected])],
                    ChosenTokens = ones,
                    RejectedTokens = ones,
                }
            ).Mean;
        }
    }

    [Fact]
    public void StepsOfAdamComeNearTheOptimumAndAreTheSameEachTime()
    {
        (CandidateFeatures features, CandidatePair[] pairs) = Toy(new(5, "toy"), prompts: 40, pairs: 800);
        PreferenceLoss Loss() => new(new() { Beta = 0.5 });
        CandidateTraining training = new() { Steps = 2000, LearningRate = 0.01 };
        CandidatePolicy trained = CandidatePolicy.Train(features, pairs, Loss(), training, new(1, "train")),
            again = CandidatePolicy.Train(features, pairs, Loss(), training, new(1, "train")),
            best = CandidatePolicy.Fit(features, pairs, Loss());
        Assert.Equal(trained.Weights, again.Weights);
        for (int j = 0; j < features.Count; j++)
            Assert.Equal(best.Weights[j], trained.Weights[j], 0.15);
    }

    [Fact]
    public void WeightsOnRowsAreRepeatsOfRows()
    {
        (CandidateFeatures features, CandidatePair[] pairs) = Toy(new(9, "toy"), prompts: 10, pairs: 80);
        PreferenceLoss loss = new(new() { Beta = 0.5 });
        double[] weights = [.. pairs.Select((_, i) => 1.0 + i % 3)];
        CandidatePair[] repeated = [.. pairs.SelectMany((pair, i) => Enumerable.Repeat(pair, 1 + i % 3))];
        // The mean over fewer rows counts the ridge more.
        double share = repeated.Length / (double)pairs.Length;
        CandidatePolicy weighed = CandidatePolicy.Fit(features, pairs, loss, 0.01 * share, weights),
            plain = CandidatePolicy.Fit(features, repeated, loss, 0.01);
        for (int j = 0; j < features.Count; j++)
            Assert.Equal(plain.Weights[j], weighed.Weights[j], 1e-5);
    }

    [Fact]
    public void WhatAllCandidatesOfAPromptShareChangesNothing()
    {
        CandidateGroups groups = new([3, 2]);
        CandidateFeatures plain = new(groups, new([1f, 0, 2, 5, 4, 4, 0, 1, 1, 1], 2)),
            shifted = new(groups, new([8f, -1, 9, 4, 11, 3, 0, 11, 1, 11], 2));
        CandidatePolicy policy = new([0.3, -0.7]);
        double[] one = policy.LogProbabilities(plain),
            other = policy.LogProbabilities(shifted);
        for (int i = 0; i < one.Length; i++)
            Assert.Equal(one[i], other[i], 12);
    }

    [Fact]
    public void ARefusalSaysWhatIsWrong()
    {
        CandidateGroups groups = new([2, 2]);
        CandidateFeatures features = new(groups, new([0f, 1, 2, 3], 1));
        PreferenceLoss loss = new(new());
        Assert.Contains(
            "two prompts",
            Assert.Throws<ArgumentException>(() => CandidatePolicy.Fit(features, [new(0, 2)], loss)).Message
        );
        Assert.Throws<ArgumentException>(() => CandidatePolicy.Fit(features, [], loss));
        Assert.Throws<ArgumentException>(() => new CandidateFeatures(groups, new([0f, float.NaN, 1, 1], 1)));
        Assert.Throws<ArgumentException>(() => new CandidateGroups([2, 0]));
        Assert.Throws<ArgumentException>(() => new CandidateGroups([1], [double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.PromptOf(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.PriceOf([0, 1, 0, 1], 0.7));
        Assert.Throws<InvalidOperationException>(() =>
            new CandidateGroups([2], [0, 1]).BestOf([0, 1], draws: 2, replace: false)
        );
    }

    [Fact]
    public void APriceLeadsExactlySoFar() =>
        Prop.ForAll(
                Gen.Choose(1, 1_000_000).ToArbitrary(),
                seed =>
                {
                    (CandidateGroups groups, double[] utilities) = Random(new((ulong)seed, "groups"));
                    double wanted = groups.LargestKl(utilities) * 0.6;
                    double[] policy = groups.Tilted(utilities, groups.PriceOf(utilities, wanted));
                    return Math.Abs(groups.Kl(policy) - wanted) < 1e-9;
                }
            )
            .Holds();

    [Fact]
    public void NoOtherPolicyEarnsMoreAtItsPrice() =>
        Prop.ForAll(
                Gen.Choose(1, 1_000_000).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "other");
                    (CandidateGroups groups, double[] utilities) = Random(random);
                    const double Price = 0.7;
                    double[] tilted = groups.Tilted(utilities, Price),
                        other = groups.Normalised([.. tilted.Select(logit => logit + random.NextGaussian())]);
                    return Gain(tilted) >= Gain(other) - 1e-12;
                    double Gain(double[] policy) => groups.Expected(policy, utilities) - Price * groups.Kl(policy);
                }
            )
            .Holds();

    [Fact]
    public void TheBestOfDrawsIsWhatEnumerationSays()
    {
        double[] utilities = [0.5, 2, 2, -1];
        CandidateGroups uniform = new([4]),
            skewed = new([4], [Math.Log(0.1), Math.Log(0.2), Math.Log(0.3), Math.Log(0.4)]);
        double[] with = new double[4],
            of3 = new double[4],
            without = new double[4];
        int drawn = 0;
        for (int code = 0; code < 64; code++)
        {
            int[] draws = [code & 3, (code >> 2) & 3, code >> 4];
            double p = draws.Aggregate(1.0, (product, i) => product * Math.Exp(skewed.LogReference[i]));
            Share(of3, draws, p, skewed);
            Share(with, draws, 1 / 64.0, uniform);
            if (draws.Distinct().Count() != 3)
                continue;
            drawn++;
            Share(without, draws, 1, uniform);
        }
        Same(with, uniform.BestOf(utilities, 3));
        Same(of3, skewed.BestOf(utilities, 3));
        Same([.. without.Select(p => p / drawn)], uniform.BestOf(utilities, 3, replace: false));

        // The best of the draws; of equals as the reference has them, which draws alone do not say.
        void Share(double[] to, int[] draws, double p, CandidateGroups groups)
        {
            double best = draws.Max(i => utilities[i]);
            int[] equals = [.. Enumerable.Range(0, 4).Where(i => utilities[i] == best)];
            double mass = equals.Sum(i => Math.Exp(groups.LogReference[i]));
            foreach (int i in equals)
                to[i] += p * Math.Exp(groups.LogReference[i]) / mass;
        }

        static void Same(double[] expected, double[] logs)
        {
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], Math.Exp(logs[i]), 12);
        }
    }

    [Fact]
    public void AllDrawsWithoutReplacementAreTheBestCandidate()
    {
        CandidateGroups groups = new([3, 5]);
        double[] utilities = [1, 3, 2, 0, 0, 9, 1, 1],
            best = groups.BestOf(utilities, draws: 49, replace: false);
        Assert.Equal(0, best[1], 12);
        Assert.Equal(0, best[5], 12);
        Assert.Equal((Math.Log(3) + Math.Log(5)) / 2, groups.Kl(best), 12);
        Assert.Equal(groups.LargestKl(utilities), groups.Kl(best), 12);
    }

    private static (CandidateGroups Groups, double[] Utilities) Random(RandomStream random)
    {
        int[] counts = [.. Enumerable.Range(0, 1 + random.NextInt32(4)).Select(_ => 2 + random.NextInt32(5))];
        double[] Numbers() => [.. Enumerable.Range(0, counts.Sum()).Select(_ => 2 * random.NextGaussian())];
        return (new(counts, Numbers()), Numbers());
    }

    private static (CandidateFeatures Features, CandidatePair[] Pairs) Toy(RandomStream random, int prompts, int pairs)
    {
        const int Columns = 5;
        int[] counts = [.. Enumerable.Range(0, prompts).Select(_ => 2 + random.NextInt32(4))];
        float[] values = [.. Enumerable.Range(0, counts.Sum() * Columns).Select(_ => (float)random.NextGaussian())];
        double[] reference = [.. Enumerable.Range(0, counts.Sum()).Select(_ => 0.3 * random.NextGaussian())];
        CandidateFeatures features = new(new(counts, reference), new(values, Columns));
        double[] gold = features.Scores([1, -0.5, 0.25, 0, 0.75]);
        CandidatePair[] drawn = new CandidatePair[pairs];
        for (int i = 0; i < pairs; i++)
        {
            (int first, int count) = features.Groups[i % prompts].GetOffsetAndLength(gold.Length);
            int a = random.NextInt32(count),
                b = (a + 1 + random.NextInt32(count - 1)) % count;
            bool wins = random.NextDouble() < Logistic.Sigmoid(gold[first + a] - gold[first + b]);
            drawn[i] = wins ? new(first + a, first + b) : new(first + b, first + a);
        }
        return (features, drawn);
    }
}
