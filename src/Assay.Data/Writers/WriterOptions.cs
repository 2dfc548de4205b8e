namespace Assay.Data;

/// <summary>What a writer adds to the columns of the dataset.</summary>
public sealed record WriterOptions
{
    /// <summary>Adds a column <c>assay_id</c> with the row's id.</summary>
    public bool Ids { get; init; }

    /// <summary>Adds a column for each of these signals; a row that has none gets no value.</summary>
    public IReadOnlyList<string> Signals { get; init; } = [];

    /// <summary>Adds a column <c>assay_reason</c> with what this says of each row (an ordinal).</summary>
    public Func<int, string>? Reason { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rows">Rows in it, repeats counted.</param>
/// <param name="Bytes">Its size.</param>
public sealed record WrittenFile(string Path, long Rows, long Bytes)
{
    /// <summary>Bytes of its rows before they were compressed.</summary>
    public long RowBytes { get; init; }
}
