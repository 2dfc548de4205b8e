using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Judge;

/// <summary>Options of <see cref="ProxyJudge"/>: the recipe's <c>judge:</c> section.</summary>
public sealed record JudgeOptions
{
    /// <summary>The proxy model: <c>ngram-</c> and its order, 1 to 8; tokens are bytes.</summary>
    [Required, RegularExpression("ngram-[1-8]")]
    public string Proxy { get; init; } = "ngram-6";

    /// <summary>
    /// Training budget of each model in tokens (bytes of text); a share is of the smallest candidate. At most 80% of the
    /// smallest candidate is used, so that draws differ between seeds; every candidate gets the same budget.
    /// </summary>
    public Amount Tokens { get; init; } = Amount.Share(0.5);

    /// <summary>Number of seeds, 2 to 100: training draws, and parts of the target.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 5;

    /// <summary>Confidence of the intervals, 0.5 to 0.999.</summary>
    [Range(0.5, 0.999)]
    public double Confidence { get; init; } = 0.95;

    /// <summary>
    /// What to measure: <c>bits-per-byte@dataset</c>, <c>distinct-1</c> to <c>distinct-5</c> (share of distinct word n-grams
    /// in the training text), <c>rows</c>, <c>bytes</c>.
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Metrics { get; init; } = ["bits-per-byte@target"];
}
