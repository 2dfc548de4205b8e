using System.IO.Compression;
using Assay.Numerics;
using Assay.Tests;

namespace Assay.Learning.Tests;

public class LogisticRegressionTests
{
    private static readonly LogisticOptions Exact = new() { Tolerance = 1e-11 };

    public static TheoryData<LogisticSolver> Solvers => [LogisticSolver.Newton, LogisticSolver.Lbfgs];

    [Theory]
    [MemberData(nameof(Solvers))]
    public void TwoClassesAgreeWithScikitLearn(LogisticSolver solver)
    {
        LogisticModel model = new LogisticRegression(Exact with { Solver = solver }).Fit(GoldenRows.BinaryData);
        Assert.True(model.Converged);
        GoldenRows.Near([2.33995017208, 1.14692802047, -1.29928607269, 0.196867145999], model.Coefficients, 1e-7);
        Assert.Equal(-0.0223816156495, model.Intercepts[0], 1e-8);

        model = new LogisticRegression(Exact with { Solver = solver, C = 0.1 }).Fit(
            GoldenRows.BinaryData.WithWeights(GoldenRows.Weights)
        );
        GoldenRows.Near([1.08534918227, 0.696945084939, -0.599043315498, 0.144215497229], model.Coefficients, 1e-8);
        Assert.Equal(-0.134335955772, model.Intercepts[0], 1e-8);

        model = new LogisticRegression(Exact with { Solver = solver, Intercept = false }).Fit(GoldenRows.BinaryData);
        GoldenRows.Near([2.3396905866, 1.14705834911, -1.30145198662, 0.196186393111], model.Coefficients, 1e-8);
        Assert.Equal(0, model.Intercepts[0]);
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void ThreeClassesAgreeWithScikitLearn(LogisticSolver solver)
    {
        LogisticModel model = new LogisticRegression(Exact with { Solver = solver, C = 10 }).Fit(GoldenRows.ThreeData);
        Assert.True(model.Converged);
        GoldenRows.Near(
            [
                -5.5119033817,
                -1.30800132977,
                2.17531422858,
                -0.579138146378,
                0.152035827084,
                -0.587984053887,
                -0.0630879183072,
                -0.284208395984,
                5.35986755462,
                1.89598538366,
                -2.11222631027,
                0.863346542362,
            ],
            model.Coefficients,
            1e-7
        );
        GoldenRows.Near([-0.669496890493, 1.6022999367, -0.932803046203], model.Intercepts, 1e-7);

        model = new LogisticRegression(Exact with { Solver = solver }).Fit(
            GoldenRows.ThreeData.WithWeights(GoldenRows.Weights)
        );
        GoldenRows.Near([-0.420923371684, 0.959909188501, -0.538985816817], model.Intercepts, 1e-7);
        GoldenRows.Near([-3.41640502782, -0.515322282235], model.Coefficients.AsSpan(0, 2), 1e-7);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void ARowOfWeightTwoIsTwoRowsAndOneOfWeightZeroIsNone(int classes)
    {
        ClassificationData data = classes == 2 ? GoldenRows.BinaryData : GoldenRows.ThreeData;
        double[] weights = [.. Enumerable.Range(0, GoldenRows.Rows).Select(i => (double)(i % 3))];
        int[] copies = [.. Enumerable.Range(0, GoldenRows.Rows).SelectMany(i => Enumerable.Repeat(i, i % 3)).Reverse()];
        LogisticRegression learner = new(Exact);
        LogisticModel weighted = learner.Fit(data.WithWeights(weights)),
            copied = learner.Fit(data.Take(copies));
        GoldenRows.Near(weighted.Coefficients, copied.Coefficients, 1e-8);
        GoldenRows.Near(weighted.Intercepts, copied.Intercepts, 1e-8);
        LogisticModel scaled = new LogisticRegression(Exact with { C = 0.25 }).Fit(
            data.WithWeights([.. weights.Select(weight => 4 * weight)])
        );
        GoldenRows.Near(weighted.Coefficients, scaled.Coefficients, 1e-8);
    }

    [Fact]
    public void TheGradientVanishesAtTheOptimum()
    {
        LogisticOptions options = Exact with { Solver = LogisticSolver.Lbfgs, C = 3 };
        LogisticModel model = new LogisticRegression(options).Fit(GoldenRows.ThreeData);
        double[] p = model.Probabilities(GoldenRows.Features);
        for (int k = 0; k < 3; k++)
        for (int j = 0; j < 4; j++)
        {
            double derivative = model.Coefficients[k * 4 + j] / options.C;
            for (int i = 0; i < GoldenRows.Rows; i++)
                derivative += (p[i * 3 + k] - (GoldenRows.Three[i] == k ? 1 : 0)) * GoldenRows.Features[i, j];
            Assert.Equal(0, derivative, 1e-8);
        }
        double objective = model.Coefficients.Sum(w => w * w) / (2 * options.C);
        for (int i = 0; i < GoldenRows.Rows; i++)
            objective -= Math.Log(p[i * 3 + GoldenRows.Three[i]]);
        Assert.Equal(objective, model.Objective, 1e-9);
    }

    [Fact]
    public void SparseFeaturesGiveTheSameModel()
    {
        foreach (ClassificationData data in new[] { GoldenRows.BinaryData, GoldenRows.ThreeData })
        {
            SparseMatrixBuilder builder = new(4);
            for (int i = 0; i < data.Rows; i++)
            {
                for (int j = 0; j < 4; j++)
                    builder.Add(j, data.Features[i, j]);
                builder.EndRow();
            }
            SparseMatrix sparse = builder.Build();
            LogisticRegression learner = new(Exact);
            LogisticModel expected = learner.Fit(data),
                found = learner.Fit(sparse, data.Labels, data.Classes);
            GoldenRows.Near(expected.Coefficients, found.Coefficients, 1e-7);
            GoldenRows.Near(expected.Probabilities(data.Features), found.Probabilities(sparse), 1e-7);
        }
    }

    [Fact]
    public void ColumnsWithoutAnEntryChangeNothingAndHaveNoCoefficient()
    {
        foreach (ClassificationData data in new[] { GoldenRows.BinaryData, GoldenRows.ThreeData })
        {
            int[] places = [3, 17, 18, 4095]; // of the four columns among 4,096
            SparseMatrixBuilder builder = new(4096);
            for (int i = 0; i < data.Rows; i++)
            {
                for (int j = 0; j < 4; j++)
                    builder.Add(places[j], data.Features[i, j]);
                builder.EndRow();
            }
            SparseMatrix wide = builder.Build();
            LogisticRegression learner = new(Exact);
            LogisticModel expected = learner.Fit(data),
                found = learner.Fit(wide, data.Labels, data.Classes),
                again = learner.Fit(wide, data.Labels, data.Classes, start: found);
            Assert.Equal(4096, found.Features);
            for (int k = 0; k < found.Intercepts.Length; k++)
            for (int j = 0; j < 4096; j++)
                Assert.Equal(
                    places.Contains(j) ? expected.Coefficients[k * 4 + Array.IndexOf(places, j)] : 0,
                    found.Coefficients[k * 4096 + j],
                    1e-7
                );
            GoldenRows.Near(expected.Probabilities(data.Features), found.Probabilities(wide), 1e-7);
            Assert.True(again.Converged && again.Iterations <= 1);
        }
    }

    [Fact]
    public void AWarmStartReachesTheSameOptimumSooner()
    {
        ClassificationData data = Blobs(400, 30, 4, out _);
        LogisticRegression learner = new(new() { Tolerance = 1e-9 });
        LogisticModel all = learner.Fit(data);
        ClassificationData fewer = data.Take([.. Enumerable.Range(5, 395)]);
        LogisticModel cold = learner.Fit(fewer),
            warm = learner.Fit(fewer, all);
        Assert.True(cold.Converged && warm.Converged);
        Assert.True(warm.Iterations < cold.Iterations, $"{warm.Iterations} iterations against {cold.Iterations}");
        GoldenRows.Near(cold.Probabilities(data.Features), warm.Probabilities(data.Features), 1e-6);
        Assert.Equal(0, learner.Fit(data, all).Iterations);
    }

    [Fact]
    public void AClassWithoutRowsHasProbabilityZero()
    {
        int[] rows = [.. Enumerable.Range(0, GoldenRows.Rows).Where(i => GoldenRows.Three[i] != 1)];
        ClassificationData data = GoldenRows.ThreeData.Take(rows);
        LogisticRegression learner = new(Exact);
        LogisticModel model = learner.Fit(data);
        ClassificationData two = new(data.Features, [.. data.Labels.Select(k => k / 2)], 2);
        LogisticModel expected = learner.Fit(two, null);
        double[] three = model.Probabilities(data.Features),
            pairs = expected.Probabilities(data.Features);
        for (int i = 0; i < data.Rows; i++)
        {
            Assert.Equal(0, three[3 * i + 1]);
            Assert.Equal(pairs[2 * i + 1], three[3 * i + 2], 1e-9);
        }
        Assert.Equal(0, learner.Fit(data, model).Iterations);
        Assert.True(learner.Fit(GoldenRows.ThreeData, model).Converged);
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void SeparableClassesStayFinite(LogisticSolver solver)
    {
        ClassificationData data = new(new([-2, -1, 1, 2], 1), [0, 0, 1, 1], 2);
        LogisticModel free = new LogisticRegression(
            new()
            {
                C = double.PositiveInfinity,
                Solver = solver,
                MaxIterations = 50,
                Tolerance = 1e-300,
            }
        ).Fit(data);
        Assert.All(free.Coefficients.Concat(free.Intercepts), value => Assert.True(double.IsFinite(value)));
        Assert.Equal(data.Labels, ((IClassifier)free).Predict(data.Features));
        LogisticModel penalised = new LogisticRegression(Exact with { C = 1e4, Solver = solver }).Fit(data);
        Assert.True(penalised.Converged);
        Assert.Equal(0, penalised.Intercepts[0], 1e-6); // by symmetry
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void WithoutAPenaltyCollinearFeaturesAreNoTrouble(LogisticSolver solver)
    {
        float[] twice = [.. Enumerable.Range(0, GoldenRows.Rows).SelectMany(i => Twice(GoldenRows.Features.Row(i)))];
        LogisticOptions options = new()
        {
            C = double.PositiveInfinity,
            Solver = solver,
            Tolerance = 1e-9,
        };
        foreach (ClassificationData data in new[] { GoldenRows.BinaryData, GoldenRows.ThreeData })
        {
            LogisticModel one = new LogisticRegression(options).Fit(data),
                two = new LogisticRegression(options).Fit(
                    new ClassificationData(new(twice, 8), data.Labels, data.Classes)
                );
            Assert.True(one.Converged && two.Converged);
            Assert.Equal(one.Objective, two.Objective, 1e-6);
        }

        static float[] Twice(ReadOnlySpan<float> row) => [.. row, .. row];
    }

    [Fact]
    public void HugeLogitsDoNotOverflow()
    {
        ClassificationData data = new(new([-3e6f, 1e6f, 3e6f, -1e6f, 2e6f, 0], 1), [0, 1, 1, 0, 2, 2], 3);
        foreach (LogisticSolver solver in new[] { LogisticSolver.Newton, LogisticSolver.Lbfgs })
        {
            LogisticModel model = new LogisticRegression(new() { Solver = solver }).Fit(data);
            Assert.True(double.IsFinite(model.Objective));
            Assert.All(model.Probabilities(data.Features), p => Assert.InRange(p, 0, 1));
        }
    }

    [Fact]
    public void OneAndTwoThreadsGiveTheSameBits()
    {
        ClassificationData data = Blobs(900, 37, 5, out _);
        LogisticRegression learner = new(new() { MaxIterations = 20 });
        LogisticModel one,
            two;
        using (Workers.Limit(1))
            one = learner.Fit(data);
        using (Workers.Limit(2))
            two = learner.Fit(data);
        Assert.Equal(one.Coefficients, two.Coefficients);
        Assert.Equal(one.Objective, two.Objective);
    }

    [Fact]
    public void BadInputIsRefused()
    {
        LogisticRegression learner = new(new());
        ClassificationData single = new(GoldenRows.Features, new int[GoldenRows.Rows], 2);
        Assert.Contains("of class 0", Assert.Throws<ArgumentException>(() => learner.Fit(single)).Message);
        LogisticModel model = learner.Fit(GoldenRows.BinaryData);
        Assert.Contains(
            "4 features; the rows have 3",
            Assert.Throws<ArgumentException>(() => model.Probabilities(new Matrix([1, 2, 3], 3))).Message
        );
        Assert.Throws<ArgumentException>(() => learner.Fit(GoldenRows.ThreeData, model));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogisticRegression(new() { C = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogisticRegression(new() { C = double.NaN }));
    }

    [Fact]
    public void DigitsReachTheOptimumOfScikitLearn()
    {
        // scikit-learn's newton-cg on the first 1,000 digits with C = 0.01; its lbfgs stops at 1034.0628578.
        ClassificationData digits = Digits(SharedData.Path("mnist-small/train.bin.gz"), 1000);
        LogisticModel model = new LogisticRegression(new() { C = 0.01, Tolerance = 1e-9 }).Fit(digits);
        Assert.True(model.Converged);
        Assert.Equal(ObjectiveOfScikitLearn, model.Objective, ObjectiveOfScikitLearn * 1e-9);
    }

    private const double ObjectiveOfScikitLearn = 1034.062800656;

    internal static ClassificationData Digits(string path, int count)
    {
        using GZipStream bytes = new(File.OpenRead(path), CompressionMode.Decompress);
        float[] pixels = new float[count * 784];
        int[] labels = new int[count];
        byte[] record = new byte[785];
        for (int i = 0; i < count; i++)
        {
            bytes.ReadExactly(record);
            labels[i] = record[0];
            for (int j = 0; j < 784; j++)
                pixels[i * 784 + j] = record[j + 1] / 255f;
        }
        return new(new(pixels, 784), labels, 10);
    }

    /// <summary>Normal clouds around random centres, one a class.</summary>
    internal static ClassificationData Blobs(int rows, int columns, int classes, out double[] targets)
    {
        RandomStream random = new(1, "blobs");
        float[] centres = [.. Enumerable.Range(0, classes * columns).Select(_ => (float)random.NextGaussian() / 2)];
        float[] values = new float[rows * columns];
        int[] labels = new int[rows];
        targets = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = i % classes;
            for (int j = 0; j < columns; j++)
            {
                values[i * columns + j] = centres[labels[i] * columns + j] + (float)random.NextGaussian();
                targets[i] += values[i * columns + j] * (j - 3) / columns;
            }
        }
        return new(new(values, columns), labels, classes);
    }
}
