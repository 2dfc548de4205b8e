using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class CalibrationTests
{
    private static readonly double[] Scores =
    [
        .. Enumerable
            .Range(0, GoldenRows.Rows)
            .Select(i => GoldenRows.Features[i, 0] + 0.5 * GoldenRows.Features[i, 1]),
    ];

    [Fact]
    public void PlattAgreesWithScikitLearn()
    {
        PlattScaling fitted = PlattScaling.Fit(Scores, GoldenRows.Binary);
        Assert.Equal(-3.05087209653, fitted.A, 1e-4); // its tolerance, not ours
        Assert.Equal(0.084680552342, fitted.B, 1e-4);
        Assert.Equal(1 / (1 + Math.Exp(fitted.A * 0.3 + fitted.B)), fitted.Probability(0.3), 1e-15);
        Assert.Throws<ArgumentException>(() => PlattScaling.Fit([1, 2], [1, 1]));
        Assert.Throws<ArgumentException>(() => PlattScaling.Fit([1, double.NaN], [0, 1]));
    }

    [Fact]
    public void PlattStaysFiniteOnSeparableScores()
    {
        PlattScaling fitted = PlattScaling.Fit([-1, -2, 1, 2], [0, 0, 1, 1]);
        Assert.True(double.IsFinite(fitted.A) && fitted.A < 0);
        Assert.InRange(fitted.Probability(1), 0.6, 0.9);
    }

    [Fact]
    public void IsotonicAgreesWithScikitLearn()
    {
        double[] targets = [.. GoldenRows.Binary];
        IsotonicRegression fitted = IsotonicRegression.Fit(Scores, targets, GoldenRows.Weights);
        double[] at = [-1.2, -0.5, -0.1, 0.0, 0.2, 0.4, 1.0];
        GoldenRows.Near([0, 0, 0.525, 0.525, 0.525, 0.686868691247, 1], [.. at.Select(fitted.At)], 1e-7);
    }

    [Fact]
    public void IsotonicIsTheMinimaxOfMeans() =>
        // The least-squares monotone fit at i is the largest over a <= i of the smallest over b >= i of the mean of a..b.
        Prop.ForAll<(byte Target, byte Weight)[]>(rows =>
            {
                if (rows.Length == 0)
                    return true;
                double[] inputs = [.. Enumerable.Range(0, rows.Length).Select(i => (double)i)],
                    targets = [.. rows.Select(row => row.Target % 8.0)],
                    weights = [.. rows.Select(row => 1.0 + row.Weight % 3)];
                IsotonicRegression fitted = IsotonicRegression.Fit(inputs, targets, weights);
                return inputs.All(input =>
                {
                    double expected = Enumerable
                        .Range(0, (int)input + 1)
                        .Max(a =>
                            Enumerable
                                .Range((int)input, rows.Length - (int)input)
                                .Min(b =>
                                {
                                    double sum = 0,
                                        weight = 0;
                                    for (int i = a; i <= b; i++)
                                    {
                                        sum += weights[i] * targets[i];
                                        weight += weights[i];
                                    }
                                    return sum / weight;
                                })
                        );
                    return Math.Abs(expected - fitted.At(input)) < 1e-9;
                });
            })
            .Holds();

    [Fact]
    public void RowsOfEqualInputGetOneValue()
    {
        IsotonicRegression fitted = IsotonicRegression.Fit([1, 1, 2, 2], [0, 1, 1, 0], [1, 3, 1, 1]);
        Assert.Equal((0.75 * 4 + 0.5 * 2) / 6, fitted.At(1), 1e-12);
        Assert.Equal(fitted.At(1), fitted.At(2), 1e-12);
        Assert.Equal(fitted.At(2), fitted.At(9), 1e-12);
    }

    [Fact]
    public void TemperatureUndoesAScaleOfLogits()
    {
        RandomStream random = new(3, "logits");
        const int rows = 500;
        double[] logits = [.. Enumerable.Range(0, rows * 3).Select(_ => 2 * random.NextGaussian())];
        // Labels drawn from the logits' own probabilities need a temperature near 1.
        double[] p = [.. logits];
        ClassScores.Softmax(p, 3);
        int[] drawn =
        [
            .. Enumerable
                .Range(0, rows)
                .Select(i =>
                {
                    double u = random.NextDouble();
                    return u < p[3 * i] ? 0
                        : u < p[3 * i] + p[3 * i + 1] ? 1
                        : 2;
                }),
        ];
        double own = TemperatureScaling.Fit(logits, drawn, 3).Temperature;
        Assert.InRange(own, 0.8, 1.25);
        double[] scaled = [.. logits.Select(z => 5 * z)];
        Assert.Equal(5 * own, TemperatureScaling.Fit(scaled, drawn, 3).Temperature, 5 * own * 1e-9);
        GoldenRows.Near(p, new TemperatureScaling(1).Probabilities(logits, 3), 0);
    }
}
