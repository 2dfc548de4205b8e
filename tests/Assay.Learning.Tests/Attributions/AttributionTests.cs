using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public sealed class AttributionTests
{
    // The reference tree: feature 0 twice on a path, so that a step is taken back.
    private static readonly AdditiveTrees Reference = Of(
        new()
        {
            Left = [1, 2, -1, -1, 5, -1, 7, -1, -1],
            Right = [4, 3, -1, -1, 6, -1, 8, -1, -1],
            Feature = [0, 1, -1, -1, 2, -1, 0, -1, -1],
            Threshold = [.5, 1, 0, 0, 2, 0, 1.5, 0, 0],
            MissingLeft = new bool[9],
            Cover = [10, 6, 4, 2, 4, 1, 3, 2, 1],
            Impurity = new double[9],
            Values = [0, 0, 1, 4, 0, 2, 0, 6, 10],
            Outputs = 1,
        },
        3
    );

    private static readonly Matrix Background = Matrix.Of([
            [0, 0, 0],
            [1, 2, 3],
            [2, 1, 2.5f],
            [.4f, 1.2f, 1],
        ]),
        Rows = Matrix.Of([
            [.2f, 1.5f, 3],
            [1, 0, 3],
            [2, 2, 1],
        ]);

    private static readonly double[] ByCover = [-22 / 15.0, 1.6, 4 / 15.0, 29 / 15.0, -.3, 23 / 30.0, 1.6, .6, -3.8],
        ByBackground = [-2.375, 1.125, 0, .125, -.375, 1, -.125, .375, -3.5];

    [Fact]
    public void Trees_by_cover_are_the_reference()
    {
        Attributions found = CoverTreeShap.Explain(Reference, Rows);
        Assert.Equal(3.6, found.Base, 12);
        Close(ByCover, found.Values, 1e-12);
    }

    [Fact]
    public void Trees_by_background_and_kernel_are_the_reference()
    {
        Attributions found = BackgroundTreeShap.Explain(Reference, Background, Rows);
        Assert.Equal(5.25, found.Base, 12);
        Close(ByBackground, found.Values, 1e-12);
        Attributions kernel = KernelShap.Explain(Reference.Scores, Background, Rows, new(1, "kernel"));
        Assert.Equal(5.25, kernel.Base, 12);
        Close(ByBackground, kernel.Values, 1e-10);
        Close([(2.375 + .125 + .125) / 3, 1.875 / 3, 1.5], found.MeanMagnitudes(), 1e-12);
    }

    [Fact]
    public void Trees_are_the_Shapley_sums() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "trees");
                    int d = 2 + random.NextInt32(4);
                    Matrix rows = Draw(random, 60, d),
                        background = rows.Take([3, 8, 20, 33, 47]),
                        explained = rows.Take([0, 1, 2, 3]);
                    AdditiveTrees trees = Fit(rows, random);
                    Attributions byBackground = BackgroundTreeShap.Explain(trees, background, explained),
                        byCover = CoverTreeShap.Explain(trees, explained),
                        kernel = KernelShap.Explain(trees.Scores, background, explained, random);
                    for (int i = 0; i < explained.Rows; i++)
                    {
                        float[] row = explained.Row(i).ToArray();
                        Close(Shapley(d, set => Mixed(trees, background, row, set)), byBackground.Row(i), 1e-9);
                        Close(Shapley(d, set => Known(trees, row, set)), byCover.Row(i), 1e-9);
                        Close(byBackground.Row(i), kernel.Row(i), 1e-8);
                    }
                    Assert.Equal(Known(trees, new float[d], 0), byCover.Base, 9);
                }
            )
            .Holds();

    [Fact]
    public void They_add_up_to_the_score_over_trees_and_leave_out_what_is_not_used() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "sums");
                    Matrix drawn = Draw(random, 80, 4),
                        rows = Matrix.Of([
                            .. Enumerable.Range(0, 80).Select(i => (float[])[.. drawn.Row(i), 7]), // column 4 says nothing
                        ]);
                    AdditiveTrees trees = Fit(rows, random),
                        half = trees with { Trees = [.. trees.Trees.Take(trees.Trees.Count / 2)] },
                        other = trees with { Trees = [.. trees.Trees.Skip(trees.Trees.Count / 2)], Start = 0 };
                    double[] scores = trees.Scores(rows);
                    foreach (
                        Func<AdditiveTrees, Attributions> explain in (
                            (Func<AdditiveTrees, Attributions>[])
                                [
                                    of => BackgroundTreeShap.Explain(of, rows.Take([1, 5, 9]), rows),
                                    of => CoverTreeShap.Explain(of, rows),
                                ]
                        )
                    )
                    {
                        Attributions whole = explain(trees),
                            first = explain(half),
                            second = explain(other);
                        for (int i = 0; i < rows.Rows; i++)
                        {
                            Assert.Equal(scores[i], whole.Base + Sum(whole.Row(i)), 9);
                            Assert.Equal(0, whole[i, 4]);
                            for (int j = 0; j < 4; j++)
                                Assert.Equal(whole[i, j], first[i, j] + second[i, j], 9);
                        }
                    }
                }
            )
            .Holds();

    [Fact]
    public void Features_that_play_the_same_part_get_the_same()
    {
        // f = 1 where both are above 0.
        AdditiveTrees both = Of(
            new()
            {
                Left = [1, -1, 3, -1, -1],
                Right = [2, -1, 4, -1, -1],
                Feature = [0, -1, 1, -1, -1],
                Threshold = [0, 0, 0, 0, 0],
                MissingLeft = new bool[5],
                Cover = [4, 2, 2, 1, 1],
                Impurity = new double[5],
                Values = [0, 0, 0, 0, 1],
                Outputs = 1,
            },
            2
        );
        Matrix one = Matrix.Of([
                [1, 1],
            ]),
            four = Matrix.Of([
                [-1, -1],
                [-1, 1],
                [1, -1],
                [1, 1],
            ]);
        Close([.375, .375], BackgroundTreeShap.Explain(both, four, one).Values, 1e-12);
        Close([.375, .375], CoverTreeShap.Explain(both, one).Values, 1e-12);
        Close([.375, .375], KernelShap.Explain(both.Scores, four, one, new(1, "same")).Values, 1e-12);
    }

    [Fact]
    public void A_linear_score_has_one_answer()
    {
        RandomStream random = new(5, "linear");
        Matrix rows = Draw(random, 40, 6);
        double[] coefficients = [.. Enumerable.Range(0, 6).Select(_ => random.NextGaussian())];
        double[] Score(Matrix of) =>
            [.. Enumerable.Range(0, of.Rows).Select(i => 0.5 + coefficients.Select((c, j) => c * of[i, j]).Sum())];
        Attributions linear = LinearShap.Explain(coefficients, 0.5, rows, rows),
            kernel = KernelShap.Explain(Score, rows, rows, random),
            sampled = KernelShap.Explain(Score, rows, rows, random, coalitions: 20);
        Assert.Equal(linear.Base, kernel.Base, 10);
        Close(linear.Values, kernel.Values, 1e-9);
        Close(linear.Values, sampled.Values, 1e-9); // least squares of a linear score is exact from any coalitions that tell features apart
    }

    [Fact]
    public void Sampled_coalitions_come_near_the_exact_values()
    {
        RandomStream random = new(6, "sampled");
        Matrix rows = Draw(random, 200, 14);
        AdditiveTrees trees = Fit(rows, random);
        Matrix background = rows.Take([.. Enumerable.Range(0, 10)]),
            explained = rows.Take([50, 60, 70]);
        double[] exact = BackgroundTreeShap.Explain(trees, background, explained).Values,
            few = KernelShap.Explain(trees.Scores, background, explained, random, 400).Values,
            many = KernelShap.Explain(trees.Scores, background, explained, random, 8000).Values,
            all = KernelShap.Explain(trees.Scores, background, explained, random, (1 << 14) - 2).Values;
        Assert.True(Distance(exact, many) < Distance(exact, few));
        Assert.True(Distance(exact, many) < 0.05 * Distance(exact, new double[exact.Length]));
        Close(exact, all, 1e-8);
    }

    [Fact]
    public void One_thread_and_two_give_the_same_bits()
    {
        RandomStream random = new(7, "threads");
        Matrix rows = Draw(random, 100, 5);
        AdditiveTrees trees = Fit(rows, random);
        double[][] Both()
        {
            return
            [
                BackgroundTreeShap.Explain(trees, rows.Take([1, 2, 3]), rows).Values,
                CoverTreeShap.Explain(trees, rows).Values,
            ];
        }
        double[][] two = Both();
        using (Workers.Limit(1))
            Assert.Equal(two, Both());
    }

    [Fact]
    public void Missing_values_go_where_the_trees_send_them()
    {
        RandomStream random = new(8, "missing");
        float[][] drawn = [.. Enumerable.Range(0, 120).Select(i => Draw(random, 1, 3).Row(0).ToArray())];
        for (int i = 0; i < drawn.Length; i += 4)
            drawn[i][i % 3] = float.NaN;
        Matrix rows = Matrix.Of(drawn);
        int[] labels = [.. drawn.Select(row => float.IsNaN(row[0]) || row[1] > 0 ? 1 : 0)];
        AdditiveTrees trees = AdditiveTrees.Of(
            new GradientBoosting(
                new()
                {
                    Rounds = 10,
                    MissingValues = true,
                    MinLeafRows = 4,
                }
            ).Fit(new(rows, labels, 2), random)
        );
        Attributions found = BackgroundTreeShap.Explain(trees, rows.Take([0, 1, 2, 3, 4]), rows);
        double[] scores = trees.Scores(rows);
        for (int i = 0; i < rows.Rows; i++)
            Assert.Equal(scores[i], found.Base + Sum(found.Row(i)), 9);
    }

    [Fact]
    public void Scores_of_models_are_those_of_their_trees()
    {
        RandomStream random = new(9, "models");
        Matrix rows = Draw(random, 90, 3);
        int[] labels =
        [
            .. Enumerable
                .Range(0, 90)
                .Select(i =>
                    rows[i, 0] > 0.5 ? 2
                    : rows[i, 1] > 0 ? 1
                    : 0
                ),
        ];
        double[] targets = [.. Enumerable.Range(0, 90).Select(i => (double)rows[i, 0] * rows[i, 1])];
        ClassificationData data = new(rows, labels, 3);
        GradientBoostingModel boosted = new GradientBoosting(new() { Rounds = 5 }).Fit(data, random);
        RandomForestModel forest = new RandomForest(new() { Trees = 5 }).Fit(data, random);
        DecisionTreeModel tree = new DecisionTree(new()).Fit(data, random);
        GradientBoostingRegressionModel numbers = new GradientBoostingRegression(new() { Rounds = 5 }).Fit(
            new(rows, targets),
            random
        );
        for (int k = 0; k < 3; k++)
        {
            int column = k;
            double[] Column(double[] of) => [.. of.Where((_, at) => at % 3 == column)];
            Close(Column(boosted.Scores(rows)), AdditiveTrees.Of(boosted, k).Scores(rows), 1e-12);
            Close(Column(forest.Probabilities(rows)), AdditiveTrees.Of(forest, k).Scores(rows), 1e-12);
            Close(Column(tree.Probabilities(rows)), AdditiveTrees.Of(tree, k).Scores(rows), 1e-12);
        }
        Close(numbers.Predict(rows), AdditiveTrees.Of(numbers).Scores(rows), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdditiveTrees.Of(boosted, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdditiveTrees.Of(forest, -1));
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        Matrix wide = Matrix.Of([
                [1, 2, 3, 4],
            ]),
            none = new([], 3);
        Assert.Throws<ArgumentException>(() => CoverTreeShap.Explain(Reference, wide));
        Assert.Throws<ArgumentException>(() => BackgroundTreeShap.Explain(Reference, wide, Rows));
        Assert.Throws<ArgumentException>(() => BackgroundTreeShap.Explain(Reference, none, Rows));
        Assert.Throws<ArgumentException>(() => LinearShap.Explain([1, 2], 0, Background, Rows));
        Assert.Throws<ArgumentException>(() => LinearShap.Explain([1, 2, 3], 0, none, Rows));
        Assert.Throws<ArgumentException>(() =>
            LinearShap.Explain(
                [1, 2, 3],
                0,
                Background,
                Matrix.Of([
                    [1, float.NaN, 0],
                ])
            )
        );
        Assert.Throws<ArgumentException>(() => KernelShap.Explain(Reference.Scores, none, Rows, new(1, "x")));
        Assert.Throws<ArgumentException>(() => KernelShap.Explain(Reference.Scores, Background, wide, new(1, "x")));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            KernelShap.Explain(Reference.Scores, Background, Rows, new(1, "x"), coalitions: 2)
        );
    }

    private static AdditiveTrees Of(Tree tree, int features) => new() { Trees = [tree], Features = features };

    private static Matrix Draw(RandomStream random, int rows, int columns) =>
        new([.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextGaussian())], columns);

    private static AdditiveTrees Fit(Matrix rows, RandomStream random)
    {
        int[] labels =
        [
            .. Enumerable
                .Range(0, rows.Rows)
                .Select(i =>
                    rows[i, 0] * rows[i, 1] + 0.5 * rows[i, rows.Columns / 2] + 0.3 * random.NextGaussian() > 0 ? 1 : 0
                ),
        ];
        labels[0] = 0;
        labels[1] = 1;
        return AdditiveTrees.Of(
            new GradientBoosting(new() { Rounds = 6, MinLeafRows = 3 }).Fit(new(rows, labels, 2), random)
        );
    }

    private static double Mixed(AdditiveTrees trees, Matrix background, float[] row, int set) =>
        trees
            .Scores(
                Matrix.Of([
                    .. Enumerable
                        .Range(0, background.Rows)
                        .Select(r =>
                            (float[])[.. row.Select((value, j) => (set >> j & 1) == 1 ? value : background[r, j])]
                        ),
                ])
            )
            .Average();

    private static double Known(AdditiveTrees trees, float[] row, int set)
    {
        return trees.Start + trees.Scale * trees.Trees.Sum(tree => Below(tree, 0));

        double Below(Tree tree, int node)
        {
            int feature = tree.Feature[node],
                left = tree.Left[node],
                right = tree.Right[node];
            if (feature < 0)
                return tree.Value(node)[trees.Output];
            if ((set >> feature & 1) == 1)
                return Below(tree, row[feature] <= tree.Threshold[node] ? left : right);
            return (tree.Cover[left] * Below(tree, left) + tree.Cover[right] * Below(tree, right)) / tree.Cover[node];
        }
    }

    private static double[] Shapley(int d, Func<int, double> worth)
    {
        double[] of = [.. Enumerable.Range(0, 1 << d).Select(worth)],
            values = new double[d];
        for (int set = 0; set < of.Length; set++)
        for (int j = 0; j < d; j++)
            if ((set >> j & 1) == 0)
            {
                int size = int.PopCount(set);
                double weight = 1.0 / d;
                for (int k = 1; k <= size; k++)
                    weight *= k / (double)(d - k); // 1 / (d x (d - 1 over size))
                values[j] += weight * (of[set | 1 << j] - of[set]);
            }
        return values;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double within)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= within,
                $"{i}: expected {expected[i]:R}, found {found[i]:R}"
            );
    }
}
