using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class NonDominatedTests
{
    /// <summary>Small sets of points with many ties and duplicates, in 1 to 6 objectives.</summary>
    internal static readonly Arbitrary<(double[] Points, int M)> Small = (
        from m in Gen.Choose(1, 6)
        from n in Gen.Choose(0, 60)
        from levels in Gen.Choose(2, 12)
        from values in Gen.Choose(-1, levels).ArrayOf(n * m)
        select (Array.ConvertAll(values, value => value * 0.5), m)
    ).ToArbitrary();

    [Fact]
    public void Two_objectives_with_duplicates() =>
        Assert.Equal([0, 0, 0, 0, 1, 2, 1, 1], NonDominated.Ranks([1, 5, 2, 3, 4, 1, 2, 3, 3, 4, 5, 5, 4, 2, 1, 6], 2));

    [Fact]
    public void Three_objectives_with_duplicates() =>
        Assert.Equal(
            [0, 0, 0, 1, 0, 2, 1, 0],
            NonDominated.Ranks([3, 1, 2, 1, 3, 2, 2, 2, 1, 2, 2, 2, 1, 1, 4, 4, 4, 4, 3, 3, 1, 1, 3, 2], 3)
        );

    [Theory]
    [InlineData(2, 199, 12)]
    [InlineData(3, 48, 56)]
    [InlineData(4, 21, 163)]
    public void A_cloud_has_the_known_fronts(int m, int fronts, int first)
    {
        double[] points = Fronts.Cloud(7, 10_000, m);
        int[] ranks = NonDominated.Ranks(points, m);
        Assert.Equal(fronts, ranks.Max() + 1);
        Assert.Equal(first, ranks.Count(rank => rank == 0));
        Assert.Equal(ranks.Select(rank => rank == 0), NonDominated.IsNonDominated(points, m));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_sphere_is_one_front(int m) =>
        Assert.All(NonDominated.Ranks(Fronts.Simplex(42, 2000, m, 0.5), m), rank => Assert.Equal(0, rank));

    [Fact]
    public void Divide_and_conquer_agrees_with_the_staircases_where_both_apply()
    {
        foreach (int levels in (int[])[3, 30, 1_000_000])
        {
            double[] points = [.. Fronts.Cloud(3, 3000, 3).Select(u => Math.Floor(u * levels))];
            int[] order = Points.Lexicographic(points, 3);
            Assert.Equal(StaircaseSweep.Ranks(points, order), DivideAndConquer.Ranks(points, 3, order));
        }
    }

    [Fact]
    public void More_objectives_agree_with_fewer_when_one_is_repeated()
    {
        // Repeating an objective changes no domination, so 6 objectives can be checked at size against 3.
        double[] points = Fronts.Cloud(11, 3000, 3);
        double[] doubled = [.. points.Chunk(3).SelectMany(row => row.Concat(row))];
        Assert.Equal(NonDominated.Ranks(points, 3), NonDominated.Ranks(doubled, 6));
    }

    [Fact]
    public void A_long_staircase_in_any_order_is_one_front()
    {
        // The first objective is random and the other two oppose each other: every point enters in the middle of the staircase.
        double[] u = Fronts.Cloud(5, 20_000, 2);
        double[] points = [.. u.Chunk(2).SelectMany(row => (double[])[row[0], row[1], -row[1]])];
        Assert.All(NonDominated.Ranks(points, 3), rank => Assert.Equal(0, rank));
    }

    [Fact]
    public void Ranks_are_those_of_the_definition() =>
        Prop.ForAll(
                Small,
                set =>
                {
                    int[] expected = Fronts.Peel(set.Points, set.M);
                    return expected.SequenceEqual(NonDominated.Ranks(set.Points, set.M))
                        && expected
                            .Select(rank => rank == 0)
                            .SequenceEqual(NonDominated.IsNonDominated(set.Points, set.M));
                }
            )
            .Holds();

    [Fact]
    public void Permuting_the_points_permutes_the_ranks() =>
        Prop.ForAll(
                Small,
                set =>
                {
                    double[][] rows = [.. set.Points.Chunk(set.M)];
                    int[] shuffled = [.. Enumerable.Range(0, rows.Length)];
                    new RandomStream(1, "permute").Shuffle(shuffled.AsSpan());
                    int[] ranks = NonDominated.Ranks(set.Points, set.M);
                    int[] permuted = NonDominated.Ranks([.. shuffled.SelectMany(i => rows[i])], set.M);
                    return shuffled.Select(i => ranks[i]).SequenceEqual(permuted);
                }
            )
            .Holds();

    [Fact]
    public void Minus_zero_is_zero() =>
        Assert.Equal([0, 0, 1], NonDominated.Ranks([0.0, -0.0, -0.0, 0.0, 0.0, 1.0], 2));

    [Fact]
    public void Nothing_has_no_ranks()
    {
        Assert.Empty(NonDominated.Ranks([], 3));
        Assert.Empty(NonDominated.IsNonDominated([], 3));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Numbers_must_be_finite(double bad)
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(() => NonDominated.Ranks([1, 2, 3, bad], 2));
        Assert.Contains("Point 1", failure.Message);
        Assert.Throws<ArgumentException>(() => NonDominated.IsNonDominated([1, bad], 2));
        Assert.Throws<ArgumentException>(() => Hypervolume.Exact([1, bad], 2, [3, 3]));
        Assert.Throws<ArgumentException>(() => Knee.Of([1, bad], 2));
    }

    [Fact]
    public void Ragged_points_are_refused() => Assert.Throws<ArgumentException>(() => NonDominated.Ranks([1, 2, 3], 2));
}
