using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class CrowdingPruningTests
{
    [Fact]
    public void Distances_divided_by_the_number_of_objectives_are_those_of_pymoo()
    {
        double[] expected =
        [
            double.PositiveInfinity,
            0.526785714286,
            0.433035714286,
            0.473214285714,
            double.PositiveInfinity,
        ];
        double[] front = [1, 9, 2, 7, 4, 4, 5, 3.5, 8, 1];
        double[] mean = Crowding.Distances(front, 2, mean: true),
            sum = Crowding.Distances(front, 2);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], mean[i], 1e-12);
            Assert.Equal(2 * expected[i], sum[i], 1e-11);
        }
    }

    [Fact]
    public void Is_plain_removal_of_the_most_crowded_again_and_again() =>
        Prop.ForAll(
                (
                    from m in Gen.Choose(2, 3)
                    from n in Gen.Choose(1, 30)
                    from size in Gen.Choose(0, n)
                    from seed in Gen.Choose(1, 1000)
                    select (m, n, size, seed)
                ).ToArbitrary(),
                item =>
                {
                    (int m, int n, int size, int seed) = item;
                    double[] front = Fronts.Simplex((ulong)seed, n, m, 0.5);
                    List<double[]> left = [.. front.Chunk(m)];
                    List<int> indices = [.. Enumerable.Range(0, n)];
                    while (left.Count > size)
                    {
                        double[] distances = Scaled([.. left.SelectMany(row => row)], m, front);
                        int worst = Array.LastIndexOf(distances, distances.Min());
                        left.RemoveAt(worst);
                        indices.RemoveAt(worst);
                    }
                    // Once only ends are left, which of them goes first is a matter of the later index.
                    return indices.SequenceEqual(CrowdingPruning.ByCrowding(front, m, size));
                }
            )
            .Holds();

    [Fact]
    public void By_neighbours_is_plain_removal_too()
    {
        double[] front = Fronts.Simplex(3, 40, 4, 0.5);
        int[] kept = CrowdingPruning.Keep(front, 4, 12);
        Assert.Equal(12, kept.Length);
        // Every end of an objective is kept.
        for (int j = 0; j < 4; j++)
        {
            int lowest = Enumerable.Range(0, 40).MinBy(i => front[4 * i + j]);
            Assert.Contains(lowest, kept);
        }
        Assert.Equal(kept, CrowdingPruning.ByNeighbours(front, 4, 12));
    }

    [Fact]
    public void Neighbour_products_by_hand()
    {
        double[] products = CrowdingPruning.NeighbourProducts([0, 4, 1, 3, 3, 1, 4, 0], 2, 2);
        Assert.Equal(double.PositiveInfinity, products[0]);
        // In units of the extent: to (0, 4) sqrt(2)/4, to (3, 1) 2 sqrt(2)/4.
        Assert.Equal(2 * 2 / 16.0, products[1], 1e-15);
    }

    [Fact]
    public void Bad_sizes_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CrowdingPruning.Keep([1, 2], 2, 2));

    // Crowding distances of what is left, in units of the whole front.
    private static double[] Scaled(double[] left, int m, double[] front)
    {
        int n = left.Length / m;
        double[] distances = new double[n];
        for (int j = 0; j < m; j++)
        {
            double[] column = [.. front.Where((_, i) => i % m == j)];
            double low = column.Min(),
                range = column.Max() - low;
            if (range <= 0)
                continue;
            int[] order = [.. Enumerable.Range(0, n).OrderBy(i => left[i * m + j]).ThenBy(i => i)];
            for (int i = 0; i < n; i++)
                distances[order[i]] +=
                    i == 0 || i == n - 1
                        ? double.PositiveInfinity
                        : (left[order[i + 1] * m + j] - low) / range - (left[order[i - 1] * m + j] - low) / range;
        }
        return distances;
    }
}
