using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>What a run would do: <c>--dry-run</c>.</summary>
/// <param name="Parts">The steps, in order.</param>
/// <param name="Bytes">Bytes of the files to be read.</param>
public sealed record RunPlan(IReadOnlyList<PlannedStep> Parts, long Bytes)
{
    /// <summary>Seconds of the steps that have run here before and are not stored now.</summary>
    public double KnownSeconds => Parts.Where(part => !part.Cached).Sum(part => part.Seconds ?? 0);

    /// <summary>Methods that never ran in this store, so that nothing is known of their time.</summary>
    public IReadOnlyList<string> Unknown =>
        [.. Parts.Where(part => part is { Cached: false, Seconds: null }).Select(part => part.Method).Distinct()];
}

/// <summary>One step of a plan.</summary>
/// <param name="Candidate">The candidate it belongs to; empty for shared steps.</param>
/// <param name="Method">Its method.</param>
/// <param name="Written">Its options as written.</param>
/// <param name="Cached">True if the store has its result.</param>
/// <param name="Seconds">Estimate from earlier runs of the same method in this store; null if there is none.</param>
public sealed record PlannedStep(string Candidate, string Method, string Written, bool Cached, double? Seconds);
