using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class BradleyTerryTests
{
    [Fact]
    public void Of_two_the_strength_is_the_logit_of_the_share()
    {
        BradleyTerry fit = BradleyTerry.Fit([new(1, 0, 1), new(1, 0, 1), new(1, 0, 0), new(0, 1, 0.25)], [], 2);
        Assert.Equal(0, fit.Strengths[0]);
        Assert.Equal(Math.Log(2.75 / 1.25), fit.Strengths[1], 10);
        Assert.Equal(2.75 / 4, fit.Preference(1, 0), 12);
        Assert.Equal(1, fit.Preference(1, 0) + fit.Preference(0, 1), 12);
    }

    [Fact]
    public void It_finds_the_strengths_and_the_slope_that_made_the_preferences()
    {
        RandomStream random = new(4, "comparisons");
        double[] strengths = [0, 1.2, -0.7, 0.3];
        List<PairedComparison> comparisons = [];
        List<double> ratios = [];
        for (int i = 0; i < 60; i++)
        {
            int first = random.NextInt32(4),
                second = (first + 1 + random.NextInt32(3)) % 4;
            double ratio = random.NextGaussian();
            comparisons.Add(new(first, second, Logistic.Sigmoid(strengths[first] - strengths[second] + 0.8 * ratio)));
            ratios.Add(ratio);
        }
        BradleyTerry fit = BradleyTerry.Fit(
            comparisons,
            [
                [.. ratios],
            ],
            4
        );
        for (int i = 0; i < 4; i++)
            Assert.Equal(strengths[i], fit.Strengths[i], 8);
        Assert.Equal(0.8, fit.Slopes[0], 8);
    }

    [Fact]
    public void No_other_strengths_have_a_smaller_loss_and_swapping_sides_changes_nothing() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    Random random = new(seed);
                    int competitors = random.Next(2, 5);
                    List<PairedComparison> comparisons =
                    [
                        // All are linked to the first, and nobody wins everything.
                        .. Enumerable.Range(1, competitors - 1).Select(one => new PairedComparison(one, 0, 0.5)),
                        .. Enumerable
                            .Range(0, 20)
                            .Select(_ =>
                            {
                                int first = random.Next(competitors);
                                return new PairedComparison(
                                    first,
                                    (first + random.Next(1, competitors)) % competitors,
                                    random.NextDouble()
                                );
                            }),
                    ];
                    double[] ratios = [.. comparisons.Select(_ => random.NextDouble() - 0.5)],
                        weights = [.. comparisons.Select(_ => random.NextDouble() + 0.1)];
                    BradleyTerry fit = BradleyTerry.Fit(comparisons, [ratios], competitors, 0, weights);
                    double Loss(double[] at) =>
                        comparisons
                            .Select(
                                (one, i) =>
                                {
                                    double logit = at[one.First] - at[one.Second] + at[^1] * ratios[i];
                                    return -weights[i]
                                        * (
                                            one.Preferred * Logistic.LogSigmoid(logit)
                                            + (1 - one.Preferred) * Logistic.LogSigmoid(-logit)
                                        );
                                }
                            )
                            .Sum();
                    double[] best = [.. fit.Strengths, fit.Slopes[0]];
                    Assert.Equal(fit.Loss, Loss(best), 9);
                    for (int i = 1; i < best.Length; i++)
                        foreach (double nudge in (double[])[-1e-3, 1e-3])
                        {
                            double[] other = [.. best];
                            other[i] += nudge;
                            Assert.True(Loss(other) >= fit.Loss);
                        }
                    BradleyTerry turned = BradleyTerry.Fit(
                        [.. comparisons.Select(one => new PairedComparison(one.Second, one.First, 1 - one.Preferred))],
                        [
                            [.. ratios.Select(ratio => -ratio)],
                        ],
                        competitors,
                        0,
                        weights
                    );
                    Assert.Equal(fit.Slopes[0], turned.Slopes[0], 8);
                    Assert.Equal(fit.Strengths[^1], turned.Strengths[^1], 8);
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void A_difference_that_is_nowhere_has_slope_0_and_who_wins_everything_ends_far_out()
    {
        BradleyTerry fit = BradleyTerry.Fit(
            [new(1, 0, 0.7), new(1, 0, 0.4)],
            [
                [0, 0],
            ],
            2
        );
        Assert.Equal(0, fit.Slopes[0]);
        BradleyTerry all = BradleyTerry.Fit([new(1, 0, 1), new(1, 0, 1), new(2, 0, 0.5)], [], 3);
        Assert.True(all.Strengths[1] > 10);
        Assert.Equal(0, all.Strengths[2], 6);
    }

    [Fact]
    public void What_has_no_answer_is_refused()
    {
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([], [], 2));
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([new(0, 1, 1.5)], [], 2));
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([new(0, 1, double.NaN)], [], 2));
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([new(0, 0, 0.5)], [], 2));
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([new(0, 1, 0.5)], [], 3)); // the third hangs loose
        Assert.Throws<ArgumentException>(() =>
            BradleyTerry.Fit(
                [new(0, 1, 0.5)],
                [
                    [double.NaN],
                ],
                2
            )
        );
        Assert.Throws<ArgumentException>(() => BradleyTerry.Fit([new(0, 1, 0.5)], [], 2, 0, [-1]));
        // The first is longer by as much in every comparison: length and who it is cannot be told apart.
        Assert.Throws<ArgumentException>(() =>
            BradleyTerry.Fit(
                [new(1, 0, 0.7), new(1, 0, 0.4)],
                [
                    [2, 2],
                ],
                2
            )
        );
    }
}
