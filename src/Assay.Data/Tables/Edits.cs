namespace Assay.Data;

/// <summary>Changed texts of a dataset's rows, by table: what an editing step (such as C4's line filter) leaves.</summary>
/// <remarks>
/// A step that edits writes, for each table, the complete set of changed texts, its own and the earlier ones it saw; so
/// at most one set is in force at a time.
/// </remarks>
/// <param name="files">
/// For each table of the dataset, the file of a table with the columns <c>row</c> (<see cref="ColumnType.Int64"/>, ordinals
/// in the dataset, ascending) and <c>text</c>; null where no text changed.
/// </param>
public sealed class Edits(IReadOnlyList<string?> files)
{
    /// <summary>For each table of the dataset, the file with its edits, or null.</summary>
    public IReadOnlyList<string?> Files { get; } = files;

    /// <summary>The edits of the dataset's table <paramref name="index"/>, or null.</summary>
    public Table? Read(int index) => Files[index] is { } file ? Table.Read(file) : null;
}
