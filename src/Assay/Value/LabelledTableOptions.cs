using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>What a labelled table is: which column is to be predicted, from which, and what counts.</summary>
public record LabelledTableOptions
{
    /// <summary>The column to predict: a class (text, whole numbers or truth values), or a number for regression.</summary>
    [Required]
    public string Label { get; init; } = "label";

    /// <summary>Whether the label is a class or a number.</summary>
    public LabelKind Task { get; init; } = LabelKind.Classification;

    /// <summary>The columns of numbers to use; a column of JSON lists of numbers counts as one column for each. Default: all that read as numbers, but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether columns are first brought to mean 0 and deviation 1, by the rows that are valued.</summary>
    public bool Standardise { get; init; } = true;
}

/// <summary>What a label is.</summary>
public enum LabelKind
{
    /// <summary>One of a few classes.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}
