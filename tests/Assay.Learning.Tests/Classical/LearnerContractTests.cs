using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>What every learner promises.</summary>
public class LearnerContractTests
{
    private static readonly Dictionary<string, IClassifierLearner> Classifiers = new()
    {
        ["logistic"] = new LogisticRegression(new()),
        ["naive Bayes"] = new GaussianNaiveBayes(),
        ["tree"] = new DecisionTree(new()),
        ["forest"] = new RandomForest(new() { Trees = 10 }),
        ["boosting"] = new GradientBoosting(new() { Rounds = 5, MinLeafRows = 2 }),
        ["neighbours"] = new KnnClassifier(new()),
    };

    private static readonly Dictionary<string, IRegressorLearner> Regressors = new()
    {
        ["ridge"] = new RidgeRegression(new()),
        ["tree"] = new RegressionTree(new()),
        ["forest"] = new RandomForestRegression(new() { Trees = 10 }),
        ["boosting"] = new GradientBoostingRegression(new() { Rounds = 20, MinLeafRows = 2 }),
        ["neighbours"] = new KnnRegressor(new()),
    };

    public static TheoryData<string> ClassifierNames => [.. Classifiers.Keys];

    public static TheoryData<string> RegressorNames => [.. Regressors.Keys];

    private static RandomStream Random => new(1, "learner");

    [Theory]
    [MemberData(nameof(ClassifierNames))]
    public void ClassifiersGiveProbabilitiesAndTheSameOnesAgain(string name)
    {
        IClassifierLearner learner = Classifiers[name];
        foreach (ClassificationData data in new[] { GoldenRows.BinaryData, GoldenRows.ThreeData })
        {
            IClassifier model = learner.Fit(data.WithWeights(GoldenRows.Weights), Random);
            Assert.Equal((data.Classes, 4), (model.Classes, model.Features));
            double[] p = model.Probabilities(data.Features);
            Assert.Equal(data.Rows * data.Classes, p.Length);
            for (int i = 0; i < data.Rows; i++)
                Assert.Equal(1, p.AsSpan(i * data.Classes, data.Classes).ToArray().Sum(), 1e-9);
            Assert.All(p, value => Assert.InRange(value, 0, 1 + 1e-12));
            Assert.True(ClassificationMetrics.Accuracy(data.Labels, model.Predict(data.Features)) > 0.65);
            Assert.Equal(p, learner.Fit(data.WithWeights(GoldenRows.Weights), Random).Probabilities(data.Features));
            Assert.Throws<ArgumentException>(() => model.Probabilities(new([1, 2], 2)));
            Assert.Contains(
                "Row 1, column 2 is NaN",
                Assert
                    .Throws<ArgumentException>(() => model.Probabilities(new([0, 0, 0, 0, 0, 0, float.NaN, 0], 4)))
                    .Message
            );
        }
    }

    [Theory]
    [MemberData(nameof(ClassifierNames))]
    public void ClassifiersRefuseWhatTheyCannotLearnFrom(string name)
    {
        IClassifierLearner learner = Classifiers[name];
        ClassificationData missing = new(new([1, float.NaN, 3, 4], 1), [0, 1, 0, 1], 2);
        Assert.Contains("Row 1", Assert.Throws<ArgumentException>(() => learner.Fit(missing, Random)).Message);
        ClassificationData single = new(new([1, 2, 3], 1), [1, 1, 0], 2, [1, 1, 0]);
        if (learner is KnnClassifier)
            Assert.Equal([0, 1], learner.Fit(single, Random).Probabilities(new([7], 1)));
        else
            Assert.Contains("of class 1", Assert.Throws<ArgumentException>(() => learner.Fit(single, Random)).Message);
    }

    [Theory]
    [MemberData(nameof(ClassifierNames))]
    public void RowsOfWeightZeroAreAsAbsent(string name)
    {
        IClassifierLearner learner = Classifiers[name];
        double[] weights = [.. Enumerable.Range(0, GoldenRows.Rows).Select(i => i < 12 ? 0.0 : 1)];
        double[] ignored = learner
            .Fit(GoldenRows.ThreeData.WithWeights(weights), Random)
            .Probabilities(GoldenRows.Features);
        double[] absent = learner
            .Fit(GoldenRows.ThreeData.Take([.. Enumerable.Range(12, 48)]), Random)
            .Probabilities(GoldenRows.Features);
        GoldenRows.Near(absent, ignored, 1e-5);
    }

    [Theory]
    [MemberData(nameof(RegressorNames))]
    public void RegressorsPredictBetterThanTheMean(string name)
    {
        IRegressorLearner learner = Regressors[name];
        RegressionData data = GoldenRows.RegressionData.WithWeights(GoldenRows.Weights);
        IRegressor model = learner.Fit(data, Random);
        double[] predicted = model.Predict(data.Features);
        Assert.True(RegressionMetrics.R2(data.Targets, predicted, data.Weights) > 0.6);
        Assert.Equal(predicted, learner.Fit(data, Random).Predict(data.Features));
        Assert.Throws<ArgumentException>(() => model.Predict(new([1, 2], 2)));
        Assert.Throws<ArgumentException>(() => learner.Fit(new(new([1, float.NaN], 1), [0, 1]), Random));
        double[] weights = [.. Enumerable.Range(0, GoldenRows.Rows).Select(i => i < 12 ? 0.0 : 1)];
        GoldenRows.Near(
            learner.Fit(GoldenRows.RegressionData.Take([.. Enumerable.Range(12, 48)]), Random).Predict(data.Features),
            learner.Fit(data.WithWeights(weights), Random).Predict(data.Features),
            1e-5
        );
    }

    [Fact]
    public void ThePageAboutClassicalLearnersRuns()
    {
        // docs/classical.md, "In short" and "Valuing rows".
        Matrix features = GoldenRows.Features;
        int[] labels = GoldenRows.Three;
        ClassificationData data = new(features, labels, classes: 3);
        LogisticRegression learner = new(new() { C = 0.1 });
        LogisticModel model = learner.Fit(data);
        double[] probabilities = model.Probabilities(features); // rows x classes
        double loss = ProbabilityMetrics.LogLoss(probabilities, labels, 3);
        int[] predicted = ((IClassifier)model).Predict(features);
        double accuracy = ClassificationMetrics.Accuracy(labels, predicted);
        Assert.True(loss < 1 && accuracy > 0.6);

        double[] weights = new double[data.Rows];
        Array.Fill(weights, 1);
        weights[7] = 0; // as if row 7 were not there
        LogisticModel without = learner.Fit(data.WithWeights(weights), start: model);
        double worth = ProbabilityMetrics.LogLoss(without.Probabilities(features), labels, 3) - loss;
        Assert.True(double.IsFinite(worth) && without.Iterations <= model.Iterations);

        RandomForestModel forest = new RandomForest(new() { Trees = 200 }).Fit(data, new RandomStream(7, "forest"));
        double[] unseen = forest.OutOfBagProbabilities(features);
        Assert.All(unseen, p => Assert.InRange(p, 0, 1 + 1e-12));

        int first = -1;
        new Neighbours(features).Rank(
            features.Take([3]),
            (query, order) =>
            {
                first = order[0]; // the nearest row; order holds all rows
            }
        );
        Assert.Equal(3, first);
    }
}
