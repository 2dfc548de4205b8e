using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>Options of <see cref="DataOob"/>.</summary>
public sealed record DataOobOptions : LabelledTableOptions
{
    /// <summary>
    /// What is trained: for classes <c>logistic</c> (the default), <c>knn</c>, <c>naive-bayes</c>, <c>tree</c>, <c>forest</c>,
    /// <c>boosting</c> or <c>mlp</c>; for numbers <c>ridge</c> (the default), <c>knn</c>, <c>tree</c>, <c>forest</c> or
    /// <c>boosting</c>.
    /// </summary>
    [Required, RegularExpression("auto|logistic|knn|naive-bayes|tree|forest|boosting|mlp|ridge")]
    public string Model { get; init; } = "auto";

    /// <summary>Models, each trained on a bag of rows drawn with replacement; at least 1.</summary>
    [Range(1, 1_000_000)]
    public int Models { get; init; } = 1000;

    /// <summary>Rows drawn for a bag, as a share of all rows; above 0, at most 1.</summary>
    [Range(1e-6, 1.0)]
    public double Proportion { get; init; } = 1;
}
