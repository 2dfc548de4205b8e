namespace Assay.Value;

/// <summary>Options of <see cref="Shapley"/>.</summary>
public sealed record ShapleyOptions : PermutationOptions
{
    /// <summary>
    /// How values are found: by truncated permutations (<c>tmc</c>), by one pass of stochastic gradient descent for each permutation
    /// (<c>gradient</c>, logistic regression and mlp), or by trying every set of sources (<c>exact</c>, at most 20 of them).
    /// </summary>
    public ShapleyEstimator Estimator { get; init; } = ShapleyEstimator.Tmc;
}

/// <summary>How Shapley values are found.</summary>
public enum ShapleyEstimator
{
    /// <summary>Truncated Monte Carlo: a model is trained for every row of a permutation, until the score is that of all rows.</summary>
    Tmc,

    /// <summary>G-Shapley: a step of stochastic gradient descent for every row of a permutation.</summary>
    Gradient,

    /// <summary>Every set is tried.</summary>
    Exact,
}
