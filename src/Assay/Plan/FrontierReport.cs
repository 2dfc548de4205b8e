namespace Assay.Plan;

/// <summary>The frontier over the candidates.</summary>
public sealed record FrontierReport
{
    /// <summary>The objectives, each with its direction.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>Names of the candidates that no other dominates.</summary>
    public required IReadOnlyList<string> NonDominated { get; init; }

    /// <summary>Names of dominated candidates whose intervals overlap with those that dominate them: not decided.</summary>
    public required IReadOnlyList<string> Undecided { get; init; }

    /// <summary>The chosen candidate: the knee, or the best one with a single objective.</summary>
    public required string Best { get; init; }

    /// <summary>Why it was chosen, in a sentence.</summary>
    public required string Why { get; init; }

    /// <summary>Dominated hypervolume in the normalised objectives, reference point 1.1 in each.</summary>
    public required double Hypervolume { get; init; }

    /// <summary>
    /// For each candidate of <see cref="NonDominated"/>, how much of the hypervolume is lost without it; 0 for one of two equals. Empty beyond
    /// eight objectives.
    /// </summary>
    public IReadOnlyList<double> Contributions { get; init; } = [];
}

/// <summary>A metric and the direction in which it is better.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Maximise">True if more is better.</param>
public sealed record Objective(string Metric, bool Maximise);
