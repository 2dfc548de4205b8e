using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class ContributionsTests
{
    /// <summary>Up to 12 points in 1 to 7 objectives, with ties, copies and points on or beyond the reference (6, ..., 6).</summary>
    private static readonly Arbitrary<(double[] Points, int M)> Few = (
        from m in Gen.Choose(1, 7)
        from n in Gen.Choose(0, 12)
        from values in Gen.Choose(0, 6).ArrayOf(n * m)
        select (Array.ConvertAll(values, value => (double)value), m)
    ).ToArbitrary();

    private static readonly double[] Reference = [6, 6, 6, 6, 6, 6, 6];

    [Theory]
    [InlineData(2, 10, new double[] { 2, 1, 6, 3 }, new double[] { 5, 5, 4, 6, 2, 7, 7, 4 })]
    [InlineData(
        3,
        4,
        new double[] { 1, 1, 1, 1, 1, 1, 1 },
        new double[] { 1, 2, 3, 2, 1, 3, 3, 1, 2, 1, 3, 2, 2, 3, 1, 3, 2, 1, 2, 2, 2 }
    )]
    [InlineData(
        4,
        5,
        new double[] { 4, 4, 39, 5, 12 },
        new double[] { 1, 2, 3, 4, 4, 3, 2, 1, 2, 2, 2, 2, 1, 4, 1, 4, 3, 1, 4, 1 }
    )]
    [InlineData(
        5,
        6,
        new double[] { 60, 60, 123, 94 },
        new double[] { 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 3, 3, 3, 3, 3, 2, 5, 1, 4, 2 }
    )]
    public void By_hand(int m, double reference, double[] expected, double[] points) =>
        Assert.Equal(expected, Hypervolume.Contributions(points, m, [.. Enumerable.Repeat(reference, m)]));

    [Theory]
    [InlineData(2, 0.003531587574815729)]
    [InlineData(3, 0.03527770879997971)]
    [InlineData(4, 0.06458486623301662)]
    public void Of_a_thousand_points_add_up_to_the_known_sum(int m, double expected)
    {
        double[] points = Fronts.Simplex(42, 1000, m, 0.5);
        double sum = Hypervolume.Contributions(points, m, [.. Enumerable.Repeat(1.1, m)]).Sum();
        Assert.InRange(sum, expected - 2e-8, expected + 2e-8 + (m == 4 ? 1e-6 : 0));
    }

    [Fact]
    public void Are_what_the_volume_loses() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] reference = Reference[..set.M];
                    double[][] rows = [.. set.Points.Chunk(set.M)];
                    double all = Hypervolume.Exact(set.Points, set.M, reference);
                    double[] contributions = Hypervolume.Contributions(set.Points, set.M, reference);
                    return contributions.Sum() <= all
                        && Enumerable
                            .Range(0, rows.Length)
                            .All(i =>
                                contributions[i]
                                == all
                                    - Hypervolume.Exact(
                                        [.. rows.Where((_, j) => j != i).SelectMany(row => row)],
                                        set.M,
                                        reference
                                    )
                            );
                }
            )
            .Holds();

    [Theory]
    [InlineData(2, 300)]
    [InlineData(3, 300)]
    [InlineData(4, 150)]
    [InlineData(5, 60)]
    [InlineData(6, 30)]
    public void Are_what_the_volume_loses_in_larger_sets(int m, int n)
    {
        // A cloud has dominated points, which stand in for what is taken away.
        foreach (double[] points in (double[][])[Fronts.Cloud(9, n, m), Fronts.Simplex(9, n, m, 0.5)])
        {
            double[] reference = [.. Enumerable.Repeat(1.1, m)];
            double[][] rows = [.. points.Chunk(m)];
            double all = Hypervolume.Exact(points, m, reference);
            double[] contributions = Hypervolume.Contributions(points, m, reference);
            for (int i = 0; i < n; i++)
            {
                double[] others = [.. rows.Where((_, j) => j != i).SelectMany(row => row)];
                Assert.Equal(all - Hypervolume.Exact(others, m, reference), contributions[i], 1e-12);
            }
        }
    }

    [Fact]
    public void The_greedy_set_is_that_of_plain_greedy() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] reference = Reference[..set.M];
                    double[][] rows = [.. set.Points.Chunk(set.M)];
                    int size = Math.Min(4, rows.Length);
                    List<int> plain = [];
                    double Volume(IEnumerable<int> chosen) =>
                        Hypervolume.Exact([.. chosen.SelectMany(i => rows[i])], set.M, reference);
                    while (plain.Count < size)
                    {
                        double gained = Enumerable
                            .Range(0, rows.Length)
                            .Max(i => plain.Contains(i) ? -1 : Volume(plain.Append(i)));
                        plain.Add(
                            Enumerable
                                .Range(0, rows.Length)
                                .First(i => !plain.Contains(i) && Volume(plain.Append(i)) == gained)
                        );
                    }
                    return plain.SequenceEqual(HypervolumeSubset.Greedy(set.Points, set.M, reference, size));
                }
            )
            .Holds();

    [Fact]
    public void The_best_set_in_two_objectives_is_that_of_trying_all() =>
        Prop.ForAll(
                (
                    from n in Gen.Choose(1, 9)
                    from values in Gen.Choose(0, 7).ArrayOf(n * 2)
                    from size in Gen.Choose(1, n)
                    select (Array.ConvertAll(values, value => (double)value), size)
                ).ToArbitrary(),
                set =>
                {
                    (double[] points, int size) = set;
                    int n = points.Length / 2;
                    double Volume(IEnumerable<int> chosen) =>
                        Hypervolume.Exact([.. chosen.SelectMany(i => points[(2 * i)..(2 * i + 2)])], 2, [6, 6]);
                    double best = Enumerable
                        .Range(0, 1 << n)
                        .Select(mask => Enumerable.Range(0, n).Where(i => (mask >> i & 1) != 0).ToArray())
                        .Where(chosen => chosen.Length == size)
                        .Max(Volume);
                    int[] found = HypervolumeSubset.Best2(points, [6, 6], size);
                    return found.Length == size
                        && found.Distinct().Count() == size
                        && found.Order().SequenceEqual(found)
                        && Volume(found) == best;
                }
            )
            .Holds();

    [Fact]
    public void Subsets_cannot_be_larger_than_the_set()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => HypervolumeSubset.Greedy([1, 2], 2, [3, 3], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => HypervolumeSubset.Best2([1, 2], [3, 3], 2));
    }
}
