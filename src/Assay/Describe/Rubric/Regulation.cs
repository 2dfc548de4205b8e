namespace Assay.Describe;

/// <summary>The regulation score R: approval by an institution, consent of the people, and a way to have one's data corrected or removed.</summary>
/// <remarks>
/// Source: "On Responsible Machine Learning Datasets", arXiv 2310.15848; equal weights are [inferred]. R is documentation, not law.
/// </remarks>
/// <param name="Facts">The three facts; only <see cref="Known.Yes"/> earns 1.</param>
public sealed record Regulation(IReadOnlyList<DeclaredFact> Facts)
{
    /// <summary>The largest R.</summary>
    public const double Most = 3;

    /// <summary>Names of the three facts.</summary>
    public static IReadOnlyList<string> All { get; } = ["approval", "consent", "expungement"];

    /// <summary>R, 0 to 3.</summary>
    public double Score => Facts.Count(fact => fact.State == Known.Yes);
}
