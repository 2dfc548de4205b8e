using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class IndicatorsTests
{
    private static readonly double[] Set = [3.5, 5.5, 3.6, 4.1, 4.1, 3.2, 5.5, 1.5],
        Reference = [1, 6, 2, 5, 3, 4, 4, 3, 5, 2, 6, 1];

    /// <summary>Two sets of 1 to 12 points with values from 1 to 9, in 1 to 4 objectives.</summary>
    private static readonly Arbitrary<(double[] A, double[] B, int M)> Pairs = (
        from m in Gen.Choose(1, 4)
        from n in Gen.Choose(1, 12)
        from k in Gen.Choose(1, 12)
        from a in Gen.Choose(1, 9).ArrayOf(n * m)
        from b in Gen.Choose(1, 9).ArrayOf(k * m)
        select (Array.ConvertAll(a, x => (double)x), Array.ConvertAll(b, x => (double)x), m)
    ).ToArbitrary();

    [Fact]
    public void Of_four_points_beside_six()
    {
        Assert.Equal(1.06279086667, Indicators.InvertedGenerationalDistance(Set, Reference, 2), 1e-11);
        Assert.Equal(0.985503646811, Indicators.InvertedGenerationalDistancePlus(Set, Reference, 2), 1e-12);
        Assert.Equal(0.780032165513, Indicators.GenerationalDistance(Set, Reference, 2), 1e-12);
        Assert.Equal(0.728255470216, Indicators.GenerationalDistancePlus(Set, Reference, 2), 1e-12);
        Assert.Equal(2.5, Indicators.AdditiveEpsilon(Set, Reference, 2));
        Assert.Equal(3.5, Indicators.MultiplicativeEpsilon(Set, Reference, 2));
        Assert.Equal(1.06279086667, Indicators.AveragedHausdorff(Set, Reference, 2), 1e-11);
        Assert.Equal(2.10860448662763, R2.Exact2(Set, [0, 0]), 1e-14);
    }

    [Fact]
    public void IGD_can_contradict_dominance_and_IGD_plus_does_not()
    {
        double[] reference = [10, 0, 6, 1, 2, 2, 1, 6, 0, 10],
            better = [4, 2, 3, 3, 2, 4],
            worse = [8, 2, 4, 4, 2, 8];
        Assert.Equal(3.70709203161, Indicators.InvertedGenerationalDistance(better, reference, 2), 1e-11);
        Assert.Equal(2.59148346585, Indicators.InvertedGenerationalDistance(worse, reference, 2), 1e-11);
        Assert.Equal(1.48284271247, Indicators.InvertedGenerationalDistancePlus(better, reference, 2), 1e-11);
        Assert.Equal(2.26011261595, Indicators.InvertedGenerationalDistancePlus(worse, reference, 2), 1e-11);
    }

    [Fact]
    public void R2_of_the_four_points()
    {
        double[] set = [5, 5, 4, 6, 2, 7, 7, 4];
        Assert.Equal(2.59419191919192, R2.Exact2(set, [0, 0]), 1e-14);
        Assert.Equal(2.61818181818, R2.Discrete(set, 2, [0, 0], Weights(10)), 1e-11);
        Assert.Equal(2.59459540460, R2.Discrete(set, 2, [0, 0], Weights(1000)), 1e-11);
    }

    [Fact]
    public void Exact_R2_is_the_limit_of_many_weights() =>
        Prop.ForAll(
                Gen.Choose(0, 12).ArrayOf(8).ToArbitrary(),
                values =>
                {
                    double[] set = Array.ConvertAll(values, x => (double)x);
                    double exact = R2.Exact2(set, [0, 0]);
                    return Math.Abs(exact - R2.Discrete(set, 2, [0, 0], Weights(4000))) < 2e-3;
                }
            )
            .Holds();

    [Fact]
    public void R2_of_an_ideal_that_is_reached_is_zero_and_one_that_is_not_ideal_is_refused()
    {
        Assert.Equal(0, R2.Exact2([1, 1, 0, 3], [1, 1]));
        Assert.Throws<ArgumentException>(() => R2.Exact2([0, 3], [1, 1]));
        Assert.Throws<ArgumentException>(() => R2.Discrete([0, 3], 2, [0, 0], [-1, 1]));
    }

    [Fact]
    public void A_dominated_point_changes_neither_IGD_plus_nor_epsilon() =>
        Prop.ForAll(
                Pairs,
                pair =>
                {
                    double[] worse = [.. pair.A, .. pair.A.Take(pair.M).Select(x => x + 1)];
                    return Indicators.InvertedGenerationalDistancePlus(pair.A, pair.B, pair.M)
                            == Indicators.InvertedGenerationalDistancePlus(worse, pair.B, pair.M)
                        && Indicators.AdditiveEpsilon(pair.A, pair.B, pair.M)
                            == Indicators.AdditiveEpsilon(worse, pair.B, pair.M);
                }
            )
            .Holds();

    [Fact]
    public void The_plus_distances_are_at_most_the_plain_ones() =>
        Prop.ForAll(
                Pairs,
                pair =>
                    Indicators.InvertedGenerationalDistancePlus(pair.A, pair.B, pair.M)
                        <= Indicators.InvertedGenerationalDistance(pair.A, pair.B, pair.M)
                    && Indicators.GenerationalDistancePlus(pair.A, pair.B, pair.M)
                        <= Indicators.GenerationalDistance(pair.A, pair.B, pair.M)
            )
            .Holds();

    [Fact]
    public void The_multiplicative_epsilon_is_the_additive_one_of_logarithms() =>
        Prop.ForAll(
                Pairs,
                pair =>
                    Math.Abs(
                        Math.Log(Indicators.MultiplicativeEpsilon(pair.A, pair.B, pair.M))
                            - Indicators.AdditiveEpsilon(
                                Array.ConvertAll(pair.A, Math.Log),
                                Array.ConvertAll(pair.B, Math.Log),
                                pair.M
                            )
                    ) < 1e-12
            )
            .Holds();

    [Fact]
    public void A_set_that_covers_all_has_no_epsilon_above_zero_and_the_other_way_round() =>
        Prop.ForAll(
                Pairs,
                pair =>
                    Indicators.Coverage(pair.A, pair.B, pair.M)
                    == 1
                    == (Indicators.AdditiveEpsilon(pair.A, pair.B, pair.M) <= 0)
            )
            .Holds();

    [Fact]
    public void Hausdorff_with_a_high_power_is_nearly_the_largest_distance() =>
        Assert.Equal(2.5381150259987715, Indicators.AveragedHausdorff(Set, Reference, 2, 400), 1e-12);

    [Fact]
    public void Coverage_spacing_purity_and_size_by_hand()
    {
        Assert.Equal(0.5, Indicators.Coverage([1, 1], [1, 1, 0, 2], 2));
        Assert.Equal(0, Indicators.Spacing([0, 2, 1, 1, 2, 0], 2));
        // Nearest L1 distances 2, 2, 4: mean 8/3, mean square of the rest 8/9.
        Assert.Equal(Math.Sqrt(8.0 / 9), Indicators.Spacing([0, 4, 1, 3, 3, 1], 2), 1e-15);
        Assert.Equal(0, Indicators.Spacing([0, 4], 2));
        Assert.Equal(0.5, Indicators.Purity([0, 4, 3, 3, 5, 5], [2, 2], 2));
        Assert.Equal(2, Indicators.FrontSize([0, 4, 3, 3, 5, 5], 2));
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Indicators.GenerationalDistance([], [1, 1], 2));
        Assert.Throws<ArgumentException>(() => Indicators.AdditiveEpsilon([1, double.NaN], [1, 1], 2));
        Assert.Throws<ArgumentException>(() => Indicators.MultiplicativeEpsilon([1, 0], [1, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Indicators.GenerationalDistance([1, 1], [1, 1], 2, 0));
    }

    private static double[] Weights(int p) =>
        [.. Enumerable.Range(0, p + 1).SelectMany(k => (double[])[(double)k / p, 1 - (double)k / p])];
}
