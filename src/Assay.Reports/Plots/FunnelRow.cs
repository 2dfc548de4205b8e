namespace Assay.Reports.Plots;

/// <summary>One bar of a <see cref="BarFunnel"/>: what went into a step and what came out.</summary>
/// <param name="Name">The step.</param>
/// <param name="Detail">Its options; may be empty.</param>
/// <param name="In">Rows before.</param>
/// <param name="Out">Rows after.</param>
/// <param name="Drops">Dropped rows by reason.</param>
/// <param name="Group">Heading to put above the bar, where a new group begins.</param>
public sealed record FunnelRow(
    string Name,
    string Detail,
    long In,
    long Out,
    IReadOnlyList<(string Reason, long Rows)> Drops,
    string? Group = null
);
