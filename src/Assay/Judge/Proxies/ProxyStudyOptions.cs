using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="ProxyStudy"/>; which proxy, which rows and which loss are those of the recipe's <c>judge:</c> section.</summary>
public sealed record ProxyStudyOptions
{
    /// <summary>The learning rates to compare, as divisors of the usual one: 1 is the fixed configuration. At least one.</summary>
    [Required, MinLength(1), Range(0.01, 10_000.0)]
    public IReadOnlyList<double> Reduce { get; init; } = [1, 10, 30, 100];

    /// <summary>
    /// The larger model whose loss after tuning is the truth, such as <c>gpt-4m</c> for a proxy <c>gpt-250k</c>; it is trained on every candidate at
    /// every rate of <see cref="TargetReduce"/>. Without it the rates are compared with each other only.
    /// </summary>
    [AllowedValues("", "gpt-250k", "gpt-1m", "gpt-4m", "gpt-10m", "mlp", "convnet")]
    public string Target { get; init; } = "";

    /// <summary>The learning rates that the target is tuned over, for each candidate on its own, as divisors of its usual one.</summary>
    [Required, MinLength(1), Range(0.01, 10_000.0)]
    public IReadOnlyList<double> TargetReduce { get; init; } = [0.5, 1, 2];

    /// <summary>Regret is given for choosing 1 to so many candidates.</summary>
    [Range(1, 100)]
    public int Choices { get; init; } = 3;
}
