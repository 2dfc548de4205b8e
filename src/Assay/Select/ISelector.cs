using Assay.Data;

namespace Assay.Select;

/// <summary>Decides which rows stay, and says why the others go.</summary>
public interface ISelector
{
    /// <summary>Selects among the rows in view.</summary>
    Selected Select(View view, Work work);
}

/// <summary>What a selector decided.</summary>
/// <param name="Kept">The rows that stay.</param>
/// <param name="Drops">The rows that go, each with its reason: every row in view is either kept or here.</param>
/// <param name="Edits">Changed texts in force from here on (earlier ones included), or null if nothing was ever edited.</param>
/// <param name="SetAside">Rows that leave the flow as a dataset of their own (a holdout), by name; these are in <paramref name="Drops"/> too.</param>
/// <param name="Notes">What a reader of the run should know of it: sentences without a full stop.</param>
public sealed record Selected(
    Selection Kept,
    Drops Drops,
    Edits? Edits = null,
    IReadOnlyDictionary<string, Selection>? SetAside = null,
    IReadOnlyList<string>? Notes = null
);

/// <summary>Dropped rows and their reasons.</summary>
/// <param name="Reasons">The distinct reasons, such as <c>gopher_quality.short_doc</c>.</param>
/// <param name="Rows">Ordinals of the dropped rows, ascending.</param>
/// <param name="ReasonOf">For each dropped row, an index into <paramref name="Reasons"/>.</param>
/// <param name="LostTo">For each dropped row, the row that was kept in its place (deduplication), or null.</param>
public sealed record Drops(IReadOnlyList<string> Reasons, int[] Rows, ushort[] ReasonOf, int[]? LostTo = null)
{
    /// <summary>No drops.</summary>
    public static Drops None { get; } = new([], [], []);
}
