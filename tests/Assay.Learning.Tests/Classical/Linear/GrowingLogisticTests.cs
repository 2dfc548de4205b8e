using Assay.Numerics;

namespace Assay.Learning.Tests.Classical.Linear;

public sealed class GrowingLogisticTests
{
    [Theory]
    [InlineData(60, 3, 1.0)]
    [InlineData(150, 20, 1.0)]
    [InlineData(80, 40, 100.0)]
    [InlineData(60, 2, 1e4)]
    public void EveryStepIsTheOptimumOfItsRows(int rows, int columns, double c)
    {
        ClassificationData data = Made(rows, columns, 1);
        LogisticOptions options = new() { C = c };
        GrowingLogistic growing = new(data, options);
        LogisticRegression exact = new(options with { Tolerance = 1e-10 });
        int[] order = [.. Enumerable.Range(0, rows)];
        new RandomStream(4, "order").Shuffle(order.AsSpan());
        for (int k = 0; k < rows; k++)
        {
            growing.Add(order[k]);
            if (!growing.HasBothClasses)
                continue;
            LogisticModel found = growing.Model();
            Assert.True(found.Converged, $"row {k}: {found.GradientNorm}");
            if (k % 7 != 0)
                continue;
            ClassificationData part = data.Take(order.AsSpan(0, k + 1));
            LogisticModel wanted = exact.Fit(part);
            double[] logits = new double[data.Rows];
            growing.Logits(data.Features, logits);
            double[] others = wanted.Logits(data.Features);
            for (int i = 0; i < logits.Length; i++)
                Assert.Equal(others[i], logits[i], 3e-3 * Math.Max(1, Math.Abs(others[i])) * Math.Sqrt(c));
        }
    }

    [Fact]
    public void RowsMayComeSeveralAtATimeAndTwice()
    {
        ClassificationData data = Made(40, 5, 2);
        GrowingLogistic growing = new(data, new());
        for (int row = 0; row < 20; row++)
            growing.Add(row);
        growing.Fit();
        for (int row = 10; row < 40; row++)
            growing.Add(row);
        int[] all = [.. Enumerable.Range(0, 20), .. Enumerable.Range(10, 30)];
        LogisticModel wanted = new LogisticRegression(new() { Tolerance = 1e-10 }).Fit(data.Take(all));
        LogisticModel found = growing.Model();
        Assert.Equal(50, growing.Rows);
        for (int j = 0; j < 5; j++)
            Assert.Equal(wanted.Coefficients[j], found.Coefficients[j], 1e-4);
    }

    [Fact]
    public void SeparableRowsAndColumnsThatDoNotVaryAreNoTrouble()
    {
        float[] values = [1, 0, 5, 2, 0, 5, -1, 0, 5, -2, 0, 5, 1e3f, 0, 5, -1e3f, 0, 5];
        ClassificationData data = new(new(values, 3), [1, 1, 0, 0, 1, 0], 2);
        GrowingLogistic growing = new(data, new());
        for (int row = 0; row < 6; row++)
        {
            growing.Add(row);
            if (growing.HasBothClasses)
                Assert.True(growing.Model().Converged);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        ClassificationData data = Made(10, 2, 3);
        GrowingLogistic growing = new(data, new());
        Assert.Throws<InvalidOperationException>(() => growing.Model());
        Assert.Throws<ArgumentException>(() => new GrowingLogistic(new(data.Features, data.Labels, 3), new()));
        foreach (int row in Enumerable.Range(0, 10))
            growing.Add(row);
        Assert.Throws<ArgumentException>(() => growing.Logits(data.Features, new double[3]));
    }

    // Two classes that overlap.
    private static ClassificationData Made(int rows, int columns, ulong seed)
    {
        RandomStream random = new(seed, "growing");
        float[] values = new float[rows * columns];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = random.NextInt32(2);
            for (int j = 0; j < columns; j++)
                values[i * columns + j] = (float)(random.NextGaussian() + (labels[i] - 0.5) * (j < 3 ? 1 : 0));
        }
        return new(new(values, columns), labels, 2);
    }
}
