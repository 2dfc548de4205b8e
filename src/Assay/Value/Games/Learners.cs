using Assay.Data;
using Assay.Learning;

namespace Assay.Value;

/// <summary>The learners that options can name.</summary>
internal static class Learners
{
    /// <summary>A learner of classes.</summary>
    public static IClassifierLearner Classifier(string name, CancellationToken cancellation) =>
        name switch
        {
            "auto" or "logistic" => new LogisticRegression(new()),
            "knn" => new KnnClassifier(new()),
            "naive-bayes" => new GaussianNaiveBayes(),
            "tree" => new DecisionTree(new()),
            "forest" => new RandomForest(new()),
            "boosting" => new GradientBoosting(new()),
            "mlp" => new NetworkClassifier(new()) { Cancellation = cancellation },
            _ => throw Unsuited(name, "classes", "logistic, knn, naive-bayes, tree, forest, boosting, mlp"),
        };

    /// <summary>A learner of numbers.</summary>
    public static IRegressorLearner Regressor(string name) =>
        name switch
        {
            "auto" or "ridge" => new RidgeRegression(new()),
            "knn" => new KnnRegressor(new()),
            "tree" => new RegressionTree(new()),
            "forest" => new RandomForestRegression(new()),
            "boosting" => new GradientBoostingRegression(new()),
            _ => throw Unsuited(name, "numbers", "ridge, knn, tree, forest, boosting"),
        };

    private static AssayException Unsuited(string name, string what, string known) =>
        new(
            $"the model '{name}' does not learn {what}",
            hint: $"These do: {known}. 'task:' says whether the label is a class or a number."
        );
}
