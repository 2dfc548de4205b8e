using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Judge;

/// <summary>Options of <see cref="ProxyJudge"/>: the recipe's <c>judge:</c> section.</summary>
public sealed record JudgeOptions
{
    /// <summary>
    /// The proxy model. On text: <c>ngram-1</c> to <c>ngram-8</c> (of bytes; seconds), <c>gpt-250k</c>, <c>gpt-1m</c>, <c>gpt-4m</c>,
    /// <c>gpt-10m</c> (transformers over bytes; minutes). With labels: <c>logistic-hashed</c> on the text, <c>logistic</c>,
    /// <c>mlp</c> or <c>convnet</c> on columns of numbers.
    /// </summary>
    [AllowedValues(
        "ngram-1",
        "ngram-2",
        "ngram-3",
        "ngram-4",
        "ngram-5",
        "ngram-6",
        "ngram-7",
        "ngram-8",
        "gpt-250k",
        "gpt-1m",
        "gpt-4m",
        "gpt-10m",
        "logistic-hashed",
        "logistic",
        "mlp",
        "convnet"
    )]
    public string Proxy { get; init; } = "ngram-6";

    /// <summary>
    /// Training budget of each model in tokens (bytes of text; rows for proxies on columns of numbers); a share is of the smallest
    /// candidate. At most 80% of the smallest candidate is used, so that draws differ between seeds; every candidate gets the
    /// same budget.
    /// </summary>
    public Amount Tokens { get; init; } = Amount.Share(0.5);

    /// <summary>
    /// Whether a candidate that is smaller than <see cref="Tokens"/> is gone through several times, so that every model sees exactly as many tokens
    /// and a small candidate pays by repeating itself: DataComp's contract. Otherwise no row is seen twice.
    /// </summary>
    public bool Repeat { get; init; }

    /// <summary>Number of seeds, 2 to 100: training draws, and parts of the target.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 5;

    /// <summary>Confidence of the intervals, 0.5 to 0.999.</summary>
    [Range(0.5, 0.999)]
    public double Confidence { get; init; } = 0.95;

    /// <summary>
    /// What to measure: <c>bits-per-byte@dataset</c> and <c>cloze@dataset</c> (language models), <c>accuracy@dataset</c> and <c>log-loss@dataset</c>
    /// (classifiers), <c>distinct-1</c> to <c>distinct-5</c> (share of distinct word n-grams
    /// in the training text), <c>diversity</c> (mean distance of two rows of it, as bags of words), other measures of
    /// <c>describe/diversity</c> on a sample of as many rows of every candidate (<c>vendi</c>, <c>self-bleu</c>, <c>compression</c>, <c>mtld</c>, ...), <c>rows</c>, <c>bytes</c>,
    /// <c>tokens</c> (the whole candidate in the proxy's tokens).
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Metrics { get; init; } = ["bits-per-byte@target"];

    /// <summary>How often a transformer or a network goes through its rows; 0 for the usual: 1 and 10.</summary>
    [Range(0, 1000)]
    public int Epochs { get; init; }

    /// <summary>
    /// For transformers and networks, the protocol of their learning rate: <c>small</c> trains all proxies at the usual rate over
    /// <see cref="Reduce"/> (a tenth of it, or the usual one, where that learns too little), which ranks candidates as a tuned large model
    /// does; <c>usual</c> trains all at the usual rate, the fixed configuration.
    /// </summary>
    [AllowedValues("small", "usual")]
    public string Rate { get; init; } = "small";

    /// <summary>What the usual learning rate is divided by; one to two orders of magnitude.</summary>
    [Range(1.0, 10_000.0)]
    public double Reduce { get; init; } = 30;

    /// <summary>For classifiers: the column that holds the class.</summary>
    public string Label { get; init; } = "label";

    /// <summary>For classifiers: the columns of numbers; by default all but the label.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>For convnet: channels, height and width of the image that the columns are.</summary>
    [MaxLength(3)]
    public IReadOnlyList<int> Image { get; init; } = [];
}
