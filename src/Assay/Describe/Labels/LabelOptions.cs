using System.ComponentModel.DataAnnotations;

namespace Assay.Describe;

/// <summary>Options of <see cref="NutritionLabel"/>.</summary>
public sealed record LabelOptions
{
    /// <summary>Columns to describe, in this order; all of them if empty.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Most frequent values to name per column, 0 to 1000. 0 keeps single values out of the label.</summary>
    [Range(0, 1000)]
    public int Top { get; init; } = 10;

    /// <summary>
    /// Largest rank error of quantiles as a share of the values, 0.0005 to 0.1, held with probability 99.9 % each; memory
    /// grows with its inverse. Up to about 9.5 over this number (1900 values by default) quantiles are exact.
    /// </summary>
    [Range(0.0005, 0.1)]
    public double QuantileError { get; init; } = 0.005;

    /// <summary>Modules of the label: metadata, provenance, variables, statistics, pairs, model, ground-truth, alerts.</summary>
    public IReadOnlyList<LabelModule> Modules { get; init; } = Enum.GetValues<LabelModule>();

    /// <summary>
    /// Leaves values, bins and cells of fewer rows than this out of the label, and codes the ends of distributions; 0 leaves out nothing. Use 5 or 10 before
    /// the label of private rows is published.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Fewest { get; init; }

    /// <summary>Rows that pairs and the model are computed on, drawn evenly; all of them if there are no more. 100 to 100,000.</summary>
    [Range(100, 100_000)]
    public int Sample { get; init; } = 10_000;

    /// <summary>Pairs of columns to plot, each written <c>one * other</c>; the most strongly associated ones if empty.</summary>
    public IReadOnlyList<string> Pairs { get; init; } = [];

    /// <summary>Pairs to plot where none are named, 0 to 100.</summary>
    [Range(0, 100)]
    public int Plots { get; init; } = 9;

    /// <summary>The column whose distribution the model shows; chosen by the label if empty.</summary>
    public string Of { get; init; } = "";

    /// <summary>The column that is given: the model shows <c>of</c> for each of its most frequent values. Chosen by the label if empty.</summary>
    public string Given { get; init; } = "";

    /// <summary>Components of the mixture model, 1 to 64. With 1 all columns are independent.</summary>
    [Range(1, 64)]
    public int Components { get; init; } = 16;

    /// <summary>Chains of the model that are averaged, 1 to 20.</summary>
    [Range(1, 20)]
    public int Chains { get; init; } = 3;

    /// <summary>A dataset to correlate with: reference figures by key, such as a census by zip code.</summary>
    [DatasetName]
    public string? Reference { get; init; }

    /// <summary>The column that joins the data with the reference; needed with one.</summary>
    public string Key { get; init; } = "";

    /// <summary>A column of the reference that sums are divided by as well, such as the population.</summary>
    public string Per { get; init; } = "";

    /// <summary>What people say of the data: title, metadata, provenance, variables, kinds, use-cases, alerts. On the command line a YAML file.</summary>
    public LabelAbout About { get; init; } = new();
}
