using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>A game in which a set of rows is worth the test score of a model trained on it.</summary>
public record LearnerGameOptions : TestedTableOptions
{
    /// <summary>
    /// What is trained: for classes <c>logistic</c> (the default), <c>knn</c>, <c>naive-bayes</c>, <c>tree</c>, <c>forest</c>,
    /// <c>boosting</c> or <c>mlp</c>; for numbers <c>ridge</c> (the default), <c>knn</c>, <c>tree</c>, <c>forest</c> or
    /// <c>boosting</c>.
    /// </summary>
    [Required, RegularExpression("auto|logistic|knn|naive-bayes|tree|forest|boosting|mlp|ridge")]
    public string Model { get; init; } = "auto";

    /// <summary>What is measured on the test set; higher is better, so losses and errors count negative. Default: accuracy, or R2 for numbers.</summary>
    public WorthMetric Metric { get; init; } = WorthMetric.Auto;

    /// <summary>A column that says which source a row came from: sources are valued, and each one's value is divided among its rows.</summary>
    public string? Source { get; init; }
}

/// <summary>What a trained model is worth.</summary>
public enum WorthMetric
{
    /// <summary>Accuracy for classes, R2 for numbers.</summary>
    Auto,

    /// <summary>The share of test rows whose class is right.</summary>
    Accuracy,

    /// <summary>The mean over classes of the share of their rows that is right.</summary>
    BalancedAccuracy,

    /// <summary>F1 of the second of two classes, or the plain mean of F1 over more.</summary>
    F1,

    /// <summary>The mean over classes of the area under the ROC curve of each against the rest.</summary>
    Auc,

    /// <summary>Minus the mean log loss.</summary>
    LogLoss,

    /// <summary>The coefficient of determination.</summary>
    R2,

    /// <summary>Minus the mean squared error.</summary>
    SquaredError,
}
