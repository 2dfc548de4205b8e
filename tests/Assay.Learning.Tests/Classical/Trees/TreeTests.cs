using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class TreeTests
{
    private static readonly TreeOptions Small = new() { MaxDepth = 3, MinLeafRows = 2 };

    [Fact]
    public void TreesAgreeWithScikitLearn()
    {
        ClassificationData classes = GoldenRows.ThreeData.WithWeights(GoldenRows.Weights);
        Same(
            new DecisionTree(Small).Fit(classes, new(1, "tree")).Tree,
            [0, 1, -2, -2, 0, 2, -2, -2, 2, -2, -2],
            [-0.449999988079, 0.669999986887, 0.560000002384, 0.870000004768, 0.659999981523],
            [0.656527777778, 0.0555102040816, 0, 0.444444444444, 0.535916955017, 0.361666666667, 0.299168975069]
        );
        Same(
            new DecisionTree(Small with { Criterion = TreeCriterion.Entropy }).Fit(classes, new(1, "tree")).Tree,
            [0, 1, -2, -2, 0, 2, -2, -2, 2, -2, -2],
            [-0.449999988079, 0.669999986887, 0.560000002384, 0.75, 0.659999981523],
            [1.5631283548, 0.187176256873, 0, 0.918295834054, 1.2365928125, 0.96230198722, 0.626751137027]
        );
        Same(
            new RegressionTree(Small)
                .Fit(GoldenRows.RegressionData.WithWeights(GoldenRows.Weights), new(1, "tree"))
                .Tree,
            [0, 0, 2, -2, -2, 1, -2, -2, 0, 2, -2, -2, 1, -2, -2],
            [-0.449999988079, -0.75, -0.600000008941, 0.170000003651, 0.560000002384, 0.0699999984354, -0.390000000596],
            [3.12441988889, 0.560227265306, 0.261525, 0.0196, 0.121536, 0.513974515235, 0.165633136095]
        );

        static void Same(Tree tree, int[] features, double[] thresholds, double[] firstImpurities)
        {
            Assert.Equal(features, tree.Feature.Select(feature => feature < 0 ? -2 : feature));
            double[] inner = [.. tree.Threshold.Where((_, node) => tree.Feature[node] >= 0)];
            GoldenRows.Near(thresholds, inner, 1e-7);
            GoldenRows.Near(firstImpurities, tree.Impurity.AsSpan(0, firstImpurities.Length), 1e-9);
            Assert.Equal(GoldenRows.Weights.Sum(), tree.Cover[0], 1e-9);
            for (int node = 0; node < tree.Nodes; node++)
                if (tree.Feature[node] >= 0)
                    Assert.Equal(tree.Cover[node], tree.Cover[tree.Left[node]] + tree.Cover[tree.Right[node]], 1e-9);
            Assert.Equal(3, tree.Depth);
            Assert.Equal(features.Count(feature => feature < 0), tree.Leaves);
        }
    }

    [Fact]
    public void ASplitIsTheBestOfAll() =>
        Prop.ForAll<(byte A, byte B, byte Label, byte Weight)[]>(rows =>
            {
                if (rows.Length < 2)
                    return true;
                float[] values = [.. rows.SelectMany(row => new float[] { row.A % 5, row.B % 5 })];
                int[] labels = [.. rows.Select(row => row.Label % 3)];
                double[] weights = [.. rows.Select(row => 1.0 + row.Weight % 3)];
                if (labels.Distinct().Count() < 2)
                    return true;
                ClassificationData data = new(new(values, 2), labels, 3, weights);
                Tree tree = new DecisionTree(new() { MaxDepth = 1 }).Fit(data, new(1, "tree")).Tree;
                double best = double.PositiveInfinity;
                for (int feature = 0; feature < 2; feature++)
                for (double cut = 0.5; cut < 4; cut++)
                {
                    best = Math.Min(best, Side(true) + Side(false));

                    double Side(bool left)
                    {
                        int[] side =
                        [
                            .. Enumerable.Range(0, rows.Length).Where(i => values[2 * i + feature] <= cut == left),
                        ];
                        if (side.Length == 0)
                            return double.PositiveInfinity; // no split: it has nothing on one side
                        double all = side.Sum(i => weights[i]);
                        return all
                            * (
                                1
                                - side.GroupBy(i => labels[i])
                                    .Sum(group => Math.Pow(group.Sum(i => weights[i]) / all, 2))
                            );
                    }
                }
                if (double.IsPositiveInfinity(best))
                    return tree.Nodes == 1;
                double found = tree.Cover[1] * tree.Impurity[1] + tree.Cover[2] * tree.Impurity[2];
                return Math.Abs(found - best) < 1e-9;
            })
            .Holds();

    [Fact]
    public void FullTreesRememberTheirRowsWhateverTheirOrderOrCopies()
    {
        ClassificationData data = GoldenRows.ThreeData;
        DecisionTree learner = new(new());
        Tree tree = learner.Fit(data, new(1, "tree")).Tree;
        IClassifier model = new DecisionTreeModel(tree, 4);
        Assert.Equal(data.Labels, model.Predict(data.Features));

        int[] order = [.. Enumerable.Range(0, data.Rows)];
        new RandomStream(5, "order").Shuffle<int>(order);
        Tree permuted = learner.Fit(data.Take(order), new(1, "tree")).Tree;
        Assert.Equal(tree.Feature, permuted.Feature);
        Assert.Equal(tree.Threshold, permuted.Threshold);

        double[] weights = [.. Enumerable.Range(0, data.Rows).Select(i => (double)(i % 3))];
        int[] copies = [.. Enumerable.Range(0, data.Rows).SelectMany(i => Enumerable.Repeat(i, i % 3))];
        Tree weighted = learner.Fit(data.WithWeights(weights), new(1, "tree")).Tree,
            copied = learner.Fit(data.Take(copies), new(1, "tree")).Tree;
        Assert.Equal(weighted.Feature, copied.Feature);
        Assert.Equal(weighted.Threshold, copied.Threshold);
        Assert.Equal(weighted.Cover, copied.Cover);
    }

    [Fact]
    public void ExclusiveOrIsLearntThoughItsFirstSplitGainsNothing()
    {
        ClassificationData data = new(new([0, 0, 0, 1, 1, 0, 1, 1], 2), [0, 1, 1, 0], 2);
        IClassifier model = new DecisionTree(new()).Fit(data, new(1, "tree"));
        Assert.Equal(data.Labels, model.Predict(data.Features));
    }

    [Fact]
    public void ForestsKnowWhichRowsEachTreeDidNotSee()
    {
        ClassificationData data = GoldenRows.ThreeData;
        RandomForest learner = new(new() { Trees = 40 });
        RandomForestModel one,
            two;
        using (Workers.Limit(1))
            one = learner.Fit(data, new(7, "forest"));
        using (Workers.Limit(2))
            two = learner.Fit(data, new(7, "forest"));
        Assert.Equal(one.Probabilities(data.Features), two.Probabilities(data.Features));
        Assert.NotEqual(
            one.Probabilities(data.Features),
            learner.Fit(data, new(8, "forest")).Probabilities(data.Features)
        );
        // A row is left out with probability (1 - 1/60)^60 = 0.365.
        Assert.InRange(one.OutOfBag.Average(rows => rows.Length), 0.3 * data.Rows, 0.43 * data.Rows);
        double[] expected = new double[3];
        int trees = 0;
        for (int t = 0; t < 40; t++)
        {
            if (!one.OutOfBag[t].Contains(11))
                continue;
            trees++;
            ReadOnlySpan<double> value = one.Trees[t].Value(one.Trees[t].LeafOf(data.Features.Row(11)));
            for (int k = 0; k < 3; k++)
                expected[k] += value[k];
        }
        GoldenRows.Near(
            [.. expected.Select(sum => sum / trees)],
            one.OutOfBagProbabilities(data.Features).AsSpan(33, 3),
            1e-12
        );
        RandomForestModel small = new RandomForest(new() { Trees = 3 }).Fit(data, new(7, "forest"));
        Assert.Equal(one.Trees[2].Threshold, small.Trees[2].Threshold);
    }

    [Fact]
    public void RowsOfWeightZeroAreInNoBag()
    {
        double[] weights = [.. Enumerable.Range(0, GoldenRows.Rows).Select(i => i % 2 == 0 ? 0.0 : 2.0)];
        RandomForestRegressionModel forest = new RandomForestRegression(new() { Trees = 10 }).Fit(
            GoldenRows.RegressionData.WithWeights(weights),
            new(1, "forest")
        );
        Assert.All(forest.OutOfBag.SelectMany(rows => rows), row => Assert.Equal(1, row % 2));
        Assert.All(
            forest.Trees.Zip(forest.OutOfBag),
            pair => Assert.True(pair.First.Cover[0] == 60 && pair.Second.Length < 30)
        );
    }

    [Fact]
    public void AForestOfManyTreesIsBetterThanGuessing()
    {
        ClassificationData data = LogisticRegressionTests.Blobs(400, 10, 4, out double[] targets);
        RandomForestModel forest = new RandomForest(new() { Trees = 60 }).Fit(data, new(1, "forest"));
        int[] predicted = ClassScores.Best(forest.OutOfBagProbabilities(data.Features), 4);
        Assert.True(ClassificationMetrics.Accuracy(data.Labels, predicted) > 0.45);
        RandomForestRegressionModel regression = new RandomForestRegression(new() { Trees = 30 }).Fit(
            new(data.Features, targets),
            new(1, "forest")
        );
        Assert.True(RegressionMetrics.R2(targets, regression.Predict(data.Features)) > 0.9);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomForest(new() { Trees = 0 }));
    }
}
