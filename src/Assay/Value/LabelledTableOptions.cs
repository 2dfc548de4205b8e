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

    /// <summary>
    /// Whether the text of a row makes features too: <c>tf-idf</c> (weighed words and pairs of words, reduced to their leading
    /// directions, learned from the rows that are valued), <c>hashed</c> (the same, projected at random) or <c>none</c>; <c>auto</c>
    /// is tf-idf where there are no columns of numbers.
    /// </summary>
    public TextFeatures TextFeatures { get; init; } = TextFeatures.Auto;

    /// <summary>Numbers that a text becomes, at most; a vector of them has the length of as many standardised columns.</summary>
    [Range(1, 4096)]
    public int TextDimensions { get; init; } = 64;
}

/// <summary>What features the text of a row makes.</summary>
public enum TextFeatures
{
    /// <summary>Tf-idf where there are no columns of numbers, else none.</summary>
    Auto,

    /// <summary>None.</summary>
    None,

    /// <summary>Weighed n-grams, reduced to their leading directions.</summary>
    TfIdf,

    /// <summary>N-grams, projected at random.</summary>
    Hashed,
}

/// <summary>What a label is.</summary>
public enum LabelKind
{
    /// <summary>One of a few classes.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}
