using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Where rows go.</summary>
internal interface IRowSink
{
    TableBuilder Table { get; }

    BadRows Bad { get; }

    /// <summary>Hears of every row, with about how many bytes it added to the table.</summary>
    void RowDone(long bytes);
}

/// <summary>Reads row groups of Parquet files into rows of a table, holding a page of each column at a time.</summary>
internal sealed class ParquetRowReader(SourceOptions options, CancellationToken cancellation)
{
    private const long LeastBudget = 256L << 20;
    private const int RowCost = 32; // of a row without any text

    /// <summary>Opens a file and reads its schema and its row groups.</summary>
    /// <exception cref="ParquetException">It is damaged.</exception>
    public static ParquetFooter Open(SourceFile file, out SafeFileHandle handle)
    {
        handle = file.OpenHandle();
        try
        {
            return ParquetFooter.Read(handle);
        }
        catch (Exception failure)
        {
            handle.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw SourceFile.Unreadable(file.FullPath, failure);
            throw;
        }
    }

    /// <summary>Adds the rows of a row group to the sink; what cannot be read goes to its bad rows.</summary>
    /// <exception cref="AssayException">The file cannot be read, or lacks a column that was asked for.</exception>
    public void Read(SourceFile file, ParquetFooter footer, int index, SafeFileHandle handle, IRowSink sink)
    {
        ParquetGroup group = footer.Groups[index];
        ParquetNode[] columns = Columns(file, footer);
        PageBudget budget = new(Math.Max(LeastBudget, 4 * options.MaxRow.Bytes));
        using PageCodec codec = new();
        using PageInput input = new(handle, footer.DataEnd, budget);
        using ParquetCells cells = new();
        ColumnCursor?[] cursors = new ColumnCursor?[footer.Leaves.Count];
        using NestedJson nested = new(cursors, cells);
        Group reading = new(file, group, cursors, nested, cells, sink);
        try
        {
            foreach (ParquetNode column in columns)
                for (int leaf = column.FirstLeaf; leaf < column.FirstLeaf + column.LeafCount; leaf++)
                {
                    reading.At = footer.Leaves[leaf];
                    cursors[leaf] = new(footer.Leaves[leaf], group.Chunks[leaf], input, budget, codec);
                    cursors[leaf]!.Advance();
                }
            for (long row = 0; row < group.Rows; row++)
            {
                if ((row & 255) == 0)
                    cancellation.ThrowIfCancellationRequested();
                ReadRow(reading, columns, row);
            }
            foreach (ColumnCursor? cursor in cursors)
                if (cursor is { AtEnd: false })
                {
                    reading.At = cursor.Leaf;
                    throw new ParquetException($"expected {group.Rows} rows, found more");
                }
        }
        catch (ParquetException failure)
        {
            sink.Table.AbandonRow();
            sink.Bad.Add(
                Bad(
                    file,
                    group.FirstRow + reading.Row,
                    $"row group {index}, column '{reading.At?.Path}', at row {group.FirstRow + reading.Row}: {failure.Message}; the rows before it can be read",
                    reading.At?.Path
                )
            );
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(file.FullPath, failure);
        }
        finally
        {
            foreach (ColumnCursor? cursor in cursors)
                cursor?.Dispose();
        }
    }

    /// <summary>What stands for a row that cannot be read; its bytes are spread over the file.</summary>
    public static BadRow Bad(SourceFile file, long row, string reason, string? key = null) =>
        BadRow.Of(file, row, [], reason, key: key) with
        {
            Place = (0, 0),
        };

    /// <summary>What the reading of a row group has at hand.</summary>
    private sealed record Group(
        SourceFile File,
        ParquetGroup Rows,
        ColumnCursor?[] Cursors,
        NestedJson Nested,
        ParquetCells Cells,
        IRowSink Sink
    )
    {
        public byte[] Source { get; } = System.Text.Encoding.UTF8.GetBytes(File.Name);

        /// <summary>The field that is being read.</summary>
        public ParquetNode? At { get; set; }

        /// <summary>The row that is being read, within the group.</summary>
        public long Row { get; set; }
    }

    private ParquetNode[] Columns(SourceFile file, ParquetFooter footer)
    {
        if (options.Columns.Count == 0)
            return [.. footer.Root.Children];
        foreach (string name in options.Columns)
            if (footer.Root.Children.All(column => column.Name != name))
                throw new AssayException(
                    $"the file has no column '{name}'",
                    new(file.FullPath, Key: name),
                    "Its columns: "
                        + string.Join(", ", footer.Root.Children.Take(50).Select(column => column.Name))
                        + "."
                );
        return
        [
            .. footer.Root.Children.Where(column =>
                column.Name == options.Text || options.Columns.Contains(column.Name)
            ),
        ];
    }

    private void ReadRow(Group group, ParquetNode[] columns, long row)
    {
        group.Row = row;
        long ordinal = group.Rows.FirstRow + row,
            bytes = 0;
        (string Reason, string Key)? fault = null;
        TableBuilder table = group.Sink.Table;
        RowId id = RowId.Of([], group.Source, ordinal);
        foreach (ParquetNode node in columns)
        {
            group.At = node;
            ColumnBuilder column = table.Column(node.Name);
            bool isText = node.Name == options.Text;
            if (!node.IsLeaf || node.Repetition == ParquetRepetition.Repeated)
            {
                ReadOnlySpan<byte> json = group.Nested.Read(node, row, options.MaxRow.Bytes);
                bytes += json.Length;
                if (group.Nested.Fault is { } nested)
                    fault ??= (nested, node.Name);
                else if (isText && json.Length > 0)
                    fault ??= (NoText("a nested value"), node.Name);
                else if (json.Length > 0 && bytes <= options.MaxRow.Bytes)
                    column.SetJson(json);
                continue;
            }
            ColumnCursor cursor = group.Cursors[node.FirstLeaf]!;
            if (cursor.AtEnd)
                throw new ParquetException($"expected {group.Rows.Rows} rows, found {row}");
            ParquetCell cell = cursor.Definition == node.MaxDefinition ? group.Cells.Of(node, cursor.Value()) : default;
            bytes += cell.Utf8.Length;
            if (cell.Fault is not null)
                fault ??= (cell.Fault, node.Name);
            else if (isText && cell.Type is not (ColumnType.Text or ColumnType.Null))
                fault ??= (NoText(cell.Type == ColumnType.Json ? "JSON" : "a number or truth value"), node.Name);
            else if (bytes <= options.MaxRow.Bytes)
                Set(column, cell);
            if (isText && cell.Type == ColumnType.Text)
                id = RowId.Of(cell.Utf8, group.Source, ordinal);
            cursor.Advance();
        }
        if (bytes > options.MaxRow.Bytes)
            fault ??= ($"expected a row of at most {options.MaxRow} bytes (maxRow), found a longer one", options.Text);
        if (fault is { } bad)
        {
            table.AbandonRow();
            group.Sink.Bad.Add(Bad(group.File, ordinal, $"row {ordinal}: {bad.Reason}", bad.Key));
        }
        else
            table.EndRow(id, ordinal);
        group.Sink.RowDone(bytes + RowCost);
    }

    private static void Set(ColumnBuilder column, ParquetCell cell)
    {
        switch (cell.Type)
        {
            case ColumnType.Bool:
                column.Set(cell.Whole != 0);
                break;
            case ColumnType.Int64:
                column.Set(cell.Whole);
                break;
            case ColumnType.Float64:
                column.Set(cell.Number);
                break;
            case ColumnType.Text:
                column.Set(cell.Utf8);
                break;
            case ColumnType.Json:
                column.SetJson(cell.Utf8);
                break;
        }
    }

    private static string NoText(string found) => $"expected text, found {found}; it is the text column";
}
