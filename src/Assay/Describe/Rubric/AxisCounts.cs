namespace Assay.Describe;

/// <summary>How many rows each subgroup of an axis has.</summary>
/// <param name="Axis">Sex, ethnicity, age.</param>
/// <param name="Source">Where the counts come from: <c>column 'race'</c>.</param>
/// <param name="Counts">Rows by subgroup, the largest first; none is 0.</param>
public sealed record AxisCounts(string Axis, string Source, IReadOnlyList<KeyValuePair<string, long>> Counts)
{
    /// <summary>Rows whose subgroup is missing or unknown; they count for no subgroup.</summary>
    public long Unknown { get; init; }

    /// <summary>The subgroups that the axis is held against, or null where only their number is known, or nothing.</summary>
    public IReadOnlyList<string>? List { get; init; }

    /// <summary>How many subgroups that are; null where the axis is held against those that occur.</summary>
    public int? Predefined { get; init; }

    /// <summary>Shares in a reference population, in the order of <see cref="Counts"/>, or null without one.</summary>
    public IReadOnlyList<double>? Reference { get; init; }

    /// <summary>Counts in the order in which they are kept: the largest first, then by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Ordered(IEnumerable<KeyValuePair<string, long>> counts) =>
        [
            .. counts
                .Where(one => one.Value > 0)
                .OrderByDescending(one => one.Value)
                .ThenBy(one => one.Key, StringComparer.Ordinal),
        ];
}
