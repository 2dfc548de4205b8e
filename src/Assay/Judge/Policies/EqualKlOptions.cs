using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="EqualKl"/>.</summary>
public sealed record EqualKlOptions
{
    /// <summary>The column that says how a policy was made.</summary>
    public string Arm { get; init; } = "arm";

    /// <summary>The column of the repetition; where there is none all rows are of one.</summary>
    public string Seed { get; init; } = "seed";

    /// <summary>The column that says how hard a policy was pushed (1 / beta, steps, N); may be absent.</summary>
    public string Strength { get; init; } = "strength";

    /// <summary>The column of the divergence from the reference, in nats per answer.</summary>
    public string Divergence { get; init; } = "kl";

    /// <summary>The column of what policies are judged by, more being better.</summary>
    public string Reward { get; init; } = "reward";

    /// <summary>The arm that the others are compared with; by default that of the first row.</summary>
    public string Against { get; init; } = "";

    /// <summary>
    /// The name, in the column of arms, of the reference policy itself: its rows (KL 0) are the beginning of every arm's curve. Where no row has that name, arms begin at their
    /// first policy.
    /// </summary>
    public string Reference { get; init; } = "reference";

    /// <summary>Divergences at which the arms are compared; by default five, evenly over those that all arms cover, up to the last.</summary>
    public IReadOnlyList<double> At { get; init; } = [];

    /// <summary>Whether the curves are the most that was reached within a divergence (a running maximum) and not the rewards themselves.</summary>
    public bool Envelope { get; init; }

    /// <summary>Confidence of the intervals over seeds.</summary>
    [Range(0.5, 0.9999)]
    public double Confidence { get; init; } = 0.95;
}
