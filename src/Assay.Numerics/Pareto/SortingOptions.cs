namespace Assay.Numerics;

/// <summary>What non-dominated sorting may leave out, and what it takes.</summary>
public sealed record SortingOptions
{
    /// <summary>Once so many points are ranked, the front under way is completed and the rest stays unranked; all points if null. At least 0.</summary>
    public int? StopAfter { get; init; }

    /// <summary>True ranks copies of a point with it; false leaves all but the first unranked. Default: true.</summary>
    public bool KeepCopies { get; init; } = true;

    /// <summary>True takes plus and minus infinity for numbers like others; NaN is an error always. Default: false.</summary>
    public bool AllowInfinite { get; init; }
}
