using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Learning;

namespace Assay.Value;

/// <summary>Options of <see cref="Perplexity"/>.</summary>
public sealed record PerplexityOptions
{
    /// <summary>
    /// The language model: <c>ngram-</c> and its order, 1 to 8; a transformer over bytes that is trained first (<c>gpt-250k</c>, <c>gpt-1m</c>,
    /// <c>gpt-4m</c>, <c>gpt-10m</c>); or a folder with one, written with a slash: <c>./model</c>, as <c>assay train lm</c>, <c>assay train ensemble</c> and Hugging Face make them.
    /// </summary>
    [Required, ModelFolder, RegularExpression("ngram-[1-8]|gpt-(250k|1m|4m|10m)|.*/.*")]
    public string Model { get; init; } = "ngram-5";

    /// <summary>For gpt models: how often the text is gone through in training. Above 0.</summary>
    [Range(0.001, 1000)]
    public double ModelEpochs { get; init; } = 1;

    /// <summary>
    /// For transformers: a column whose text stands before the row's and is read but not scored, such as the question of an answer. Perplexity is then
    /// that of the row given its context.
    /// </summary>
    public string Context { get; init; } = "";

    /// <summary>For transformers: a text that stands between the context and every row, read but not scored.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What tokens are: words (split at white space) or bytes.</summary>
    public NGramUnit Unit { get; init; } = NGramUnit.Words;

    /// <summary>
    /// The dataset to train on. Without it an n-gram model trains on the pool itself, cross-fitted: no row is scored by a model
    /// that has seen it; a gpt model trains on the pool once for all steps that ask for it, and has seen the rows that it scores.
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
