using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class HypervolumeTests
{
    /// <summary>Up to 12 points in 1 to 5 objectives, some on or beyond the reference point (8, ..., 8).</summary>
    private static readonly Arbitrary<(double[] Points, int M)> Few = (
        from m in Gen.Choose(1, 5)
        from n in Gen.Choose(0, 12)
        from values in Gen.Choose(0, 9).ArrayOf(n * m)
        select (Array.ConvertAll(values, value => (double)value), m)
    ).ToArbitrary();

    private static readonly double[] Reference = [8, 8, 8, 8, 8];

    [Theory]
    [InlineData(2, 10, 38, new double[] { 5, 5, 4, 6, 2, 7, 7, 4 })]
    [InlineData(3, 4, 17, new double[] { 1, 2, 3, 2, 1, 3, 3, 1, 2, 1, 3, 2, 2, 3, 1, 3, 2, 1, 2, 2, 2 })]
    [InlineData(4, 5, 110, new double[] { 1, 2, 3, 4, 4, 3, 2, 1, 2, 2, 2, 2, 1, 4, 1, 4, 3, 1, 4, 1 })]
    [InlineData(5, 6, 469, new double[] { 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 3, 3, 3, 3, 3, 2, 5, 1, 4, 2 })]
    public void By_hand(int m, double reference, double expected, double[] points) =>
        Assert.Equal(expected, Hypervolume.Exact(points, m, Same(m, reference)));

    [Theory]
    [InlineData(3, 12, 1.12035185185185)]
    [InlineData(4, 12, 1.39827245370371)]
    public void Of_grids_on_the_simplex(int m, int p, double expected) =>
        Close(expected, Hypervolume.Exact(Fronts.DasDennis(m, p), m, Same(m, 1.1)), 1e-13);

    [Theory]
    [InlineData(4, 0.585)]
    [InlineData(10, 0.66)]
    public void Of_a_line_of_points(int n, double expected)
    {
        double[] points = [.. Enumerable.Range(0, n + 1).SelectMany(k => (double[])[k / (double)n, 1 - k / (double)n])];
        Close(expected, Hypervolume.Exact(points, 2, [1.1, 1.1]), 1e-14);
    }

    [Theory]
    [InlineData(2, 1.0, 0.7098764440257527)]
    [InlineData(3, 1.0, 1.1590060043867805)]
    [InlineData(4, 1.0, 1.4119896904067293)]
    [InlineData(2, 0.5, 0.4227787440422418)]
    [InlineData(3, 0.5, 0.7758837719953582)]
    [InlineData(4, 0.5, 1.0441324588135388)]
    [InlineData(2, 2.0, 1.04326686345368)]
    [InlineData(3, 2.0, 1.319281402485897)]
    [InlineData(4, 2.0, 1.4635455694467472)]
    public void Of_ten_thousand_points(int m, double power, double expected) =>
        Close(expected, Hypervolume.Exact(Fronts.Simplex(42, 10_000, m, power), m, Same(m, 1.1)), 1e-12);

    [Fact]
    public void Of_a_thousand_points_in_five_objectives() =>
        Close(1.0341921755530317, Hypervolume.Exact(Fronts.Simplex(42, 1000, 5, 0.5), 5, Same(5, 1.1)), 1e-12);

    [Fact]
    public void Of_a_long_staircase()
    {
        // All points lie on y + z = 1 with x = 0, but for a rounding-free shift of x that makes them arrive in random order.
        int n = 5000;
        int[] arrival = [.. Enumerable.Range(0, n)];
        new RandomStream(2, "arrival").Shuffle(arrival.AsSpan());
        double[] points = [.. arrival.SelectMany((y, x) => (double[])[x, y, n - 1 - y])];
        // By columns of y: the heights of the union are those of the points with smaller y, in the order of x.
        double expected = 0;
        double[] reference = [n, n, n];
        SortedDictionary<int, int> byX = [];
        for (int x = 0; x < n; x++)
            expected += (n - x) * Added(byX, arrival[x], n);
        Close(expected, Hypervolume.Exact(points, 3, reference), 1e-12);

        static double Added(SortedDictionary<int, int> seen, int y, int n)
        {
            int right = n,
                left = -1;
            foreach (int other in seen.Keys)
                if (other > y)
                {
                    right = other;
                    break;
                }
                else
                    left = other;
            seen[y] = y;
            // The point (y, n-1-y) adds a rectangle up to the next y on its right and the height of the next on its left.
            double top = left < 0 ? n : n - 1 - left;
            return (right - y) * (top - (n - 1 - y));
        }
    }

    [Fact]
    public void Is_the_sum_of_the_cells_it_covers() =>
        Prop.ForAll(
                Few,
                set =>
                    Fronts.CellVolume(set.Points, set.M, Reference[..set.M])
                    == Hypervolume.Exact(set.Points, set.M, Reference.AsSpan(0, set.M))
            )
            .Holds();

    [Fact]
    public void A_dominated_point_adds_nothing_and_a_new_best_one_adds() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] reference = Reference[..set.M];
                    double before = Hypervolume.Exact(set.Points, set.M, reference);
                    IEnumerable<double> worse = set.Points.Take(set.M).Select(x => x + 0.5);
                    double[] best = Same(set.M, -1);
                    return Hypervolume.Exact([.. worse, .. set.Points], set.M, reference) == before
                        && Hypervolume.Exact([.. best, .. set.Points], set.M, reference) == Math.Pow(9, set.M);
                }
            )
            .Holds();

    [Fact]
    public void Scaling_an_objective_scales_the_volume() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] scaled = [.. set.Points.Select((x, i) => i % set.M == 0 ? 4 * x : x)];
                    double[] reference = Reference[..set.M];
                    double before = Hypervolume.Exact(set.Points, set.M, reference);
                    reference[0] *= 4;
                    return Hypervolume.Exact(scaled, set.M, reference) == 4 * before;
                }
            )
            .Holds();

    [Fact]
    public void The_order_of_the_points_does_not_matter() =>
        Prop.ForAll(
                Few,
                set =>
                {
                    double[] reversed = [.. set.Points.Chunk(set.M).Reverse().SelectMany(row => row)];
                    double[] reference = Reference[..set.M];
                    return Hypervolume.Exact(set.Points, set.M, reference)
                        == Hypervolume.Exact(reversed, set.M, reference);
                }
            )
            .Holds();

    [Fact]
    public void Points_beyond_the_reference_count_for_nothing()
    {
        Assert.Equal(0, Hypervolume.Exact([1, 9, 9, 1], 2, [8, 9]));
        Assert.Equal(0, Hypervolume.Exact([], 3, [1, 1, 1]));
        Assert.Equal(6, Hypervolume.Exact([2, 9, 5], 1, [8]));
    }

    [Fact]
    public void The_reference_must_fit() =>
        Assert.Throws<ArgumentException>(() => Hypervolume.Exact([1, 2], 2, [3, 3, 3]));

    private static double[] Same(int m, double value) => [.. Enumerable.Repeat(value, m)];

    private static void Close(double expected, double actual, double relative) =>
        Assert.InRange(actual, expected * (1 - relative), expected * (1 + relative));
}
