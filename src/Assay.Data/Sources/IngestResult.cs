namespace Assay.Data;

/// <summary>What reading a plan left: files of tables, and of the rows that could not be read.</summary>
public sealed record IngestResult
{
    /// <summary>The table files, in the order of the dataset's rows; none is empty. Load one with <see cref="Table.Read"/>.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>For each table, where it lies among the rows.</summary>
    public required IReadOnlyList<TableInfo> Infos { get; init; }

    /// <summary>The union of the tables' schemas.</summary>
    public required Schema Schema { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that could not be read.</summary>
    public required long BadRows { get; init; }

    /// <summary>
    /// Files of the bad rows, in order, each of JSON lines with the keys <c>source</c>, <c>byte</c> (where the row starts),
    /// <c>line</c> (XML only), <c>reason</c>, <c>key</c> (if one is at fault) and <c>raw</c>, or <c>raw_base64</c> where the
    /// row (its first 1 MiB) is not UTF-8. One after the other they are one JSON Lines file.
    /// </summary>
    public required IReadOnlyList<string> BadRowFiles { get; init; }
}
