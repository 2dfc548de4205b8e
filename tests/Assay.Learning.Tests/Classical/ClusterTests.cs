using Assay.Numerics;

namespace Assay.Learning.Tests;

public class ClusterTests
{
    private static readonly ClassificationData Blobs = LogisticRegressionTests.Blobs(300, 20, 4, out _);

    [Fact]
    public void CentresAreTheMeansOfTheirRows()
    {
        double[] weights = [.. Enumerable.Range(0, 300).Select(i => (double)(i % 3))];
        KMeansModel model = new KMeans(new() { Clusters = 5, Tolerance = 0 }).Fit(
            Blobs.Features,
            new(1, "kmeans"),
            weights
        );
        Assert.Equal(model.Labels, model.Assign(Blobs.Features));
        double inertia = 0;
        for (int cluster = 0; cluster < 5; cluster++)
        {
            int[] rows = [.. Enumerable.Range(0, 300).Where(i => model.Labels[i] == cluster)];
            double total = rows.Sum(i => weights[i]);
            for (int j = 0; j < 20; j++)
            {
                double mean = rows.Sum(i => weights[i] * Blobs.Features[i, j]) / total;
                Assert.Equal(mean, model.Centres[cluster, j], 1e-6);
                inertia += rows.Sum(i => weights[i] * Math.Pow(Blobs.Features[i, j] - mean, 2));
            }
        }
        Assert.Equal(inertia, model.Inertia, 1e-4);
    }

    [Fact]
    public void CloudsThatAreApartAreFound()
    {
        float[] values = [.. Enumerable.Range(0, 60).Select(i => (float)(i % 3 * 100 + i / 30.0))];
        Matrix rows = new(values, 1);
        foreach (int? batch in new int?[] { null, 20 })
        {
            KMeansModel model = new KMeans(
                new()
                {
                    Clusters = 3,
                    BatchRows = batch,
                    MaxIterations = 50,
                }
            ).Fit(rows, new(3, "kmeans"));
            for (int i = 3; i < 60; i++)
                Assert.Equal(model.Labels[i % 3], model.Labels[i]);
            Assert.Equal(3, model.Labels.Distinct().Count());
        }
    }

    [Fact]
    public void MoreRestartsAreNoWorseAndThreadsChangeNothing()
    {
        KMeansOptions options = new() { Clusters = 8 };
        KMeansModel once = new KMeans(options).Fit(Blobs.Features, new(2, "kmeans")),
            best = new KMeans(options with { Restarts = 5 }).Fit(Blobs.Features, new(2, "kmeans"));
        Assert.True(best.Inertia <= once.Inertia);
        using (Workers.Limit(1))
            Assert.Equal(once.Centres.Values, new KMeans(options).Fit(Blobs.Features, new(2, "kmeans")).Centres.Values);
        KMeansModel batches = new KMeans(options with { BatchRows = 64, MaxIterations = 60 }).Fit(
            Blobs.Features,
            new(2, "kmeans")
        );
        Assert.InRange(batches.Inertia, best.Inertia * 0.99, best.Inertia * 1.2);
    }

    [Fact]
    public void FewerDistinctRowsThanClustersAreNoTrouble()
    {
        KMeansModel model = new KMeans(new() { Clusters = 3 }).Fit(new([1, 1, 1, 2, 2], 1), new(1, "kmeans"));
        Assert.Equal(0, model.Inertia);
        Assert.Throws<ArgumentException>(() => new KMeans(new() { Clusters = 6 }).Fit(new([1, 2], 1), new(1, "k")));
    }

    [Fact]
    public void SphericalCentresAreDirectionsOfMeans()
    {
        float[] values = Blobs.Features.Values.ToArray();
        for (int start = 0; start < values.Length; start += 20)
        {
            double length = Math.Sqrt(values.AsSpan(start, 20).ToArray().Sum(value => (double)value * value));
            for (int j = start; j < start + 20; j++)
                values[j] = (float)(values[j] / length);
        }
        Matrix unit = new(values, 20);
        KMeansOptions options = new()
        {
            Clusters = 5,
            Tolerance = 0,
            Spherical = true,
        };
        KMeansModel model = new KMeans(options).Fit(unit, new(1, "kmeans"));
        for (int cluster = 0; cluster < 5; cluster++)
        {
            int[] rows = [.. Enumerable.Range(0, 300).Where(i => model.Labels[i] == cluster)];
            double[] sum = [.. Enumerable.Range(0, 20).Select(j => rows.Sum(i => (double)unit[i, j]))];
            double length = Math.Sqrt(sum.Sum(value => value * value));
            for (int j = 0; j < 20; j++)
                Assert.Equal(sum[j] / length, model.Centres[cluster, j], 1e-6);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeans(options with { BatchRows = 10 }));
    }

    [Fact]
    public void ComponentsAgreeWithScikitLearn()
    {
        PcaModel pca = new Pca(new() { Components = 3 }).Fit(GoldenRows.Features, new(1, "pca"));
        GoldenRows.Near([0.372457646965, 0.361887843285, 0.358942139683], pca.ExplainedVariance, 1e-9);
        GoldenRows.Near(
            [0.43356915622, 0.133698454401, 0.530428792811, 0.716092037257],
            [.. pca.Components.Take(4).Select(Math.Abs)],
            1e-8
        );
        PcaModel svd = new Pca(new() { Centre = false }).Fit(GoldenRows.Features, new(1, "pca"));
        GoldenRows.Near([4.6935472871, 4.62084528593], svd.SingularValues, 1e-9);
        GoldenRows.Near(
            [0.40476346551, 0.130397597933, 0.561440071029, 0.709892984953],
            [.. svd.Components.Take(4).Select(Math.Abs)],
            1e-8
        );
        Assert.Equal([60, 3], [pca.Transform(GoldenRows.Features).Rows, pca.Transform(GoldenRows.Features).Columns]);
        Assert.Throws<ArgumentException>(() =>
            new Pca(new() { Components = 5 }).Fit(GoldenRows.Features, new(1, "pca"))
        );
    }

    [Fact]
    public void AllWaysFindTheSameComponents()
    {
        double[] weights = [.. Enumerable.Range(0, 15).Select(i => 1.0 + i % 2)];
        Matrix few = Blobs.Features.Take([.. Enumerable.Range(0, 15)]), // fewer rows than features
            copied = Blobs.Features.Take([.. Enumerable.Range(0, 15).SelectMany(i => Enumerable.Repeat(i, 1 + i % 2))]);
        PcaOptions options = new() { Components = 3 };
        PcaModel byRows = new Pca(options).Fit(few, new(1, "pca"), weights),
            byFeatures = new Pca(options).Fit(copied, new(1, "pca")),
            randomised = new Pca(options with { ExactUpTo = 0, PowerIterations = 30 }).Fit(few, new(1, "pca"), weights);
        GoldenRows.Near(byFeatures.Components, byRows.Components, 1e-8);
        GoldenRows.Near(byFeatures.ExplainedVariance, byRows.ExplainedVariance, 1e-8);
        GoldenRows.Near(byFeatures.Components, randomised.Components, 1e-6);
        GoldenRows.Near(byFeatures.SingularValues, randomised.SingularValues, 1e-8);
        float[] coordinates = byRows.Transform(copied).Values.ToArray();
        double[] variance = new double[3];
        for (int at = 0; at < coordinates.Length; at++)
            variance[at % 3] += (double)coordinates[at] * coordinates[at] / (copied.Rows - 1);
        GoldenRows.Near(byRows.ExplainedVariance, variance, 1e-5);
    }
}
