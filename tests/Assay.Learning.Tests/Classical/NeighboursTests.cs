using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class NeighboursTests
{
    [Theory]
    [InlineData(NeighbourDistance.Euclidean)]
    [InlineData(NeighbourDistance.Cosine)]
    public void OrderIsThatOfAllDistances(NeighbourDistance distance) =>
        // Few distinct values, so that ties and equal rows are common.
        Prop.ForAll<byte[], byte[]>(
                (rowCells, queryCells) =>
                {
                    Matrix rows = Of(rowCells),
                        queries = Of(queryCells);
                    if (rows.Rows == 0)
                        return true;
                    return Agrees(rows, queries, distance, 3) && Agrees(rows, queries, distance, 1000);

                    static Matrix Of(byte[] cells) =>
                        new([.. cells.Take(cells.Length / 3 * 3).Select(cell => cell % 4 - 1f)], 3);
                }
            )
            .Holds();

    [Theory]
    [InlineData(NeighbourDistance.Euclidean, 1)]
    [InlineData(NeighbourDistance.Cosine, 1)]
    [InlineData(NeighbourDistance.Euclidean, 1e20)]
    [InlineData(NeighbourDistance.Cosine, 1e20)]
    [InlineData(NeighbourDistance.Euclidean, 1e-22)]
    [InlineData(NeighbourDistance.Cosine, 1e-22)]
    public void BlocksAndScalesChangeNothing(NeighbourDistance distance, double scale)
    {
        RandomStream random = new(4, "neighbours");
        Matrix rows = Normal(random, 1500, 7, scale),
            queries = Normal(random, 70, 7, scale);
        Assert.True(Agrees(rows, queries, distance, 10));
    }

    [Fact]
    public void NearTiesFarFromTheOriginAreToldApart()
    {
        // Squared distances differ by 1e-4 where float32 products are off by hundreds.
        float[] values = new float[300];
        RandomStream random = new(5, "near");
        for (int i = 0; i < values.Length; i++)
            values[i] = 10_000 + MathF.Round((float)random.NextDouble() * 64) / 1024;
        Matrix rows = new(values, 3);
        Assert.True(Agrees(rows, rows, NeighbourDistance.Euclidean, 100));
        int[] self = new Neighbours(rows).Nearest(rows, 1).Indices;
        for (int i = 0; i < self.Length; i++)
            Assert.True(rows.Row(i).SequenceEqual(rows.Row(self[i])) && self[i] <= i);
    }

    [Fact]
    public void OneAndTwoThreadsGiveTheSameBits()
    {
        RandomStream random = new(6, "neighbours");
        Matrix rows = Normal(random, 700, 20, 1);
        NeighbourList one,
            two;
        using (Workers.Limit(1))
            one = new Neighbours(rows).Nearest(rows, 8);
        using (Workers.Limit(2))
            two = new Neighbours(rows).Nearest(rows, 8);
        Assert.Equal(one.Indices, two.Indices);
        Assert.Equal(one.Distances, two.Distances);
    }

    [Fact]
    public void NeighboursVoteByWeight()
    {
        ClassificationData data = new(new([0, 1, 2, 10], 1), [0, 1, 1, 0], 2, [3, 1, 1, 0]);
        IClassifier model = new KnnClassifier(new() { Neighbours = 3 }).Fit(data);
        GoldenRows.Near([0.6, 0.4], model.Probabilities(new([9], 1)), 1e-15); // the row of weight 0 is absent
        Assert.Equal([0], model.Predict(new([9], 1)));
        KnnRegressorModel regressor = new KnnRegressor(new() { Neighbours = 2 }).Fit(
            new(new([0, 1, 5], 1), [1, 4, 100], [1, 2, 1])
        );
        Assert.Equal(3, regressor.Predict(new([0.2f], 1))[0], 1e-15);
        Assert.Throws<ArgumentException>(() => model.Probabilities(new([1, 2], 2)));
        Assert.Throws<ArgumentException>(() => new Neighbours(new([], 2)));
        Assert.Throws<ArgumentException>(() => new Neighbours(new([float.NaN], 1)));
    }

    private static Matrix Normal(RandomStream random, int rows, int columns, double scale) =>
        new([.. Enumerable.Range(0, rows * columns).Select(_ => (float)(scale * random.NextGaussian()))], columns);

    private static bool Agrees(Matrix rows, Matrix queries, NeighbourDistance distance, int count)
    {
        Neighbours neighbours = new(rows, distance);
        NeighbourList found = neighbours.Nearest(queries, count);
        int[][] ranked = new int[queries.Rows][];
        neighbours.Rank(queries, (query, order) => ranked[query] = order.ToArray());
        for (int q = 0; q < queries.Rows; q++)
        {
            double[] distances = [.. Enumerable.Range(0, rows.Rows).Select(i => Distance(queries.Row(q), rows.Row(i)))];
            // Cosines that differ by rounding only may come in either order.
            double slack = distance == NeighbourDistance.Cosine ? 1e-14 : 0;
            ReadOnlySpan<int> order = ranked[q];
            for (int i = 1; i < order.Length; i++)
                if (
                    distances[order[i]] < distances[order[i - 1]] - slack
                    || (slack == 0 && distances[order[i]] == distances[order[i - 1]] && order[i] < order[i - 1])
                )
                    return false;
            if (order.ToArray().Distinct().Count() != rows.Rows || !order[..found.Count].SequenceEqual(found.Of(q)))
                return false;
            for (int i = 0; i < found.Count; i++)
            {
                double expected = distances[order[i]];
                expected = distance == NeighbourDistance.Euclidean ? Math.Sqrt(expected) : expected;
                if (Math.Abs(found.DistancesOf(q)[i] - expected) > 1e-12 * Math.Max(1, expected))
                    return false;
            }
        }
        return true;

        double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            double squares = 0,
                product = 0,
                aa = 0,
                bb = 0;
            for (int j = 0; j < a.Length; j++)
            {
                squares += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
                product += (double)a[j] * b[j];
                aa += (double)a[j] * a[j];
                bb += (double)b[j] * b[j];
            }
            if (distance == NeighbourDistance.Euclidean)
                return squares;
            return aa == 0 || bb == 0 ? 1 : 1 - product / (Math.Sqrt(aa) * Math.Sqrt(bb));
        }
    }
}
