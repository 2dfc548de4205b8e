using Assay.Learning;
using Assay.Numerics;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class GroupAdvantagesTests
{
    private const double Digits = 5e-9;

    private static readonly int[] One = new int[8],
        Two = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1];
    private static readonly double[] RewardsA = [1, 0, 1, 1, 0, 0, 1, 0],
        LengthA = [4, 7, 3, 6, 8, 5, 2, 9],
        EntropyA = [.9, .4, 1.3, 1.2, 1.5, .8, .2, .3],
        RewardsB = [1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0],
        LengthB = [5, 3, 8, 2, 7, 6, 4, 9, 10, 1, 11],
        EntropyB = [.5, .1, .7, .3, .9, .2, .6, .4, .8, 1, .05];

    private static void Close(double[] expected, double[] found, double tolerance = Digits)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }

    private static double[] Signed(double size) => [.. RewardsA.Select(reward => reward == 1 ? size : -size)];

    [Fact]
    public void Golden_group_estimators()
    {
        Close(Signed(0.935412597), GroupAdvantages.Standardised(RewardsA, One));
        Close(Signed(0.5), GroupAdvantages.Centred(RewardsA, One));
        Close(Signed(0.571428571), GroupAdvantages.LeaveOneOut(RewardsA, One));
    }

    [Fact]
    public void Golden_conditional_advantages_of_one_prompt()
    {
        double[] Of(double[] measure, double mu, double alpha = 1, WeightedHalf half = WeightedHalf.High) =>
            ConditionalAdvantages.Of(
                RewardsA,
                One,
                measure,
                new()
                {
                    Mu = mu,
                    Alpha = alpha,
                    Weighted = half,
                }
            );
        Close([.75, -.75, .75, .75, -.25, -.75, .25, -.75], Of(EntropyA, 1));
        Close([.25, -.25, .25, .25, -.75, -.25, .75, -.25], Of(EntropyA, 0));
        Close([.4, -.4, .4, .4, -.6, -.4, .6, -.4], Of(EntropyA, 0.3));
        Close([.75, -.75, .75, .25, -.75, -.25, .75, -.75], Of(LengthA, 1));
        Close([.4, -.4, .4, .6, -.4, -.6, .4, -.4], Of(LengthA, 0.3));
        Close([.775, -.75, .775, .15, -.75, -.225, .775, -.75], Of(LengthA, 1, 0.9));
        Close([.775, -.75, .775, .775, -.225, -.75, .15, -.75], Of(EntropyA, 1, 0.9, WeightedHalf.Low));
        double annealed = new MuSchedule(MuShape.Accuracy).At(0, RewardsA.Average());
        Close(Signed(0.5), Of(EntropyA, annealed));
    }

    [Fact]
    public void Golden_conditional_advantages_of_two_prompts_one_of_them_odd()
    {
        Close(
            [0.466666667, -0.466666667, -0.8, 0.8, 0.2, -0.466666667, 0.466666667, -0.2, -0.8, 0.8, -0.466666667],
            ConditionalAdvantages.Of(RewardsB, Two, EntropyB, new() { Mu = 0.7 })
        );
        Close(
            [0.733333333, 0, -1, 1, -0.2, -0.666666667, 0.733333333, -0.666666667, -1, 1, -0.666666667],
            ConditionalAdvantages.Of(RewardsB, Two, LengthB, new() { Mu = 1, Alpha = 0.8 })
        );
        double mu = new MuSchedule(MuShape.Accuracy).At(0, RewardsB.Average());
        Close(
            [
                0.303030303,
                -0.303030303,
                -0.636363636,
                0.636363636,
                0.363636364,
                -0.303030303,
                0.303030303,
                -0.363636364,
                -0.636363636,
                0.636363636,
                -0.303030303,
            ],
            ConditionalAdvantages.Of(RewardsB, Two, EntropyB, new() { Mu = mu })
        );
    }

    [Fact]
    public void Golden_schedules()
    {
        int[] steps = [0, 10, 30, 50, 69, 70, 100];
        MuSchedule falls = new(MuShape.CosineRestarts),
            rises = new(MuShape.CosineRestartsUp);
        Close(
            [0.02, 0.22, 0.6, 0.3, 0.000924800, 0.6, 0.087867966],
            [.. steps.Select(step => 1 - falls.At(step, 0.5))]
        );
        Close(
            [0.966666667, 0.633333333, 0, 0.3, 0.599075200, 0, 0.512132034],
            [.. steps.Select(step => 1 - rises.At(step, 0.5))]
        );
        Assert.Equal(0.25, new MuSchedule(MuShape.Constant, 0.25).At(7, 0.9));
        Assert.Equal(0.1, new MuSchedule(MuShape.Inaccuracy).At(7, 0.9), 1e-15);
        Assert.Throws<InvalidOperationException>(() => new MuSchedule(MuShape.Constant, Warmup: 5, Steps: 5).At(0, 0));
    }

    [Fact]
    public void Half_of_each_comparison_is_dr_grpo_exactly()
    {
        // Means of 2, 4 and 8 zeros and ones are exact in binary: no tolerance.
        for (int seed = 0; seed < 50; seed++)
        {
            RandomStream random = new((ulong)seed, "mu");
            int group = 4 << seed % 3,
                count = 4 * group;
            int[] prompts = [.. Enumerable.Range(0, count).Select(i => i / group)];
            random.Shuffle(prompts.AsSpan());
            double[] rewards = [.. prompts.Select(_ => (double)random.NextInt32(2))],
                measures = [.. prompts.Select(_ => (double)random.NextInt32(5))];
            Assert.Equal(
                GroupAdvantages.Centred(rewards, prompts),
                ConditionalAdvantages.Of(rewards, prompts, measures, new() { Mu = 0.5 }, random.Child("ties"))
            );
        }
    }

    [Fact]
    public void A_random_split_expects_leave_one_out_across_and_its_rest_within()
    {
        // Every split of six into two threes, once.
        double[] rewards = [0.3, 1, 0, 0.7, 0.1, 0.9];
        int[] prompts = new int[6];
        double[] across = new double[6],
            within = new double[6];
        int splits = 0;
        for (int mask = 0; mask < 64; mask++)
        {
            if (System.Numerics.BitOperations.PopCount((uint)mask) != 3)
                continue;
            splits++;
            double[] measures = [.. Enumerable.Range(0, 6).Select(i => (double)(mask >> i & 1))];
            double[] inter = ConditionalAdvantages.Of(rewards, prompts, measures, new() { Mu = 1 }),
                intra = ConditionalAdvantages.Of(rewards, prompts, measures, new() { Mu = 0 });
            for (int i = 0; i < 6; i++)
                (across[i], within[i]) = (across[i] + inter[i], within[i] + intra[i]);
        }
        Assert.Equal(20, splits);
        double[] centred = GroupAdvantages.Centred(rewards, prompts);
        Close(GroupAdvantages.LeaveOneOut(rewards, prompts), [.. across.Select(sum => sum / splits)], 1e-12);
        Close([.. centred.Select(value => value * 4 / 5)], [.. within.Select(sum => sum / splits)], 1e-12);
    }

    [Fact]
    public void Sums_permutations_and_monotone_measures() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)(uint)seed, "properties");
                    int count = 2 * (1 + random.NextInt32(8));
                    int[] prompts = new int[count];
                    double[] rewards = [.. prompts.Select(_ => random.NextDouble())],
                        measures = [.. prompts.Select(_ => random.NextDouble())];
                    ConditionalOptions options = new() { Mu = random.NextDouble(), Alpha = random.NextDouble() };
                    double[] found = ConditionalAdvantages.Of(rewards, prompts, measures, options);

                    Assert.Equal(
                        0,
                        ConditionalAdvantages.Of(rewards, prompts, measures, new() { Mu = 0 }).Sum(),
                        1e-12
                    );
                    Assert.Equal(
                        0,
                        ConditionalAdvantages.Of(rewards, prompts, measures, new() { Mu = 1 }).Sum(),
                        1e-12
                    );

                    int[] order = [.. Enumerable.Range(0, count)];
                    random.Shuffle(order.AsSpan());
                    double[] permuted = ConditionalAdvantages.Of(
                        [.. order.Select(i => rewards[i])],
                        prompts,
                        [.. order.Select(i => measures[i])],
                        options,
                        random.Child("ties")
                    );
                    Close([.. order.Select(i => found[i])], permuted, 1e-12);

                    Assert.Equal(
                        found,
                        ConditionalAdvantages.Of(
                            rewards,
                            prompts,
                            [.. measures.Select(measure => Math.Exp(3 * measure) - 7)],
                            options
                        )
                    );
                }
            )
            .Holds();

    [Fact]
    public void Equal_rewards_teach_nothing_unless_a_half_is_weighted()
    {
        double[] right = [1, 1, 1, 1, 1, 1, 1, 1];
        foreach (double mu in (double[])[0, 0.3, 1])
            Assert.All(
                ConditionalAdvantages.Of(right, One, LengthA, new() { Mu = mu }),
                value => Assert.Equal(0, value)
            );
        double[] weighted = ConditionalAdvantages.Of(right, One, LengthA, new() { Mu = 1, Alpha = 0.9 });
        for (int i = 0; i < 8; i++)
            Assert.Equal(LengthA[i] > 5 ? -0.1 : 0.1, weighted[i], 1e-12);
        Assert.Equal(new bool[8], GroupAdvantages.Teaches(right, One));
        bool[] kept = GroupAdvantages.Teaches([1, 0, 1, 1], [0, 0, 1, 1]);
        Assert.Equal([true, true, false, false], kept);
    }

    [Fact]
    public void What_does_not_depend_on_the_split_is_not_amplified()
    {
        // Halves {1,1,0,0} and {1,0,0,0}; the condition holds for the first and the third of each.
        double[] rewards = [1, 1, 0, 0, 1, 0, 0, 0],
            measures = [2, 2, 2, 2, 1, 1, 1, 1];
        double[] across = ConditionalAdvantages.Of(rewards, One, measures, new() { Mu = 1 }),
            centred = GroupAdvantages.Centred(rewards, One);
        int[] members = [0, 2, 4, 6];
        Assert.Equal(0.125, members.Average(i => across[i]), 1e-15);
        Assert.Equal(0.125, members.Average(i => centred[i]), 1e-15);
        // And what is the split itself is: twice the mean of Dr. GRPO over the high half.
        Assert.Equal(2 * centred[..4].Average(), across[..4].Average(), 1e-15);
    }

    [Fact]
    public void Ties_are_shuffled_only_where_that_is_asked_for()
    {
        double[] same = new double[8];
        double[] kept = ConditionalAdvantages.Of(RewardsA, One, same, new() { Mu = 1 });
        // Completions 0 to 3 (mean 3/4) are the low half, 4 to 7 (mean 1/4) the high one.
        Close([.75, -.25, .75, .75, -.75, -.75, .25, -.75], kept);
        RandomStream random = new(1, "ties");
        HashSet<string> seen = [];
        for (int i = 0; i < 30; i++)
            seen.Add(
                string.Join(",", ConditionalAdvantages.Of(RewardsA, One, same, new() { Mu = 1 }, random.Child(i)))
            );
        Assert.True(seen.Count > 5);
        // Distinct measures leave nothing to shuffle.
        Assert.Equal(
            ConditionalAdvantages.Of(RewardsA, One, LengthA, new() { Mu = 1 }),
            ConditionalAdvantages.Of(RewardsA, One, LengthA, new() { Mu = 1 }, random.Child("other"))
        );
    }

    [Fact]
    public void Whitening_over_tokens()
    {
        // Tokens 2 and 1: returns 1, 1, 0; mean 2/3, variance 1/3.
        double scale = 1 / Math.Sqrt(1.0 / 3 + 1e-8);
        double[][] white = GroupAdvantages.Whitened([1, 0], [2, 1]);
        Close([scale / 3, scale / 3], white[0], 1e-12);
        Close([-2 * scale / 3], white[1], 1e-12);
        // Discounted: 0.5, 1.
        double[][] discounted = GroupAdvantages.Whitened([1], [2], 0.5);
        Assert.Equal(-discounted[0][0], discounted[0][1], 1e-12);
        Assert.True(discounted[0][1] > 0);
        // With a baseline of the prompt: 0.5, 0.5, -0.5.
        double mean = 0.5 / 3,
            variance = (2 * Math.Pow(0.5 - mean, 2) + Math.Pow(-0.5 - mean, 2)) / 2;
        double[] based = GroupAdvantages.WhitenedCentred([1, 0], [0, 0], [2, 1]);
        Close([(0.5 - mean) / Math.Sqrt(variance + 1e-8), (-0.5 - mean) / Math.Sqrt(variance + 1e-8)], based, 1e-12);
        Close([0.5, -0.25], GroupAdvantages.OverGreedy([1, 0.25], [0.5, 0.5]), 1e-15);
    }

    [Fact]
    public void One_completion_is_compared_with_nothing()
    {
        Assert.Equal([1 / (1 + 1e-6)], GroupAdvantages.Standardised([1], [4]));
        Assert.Equal([1.0], GroupAdvantages.Centred([1], [4]));
        Assert.Equal([1.0], GroupAdvantages.LeaveOneOut([1], [4]));
        Assert.Equal([1.0], ConditionalAdvantages.Of([1], [4], [3], new() { Mu = 0.3 }));
    }

    [Fact]
    public void Length_rewards()
    {
        Assert.Equal(0, LengthRewards.Overlong(60, 100, 40));
        Assert.Equal(-0.5, LengthRewards.Overlong(80, 100, 40));
        Assert.Equal(-2, LengthRewards.Overlong(100, 100, 40, 2));
        // Right ones have 2 and 4 tokens: mean 3, deviation sqrt 2.
        double z = 1 / (Math.Sqrt(2) + 1e-7);
        Close(
            [1 - 0.1 / (1 + Math.Exp(z)), 1 - 0.1 / (1 + Math.Exp(-z)), 0],
            LengthRewards.RightAndShort([1, 1, 0], [0, 0, 0], [2, 4, 9]),
            1e-12
        );
        Close([1 - 0.05], LengthRewards.RightAndShort([1], [0], [7]), 1e-12);
        Close(
            [1 + 0.1 * (5.0 / 2 - 1), 0.1 * (5.0 / 8 - 1)],
            LengthRewards.ShorterThanOthers([1, 0], [3, 3], [2, 8]),
            1e-12
        );
    }

    [Fact]
    public void Bad_numbers_are_errors()
    {
        Assert.Throws<ArgumentException>(() => GroupAdvantages.Centred([1, double.NaN], [0, 0]));
        Assert.Throws<ArgumentException>(() => GroupAdvantages.Centred([1], [0, 0]));
        Assert.Throws<ArgumentException>(() => ConditionalAdvantages.Of([1, 0], [0, 0], [1], new()));
        Assert.Throws<ArgumentException>(() =>
            ConditionalAdvantages.Of([1, 0], [0, 0], [1, double.PositiveInfinity], new())
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ConditionalAdvantages.Of([1, 0], [0, 0], [1, 2], new() { Mu = 1.5 })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ConditionalAdvantages.Of([1, 0], [0, 0], [1, 2], new() { Alpha = -1 })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupAdvantages.Whitened([1], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupAdvantages.Standardised([1], [0], 0));
    }
}
