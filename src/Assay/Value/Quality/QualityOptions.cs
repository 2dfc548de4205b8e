using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Value;

/// <summary>Options of <see cref="Quality"/>.</summary>
public sealed record QualityOptions
{
    /// <summary>The dataset of texts that are wanted.</summary>
    [Required, DatasetName]
    public string Positive { get; init; } = "";

    /// <summary>
    /// The dataset of texts that are not. Without it they are the pool's own rows, cross-fitted: no row is scored by a
    /// classifier that was told that it is not wanted.
    /// </summary>
    [DatasetName]
    public string? Negative { get; init; }

    /// <summary>N-grams of 1 to so many words are counted, 1 to 5.</summary>
    [Range(1, 5)]
    public int NGrams { get; init; } = 2;

    /// <summary>Folds of cross-fitting, 2 to 20, where <see cref="Negative"/> is not given.</summary>
    [Range(2, 20)]
    public int Folds { get; init; } = 2;

    /// <summary>
    /// Bytes of text of either side that a classifier learns from at most: rows in random order until it is met. Learning
    /// takes about 24 bytes of memory for each byte of both sides: 400 MB for the default.
    /// </summary>
    public ByteSize TrainBytes { get; init; } = new(8L << 20);

    /// <summary>Inverse strength of the penalty on the classifier's weights, as in scikit-learn.</summary>
    [Range(1e-6, 1e6)]
    public double C { get; init; } = 10;
}
