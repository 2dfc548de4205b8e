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
}
