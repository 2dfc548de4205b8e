using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Value;

/// <summary>Options of <see cref="Influence"/>. With <see cref="Label"/> rows are those of a table under a classifier, else texts under a language model.</summary>
public sealed record InfluenceOptions : ModelOptions
{
    /// <summary>The dataset on whose loss influence is measured. Report final results on another one.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "target";

    /// <summary>How influence is told from gradients.</summary>
    public InfluenceMethod Method { get; init; } = InfluenceMethod.EkFac;

    /// <summary>The column to predict, a class; without it the rows are texts.</summary>
    public string? Label { get; init; }

    /// <summary>With a label: the columns of numbers to use; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers, but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>With a label: whether columns are first brought to mean 0 and deviation 1, by the rows that are valued.</summary>
    public bool Standardise { get; init; } = true;

    /// <summary>With a label: the classifier that is trained on the rows.</summary>
    public InfluenceClassifier Classifier { get; init; } = InfluenceClassifier.Logistic;

    /// <summary>Without a label: whether a row's number is that of its mean token or of all its tokens together.</summary>
    public InfluencePer Per { get; init; } = InfluencePer.Token;

    /// <summary>Without a label: tokens of a row that are looked at, from its start.</summary>
    [Range(1, 100_000_000)]
    public int MostTokens { get; init; } = 20_480;

    /// <summary>Without a label: chunks of a row that are shorter are left out; a row without any has influence 0.</summary>
    [Range(1, 512)]
    public int LeastTokens { get; init; } = 1;

    /// <summary>
    /// Added to the curvature, as a share of its mean eigenvalue. Default: 0.1; 0 for logistic with cg or lissa, whose penalty makes
    /// it invertible.
    /// </summary>
    [Range(0.0, 1e6)]
    public double? Damping { get; init; }

    /// <summary>Rows that curvature is told from, drawn at random, for texts and for mlp; a logistic regression takes all.</summary>
    [Range(1, 100_000_000)]
    public int CurvatureRows { get; init; } = 256;

    /// <summary>By which labels the Fisher matrix of k-fac and ek-fac is made.</summary>
    public FisherLabels Fisher { get; init; } = FisherLabels.Drawn;

    /// <summary>Iterations of cg at most (default 200), or terms of the series of lissa (default 1000).</summary>
    [Range(1, 1_000_000)]
    public int? Iterations { get; init; }
}

/// <summary>Classifiers whose influence can be told.</summary>
public enum InfluenceClassifier
{
    /// <summary>Softmax regression with an L2 penalty, C = 1.</summary>
    Logistic,

    /// <summary>A perceptron with one hidden layer of 256.</summary>
    Mlp,
}

/// <summary>What the influence of a text is of.</summary>
public enum InfluencePer
{
    /// <summary>Its mean token: for budgets in tokens.</summary>
    Token,

    /// <summary>All its tokens: for budgets in rows.</summary>
    Row,
}
