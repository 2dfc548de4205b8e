using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Learning;

namespace Assay.Value;

/// <summary>Options of <see cref="Perplexity"/>.</summary>
public sealed record PerplexityOptions
{
    /// <summary>The language model: <c>ngram-</c> and its order, 1 to 8.</summary>
    [Required, RegularExpression("ngram-[1-8]")]
    public string Model { get; init; } = "ngram-5";

    /// <summary>What tokens are: words (split at white space) or bytes.</summary>
    public NGramUnit Unit { get; init; } = NGramUnit.Words;

    /// <summary>
    /// The dataset to train on. Without it the model trains on the pool itself, cross-fitted: no row is scored by a model
    /// that has seen it.
    /// </summary>
    [DatasetName]
    public string? From { get; init; }

    /// <summary>Number of folds of cross-fitting, 2 to 20; each row is scored by the model of the other folds.</summary>
    [Range(2, 20)]
    public int Folds { get; init; } = 2;

    /// <summary>
    /// Bytes of text that each model trains on at most: rows in random order until it is met. A model of words of order 5
    /// needs up to 35 bytes of memory for each byte of varied text while it grows: 600 MB for the default and two folds.
    /// </summary>
    public ByteSize TrainBytes { get; init; } = new(8L << 20);
}
