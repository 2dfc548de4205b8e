using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

public sealed class KnnShapleyTests
{
    private static readonly Matrix Train = new([0, 0, 1, 0, 0, 1, 2, 2, 3, 2, 2, 3, 1, 1], 2);
    private static readonly int[] Labels = [0, 0, 0, 1, 1, 1, 1];
    private static readonly Matrix Test = new([0.2f, 0.1f, 2.1f, 2.3f, 1.4f, 1.2f, 0.5f, 0.9f], 2);
    private static readonly int[] TestLabels = [0, 1, 1, 0];

    [Fact]
    public void GoldenValues()
    {
        double[] one =
        [
            0.139880952381,
            0.127380952381,
            0.252380952381,
            0.169047619048,
            0.106547619048,
            0.098214285714,
            0.106547619048,
        ];
        double[] two =
        [
            0.139880952381,
            0.127380952381,
            0.127380952381,
            0.169047619048,
            0.106547619048,
            0.098214285714,
            0.106547619048,
        ];
        AssertNear(one, KnnShapley.Classification(Train, Labels, Test, TestLabels, 1), 1e-12);
        AssertNear(two, KnnShapley.Classification(Train, Labels, Test, TestLabels, 2), 1e-12);
        AssertNear(
            [.. Enumerable.Repeat(1.0 / 14, 7)],
            KnnShapley.Classification(Train, Labels, Test, TestLabels, 7),
            1e-15
        );
        // More neighbours than rows: both public libraries give 0.0607 here.
        AssertNear(
            [.. Enumerable.Repeat(0.05, 7)],
            KnnShapley.Classification(Train, Labels, Test, TestLabels, 10),
            1e-15
        );
    }

    [Fact]
    public void ValuesAreThoseOfTheDefinition() =>
        Prop.ForAll(
                Arb.From(
                    from n in Gen.Choose(1, 8)
                    from k in Gen.Choose(1, 10)
                    from seed in Gen.Choose(0, 1 << 20)
                    select (n, k, seed)
                ),
                made =>
                {
                    (int n, int k, int seed) = made;
                    RandomStream random = new((ulong)seed, "knn");
                    // Few distinct places, so that distances tie.
                    Matrix Places(int rows) =>
                        new([.. Enumerable.Range(0, rows * 2).Select(_ => (float)random.NextInt32(4))], 2);
                    Matrix train = Places(n),
                        test = Places(3);
                    int[] labels = [.. Enumerable.Range(0, n).Select(_ => random.NextInt32(3))],
                        testLabels = [.. Enumerable.Range(0, 3).Select(_ => random.NextInt32(3))];
                    double[] targets = [.. labels.Select(_ => 10 * random.NextGaussian())],
                        testTargets = [.. testLabels.Select(_ => 10 * random.NextGaussian())];
                    double mean = targets.Average();
                    double Utility(int set, Func<int, double> vote, Func<int, double, double> score)
                    {
                        double sum = 0;
                        for (int t = 0; t < 3; t++)
                        {
                            double votes = Enumerable
                                .Range(0, n)
                                .Where(i => (set >> i & 1) == 1)
                                .OrderBy(i => Distance(train.Row(i), test.Row(t)))
                                .Take(k)
                                .Sum(i => t < 0 ? 0 : vote(i * 3 + t));
                            sum += score(t, votes / k);
                        }
                        return sum / 3;
                    }
                    double OfClasses(int set) =>
                        Utility(set, at => labels[at / 3] == testLabels[at % 3] ? 1 : 0, (_, share) => share);
                    double OfNumbers(int set) =>
                        Utility(
                            set,
                            at => targets[at / 3] - mean,
                            (t, vote) => -Math.Pow(mean + vote - testTargets[t], 2)
                        );
                    AssertNear(
                        BruteForce.Shapley(n, OfClasses),
                        KnnShapley.Classification(train, labels, test, testLabels, k),
                        1e-12
                    );
                    AssertNear(
                        BruteForce.Shapley(n, OfNumbers),
                        KnnShapley.Regression(train, targets, test, testTargets, k),
                        1e-9
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure.WithReplay(71, 7));

    [Fact]
    public void LargerSetsAreEfficientAndCopiesAreEqual()
    {
        RandomStream random = new(3, "large");
        const int n = 700,
            tests = 150,
            d = 5;
        float[] rows = [.. Enumerable.Range(0, n * d).Select(_ => (float)random.NextGaussian())];
        rows.AsSpan(0, d).CopyTo(rows.AsSpan(d, d)); // row 1 is a copy of row 0
        Matrix train = new(rows, d),
            test = new([.. Enumerable.Range(0, tests * d).Select(_ => (float)random.NextGaussian())], d);
        int[] labels = [.. Enumerable.Range(0, n).Select(i => i < 2 ? 1 : random.NextInt32(4))],
            testLabels = [.. Enumerable.Range(0, tests).Select(_ => random.NextInt32(4))];
        double[] values = KnnShapley.Classification(train, labels, test, testLabels, 7);
        NeighbourList nearest = new Learning.Neighbours(train).Nearest(test, 7);
        double all = 0;
        for (int t = 0; t < tests; t++)
            foreach (int row in nearest.Of(t))
                all += (labels[row] == testLabels[t] ? 1.0 : 0) / 7 / tests;
        Assert.Equal(all, values.Sum(), 1e-9);
        Assert.Equal(values[0], values[1], 1e-12);

        double[] targets = [.. labels.Select(label => label + random.NextDouble())],
            testTargets = [.. testLabels.Select(label => label + random.NextDouble())];
        double mean = targets.Average(),
            gain = 0;
        for (int t = 0; t < tests; t++)
        {
            double predicted = nearest.Of(t).ToArray().Average(row => targets[row]);
            gain += (Math.Pow(mean - testTargets[t], 2) - Math.Pow(predicted - testTargets[t], 2)) / tests;
        }
        Assert.Equal(gain, KnnShapley.Regression(train, targets, test, testTargets, 7).Sum(), 1e-9);
    }

    [Theory]
    [InlineData(LabelKind.Classification, "label")]
    [InlineData(LabelKind.Regression, "y")]
    public void ASignalIsTheSameOnAnyNumberOfThreadsAndAfterAKill(LabelKind task, string label)
    {
        View train = LabelledTables.Of(90, "train", flip: 9),
            test = LabelledTables.Of(200, "test");
        train = train.With(Selection.All(train.Dataset).Where(row => row % 10 != 3));
        KnnShapley method = new(
            new()
            {
                Task = task,
                Label = label,
                Features = LabelledTables.Features,
            }
        );
        double[] one = Assert.Single(method.Run(train, test, threads: 1)).Values;
        using Pieces pieces = Pieces.Temporary();
        Assert.Equal(one, method.Run(train, test, pieces: pieces)[0].Values);
        File.Delete(pieces.PathOf("neighbours", 1));
        Assert.Equal(one, method.Run(train, test, pieces: pieces)[0].Values);
        for (int row = 0; row < one.Length; row++)
            Assert.Equal(row % 10 == 3, double.IsNaN(one[row]));
        // Wrong rows are worth less.
        double[] wrong = [.. one.Where((value, row) => row % 9 == 0 && !double.IsNaN(value))],
            good = [.. one.Where((value, row) => row % 9 != 0 && !double.IsNaN(value))];
        Assert.True(wrong.Average() < 0 && good.Average() > 0);
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        View train = LabelledTables.Of(20, "train"),
            test = LabelledTables.Of(20, "test");
        Assert.Contains(
            "no dataset 'test'",
            Assert.Throws<AssayException>(() => new KnnShapley(new()).Run(train, null)).Message
        );
        Assert.Contains(
            "no column 'klass'",
            Assert.Throws<AssayException>(() => new KnnShapley(new() { Label = "klass" }).Run(train, test)).Message
        );
        AssayException text = Assert.Throws<AssayException>(() =>
            new KnnShapley(new() { Task = LabelKind.Regression }).Run(train, test)
        );
        Assert.Equal("label", text.Where!.Key);
        Assert.Throws<ArgumentException>(() => KnnShapley.Classification(Train, [1], Test, TestLabels));
        Assert.Throws<ArgumentException>(() => KnnShapley.Classification(Train, Labels, Test, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnShapley.Classification(Train, Labels, Test, TestLabels, 0));
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
            sum += Math.Pow(a[j] - b[j], 2);
        return sum;
    }

    internal static void AssertNear(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }
}
