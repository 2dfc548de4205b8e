using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>Options of <see cref="BetaShapley"/>.</summary>
public sealed record BetaShapleyOptions : PermutationOptions
{
    /// <summary>How much marginals to small sets count, above 0: alpha of Beta(alpha, beta) in the paper, 4 or 16 there.</summary>
    [Range(1e-3, 1e3)]
    public double SmallSets { get; init; } = 4;

    /// <summary>How much marginals to large sets count, above 0: beta of Beta(alpha, beta). 1 and 1 are Shapley values.</summary>
    [Range(1e-3, 1e3)]
    public double LargeSets { get; init; } = 1;

    /// <summary>Whether every set of sources is tried (at most 20 of them) instead of permutations.</summary>
    public bool Exact { get; init; }
}
