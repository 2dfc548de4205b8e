using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

public sealed class CurveTests
{
    [Fact]
    public void WrongRowsAreCountedByHand()
    {
        // Lower cluster: 0, 1, 2. Two of its rows are wrong, and one above it.
        WrongRows found = WrongRows.Of([9, 0, 1, 8, 2, 10], [false, true, true, true, false, false], share: 1 / 3.0);
        Assert.Equal(2 / 3.0, found.F1, 1e-12);
        Assert.Equal(2 / 3.0, found.Found, 1e-12);
        Assert.Equal(8 / 9.0, found.Auc, 1e-12); // of nine pairs one, 8 against 2, is the wrong way round
        Assert.Equal(2, WrongRows.LowerCluster([9, 0, 1, 8, 2, 10]));
        Assert.Equal(4, WrongRows.LowerCluster([4, 4, 4]));
        Assert.Equal(-1, WrongRows.LowerCluster([3, -1]));
        Assert.Throws<ArgumentException>(() => WrongRows.Of([1, 2], [true]));
        Assert.Throws<ArgumentException>(() => WrongRows.Of([1, 2], [true, true]));
    }

    [Fact]
    public void TheCutIsTheBestOfAll()
    {
        RandomStream random = new(5, "cut");
        for (int round = 0; round < 50; round++)
        {
            double[] values = [.. Enumerable.Range(0, 2 + random.NextInt32(12)).Select(_ => random.NextGaussian())];
            double[] sorted = [.. values.Order()];
            double Within(IEnumerable<double> part) => part.Sum(value => Math.Pow(value - part.Average(), 2));
            int best = Enumerable
                .Range(1, sorted.Length - 1)
                .MinBy(cut => Within(sorted[..cut]) + Within(sorted[cut..]));
            Assert.Equal(sorted[best - 1], WrongRows.LowerCluster(values));
        }
    }

    [Fact]
    public void CurvesRemoveAndAddInOrder()
    {
        TableGame game = new(4, set => set); // player i is worth 2^i
        Assert.Equal(
            [new(0, 15), new(0.25, 14), new(0.5, 12), new(0.75, 8)],
            ValueCurve.Removal(game, [0, 1, 2, 3], points: 4).Points
        );
        Assert.Equal(
            [new(0.25, 8), new(0.5, 12), new(0.75, 14), new(1, 15)],
            ValueCurve.Addition(game, [3, 2, 1, 0]).Points
        );
        ValueCurve random = ValueCurve.Random(
            order => ValueCurve.Removal(game, order, points: 4),
            4,
            new(1, "orders"),
            orders: 400
        );
        foreach ((double expected, CurvePoint point) in new[] { 15, 11.25, 7.5, 3.75 }.Zip(random.Points))
            Assert.Equal(expected, point.Worth, 0.8);
        Assert.Equal([2, 1, 0, 3], ValueCurve.Ascending([5, 4, 3, 5]));
        Assert.Throws<ArgumentException>(() => ValueCurve.Removal(game, [0, 1]));
    }

    [Fact]
    public void OnRealRowsValuesFindFlippedLabelsAndOrderRowsByUse()
    {
        // The protocol of the method file, one seed: 100 rows to train on, 20 of them flipped, 100 to value by, the rest to test.
        (Matrix rows, int[] labels) = BreastCancer();
        int[] order = [.. Enumerable.Range(0, rows.Rows)];
        RandomStream random = new(1, "split");
        random.Shuffle(order.AsSpan());
        ColumnScale scale = ColumnScale.Of(rows.Take(order.AsSpan(0, 100)));
        (Matrix, int[]) Part(int from, int to) =>
            (scale.Apply(rows.Take(order.AsSpan(from..to))), [.. order[from..to].Select(row => labels[row])]);
        (Matrix train, int[] given) = Part(0, 100);
        (Matrix valid, int[] truth) = Part(100, 200);
        (Matrix test, int[] testTruth) = Part(200, rows.Rows);
        bool[] flipped = [.. Enumerable.Range(0, 100).Select(row => row < 20)];
        for (int row = 0; row < 20; row++)
            given[row] ^= 1;
        TrainingGame Game(Matrix features, int[] own) =>
            new(
                new ClassificationTask(
                    new(train, given, 2),
                    features,
                    own,
                    new LogisticRegression(new()),
                    WorthMetric.Accuracy,
                    random
                ),
                [.. Enumerable.Range(0, 100).Select(row => (int[])[row])],
                random
            );
        TrainingGame game = Game(valid, truth);
        using Pieces pieces = Pieces.Temporary();
        FullWorth full = game.Full();
        double[] tmc = new PermutationSampler(game)
        {
            Permutations = 60,
            Full = full.Mean,
            Tolerance = 0.01 * full.Mean,
        }
            .Run(new(pieces) { Random = random })
            .Means.Means();
        double[] loo = LeaveOneOut.Values(game, new(pieces));
        double[] knn = KnnShapley.Classification(train, given, valid, truth);
        Assert.InRange(WrongRows.Of(tmc, flipped).Auc, 0.88, 1);
        Assert.InRange(WrongRows.Of(knn, flipped).Auc, 0.9, 1);
        Assert.True(WrongRows.Of(loo, flipped).Auc + 0.05 < WrongRows.Of(tmc, flipped).Auc);

        int[] ascending = ValueCurve.Ascending(tmc);
        TrainingGame report = Game(test, testTruth);
        double withoutLowest = report.Worth(ascending.AsSpan(20)),
            withoutHighest = report.Worth(ascending.AsSpan(0, 80));
        Assert.True(withoutLowest > withoutHighest + 0.05, $"{withoutLowest} {withoutHighest}");
    }

    private static (Matrix, int[]) BreastCancer()
    {
        List<float> values = [];
        List<int> labels = [];
        foreach (string line in File.ReadLines(SharedData.Path("data-shapley/breast_cancer.csv")).Skip(1))
        {
            string[] cells = line.Split(',');
            values.AddRange(cells[..^1].Select(float.Parse));
            labels.Add(int.Parse(cells[^1]));
        }
        return (new([.. values], values.Count / labels.Count), [.. labels]);
    }
}
