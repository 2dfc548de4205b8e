using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class AttainmentTests
{
    private static readonly Arbitrary<(double[][] Runs, int M)> Few = (
        from m in Gen.Choose(2, 3)
        from runs in (
            from n in Gen.Choose(0, 6)
            from values in Gen.Choose(0, 5).ArrayOf(n * m)
            select Array.ConvertAll(values, value => (double)value)
        ).ArrayOf(4)
        select (runs, m)
    ).ToArbitrary();

    [Fact]
    public void Of_three_runs_by_hand()
    {
        double[][] runs =
        [
            [1, 3, 3, 1],
            [2, 2],
            [0, 4, 4, 0],
        ];
        Assert.Equal([4, 0, 3, 1, 2, 2, 1, 3, 0, 4], Attainment.Surface(runs, 2, 1));
        Assert.Equal([4, 1, 3, 2, 2, 3, 1, 4], Attainment.Median(runs, 2));
        Assert.Equal([4, 2, 2, 4], Attainment.Surface(runs, 2, 3));
        Assert.Equal(1, Attainment.Share(runs, [4, 4]));
        Assert.Equal(2.0 / 3, Attainment.Share(runs, [3, 3]));
    }

    [Fact]
    public void A_surface_covers_exactly_what_enough_runs_attain() =>
        Prop.ForAll(
                Few,
                set =>
                    Enumerable
                        .Range(1, set.Runs.Length)
                        .All(level =>
                        {
                            double[] surface = Attainment.Surface(set.Runs, set.M, level);
                            return Grid(set.M)
                                .All(point =>
                                    Covers(surface, point)
                                    == (Attainment.Share(set.Runs, point) * set.Runs.Length >= level - 1e-9)
                                );
                        })
            )
            .Holds();

    [Fact]
    public void No_point_of_a_surface_covers_another() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] surface = Attainment.Median(set.Runs, set.M);
                    return NonDominated
                        .IsNonDominated(surface, set.M, new() { KeepCopies = false })
                        .All(first => first);
                }
            )
            .Holds();

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Attainment.Surface(
                [
                    [1, 1, 1, 1],
                ],
                4,
                1
            )
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Attainment.Surface(
                [
                    [1, 1],
                ],
                2,
                2
            )
        );
        Assert.Throws<ArgumentException>(() =>
            Attainment.Surface(
                [
                    [1, double.NaN],
                ],
                2,
                1
            )
        );
        Assert.Throws<ArgumentException>(() => Attainment.Share([], [1, 1]));
    }

    private static IEnumerable<double[]> Grid(int m) =>
        m == 0
            ?
            [
                [],
            ]
            : Grid(m - 1).SelectMany(rest => Enumerable.Range(0, 6).Select(x => (double[])[.. rest, x]));

    private static bool Covers(double[] surface, double[] point) =>
        surface.Chunk(point.Length).Any(row => row.Zip(point).All(pair => pair.First <= pair.Second));
}
