using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Reads the row groups of a Parquet file into rows of a table, holding a page of each column at a time.</summary>
internal sealed class ParquetRowReader : IGroupedRows
{
    private readonly SourceFile _file;
    private readonly SourceOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly SafeFileHandle _handle;
    private readonly ParquetFooter _footer;

    /// <summary>Opens a file and reads its schema and where its row groups lie.</summary>
    /// <exception cref="ParquetException">It is damaged.</exception>
    /// <exception cref="AssayException">It cannot be read.</exception>
    public ParquetRowReader(SourceFile file, SourceOptions options, CancellationToken cancellation)
    {
        (_file, _options, _cancellation) = (file, options, cancellation);
        _handle = file.OpenHandle();
        try
        {
            _footer = ParquetFooter.Read(_handle);
        }
        catch (Exception failure)
        {
            _handle.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw SourceFile.Unreadable(file.FullPath, failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public int Count => _footer.Groups.Count;

    /// <inheritdoc/>
    public long RowsOf(int group) => _footer.Groups[group].Rows;

    /// <inheritdoc/>
    public long BytesOf(int group) => _footer.Groups[group].Bytes;

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <inheritdoc/>
    public void Read(int index, IRowSink sink)
    {
        ParquetGroup group = _footer.Groups[index];
        ParquetNode[] columns = Columns();
        if (!MayHold(group))
            return;
        BufferBudget budget = new("pages", _options.MaxRow);
        using PageCodec codec = new();
        using PageInput input = new(_handle, _footer.DataEnd, budget);
        using ParquetCells cells = new();
        ColumnCursor?[] cursors = new ColumnCursor?[_footer.Leaves.Count];
        using NestedJson nested = new(cursors, cells);
        Group reading = new(
            group,
            cursors,
            nested,
            cells,
            new(_file, [.. columns.Select(column => column.Name)], _options, sink)
        );
        try
        {
            foreach (ParquetNode column in columns)
                for (int leaf = column.FirstLeaf; leaf < column.FirstLeaf + column.LeafCount; leaf++)
                {
                    reading.At = _footer.Leaves[leaf];
                    cursors[leaf] = new(_footer.Leaves[leaf], group.Chunks[leaf], input, budget, codec);
                    cursors[leaf]!.Advance();
                }
            for (long row = 0; row < group.Rows; row++)
            {
                if ((row & 255) == 0)
                    _cancellation.ThrowIfCancellationRequested();
                ReadRow(reading, columns, row);
            }
            foreach (ColumnCursor? cursor in cursors)
                if (cursor is { AtEnd: false })
                {
                    reading.At = cursor.Leaf;
                    throw new ParquetException($"expected {group.Rows} rows, found more");
                }
        }
        catch (DamagedFileException failure)
        {
            sink.Table.AbandonRow();
            sink.Bad.Add(
                IGroupedRows.Broken(
                    _file,
                    $"row group {index}",
                    reading.At?.Path,
                    group.FirstRow + reading.Row,
                    failure.Message
                )
            );
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(_file.FullPath, failure);
        }
        finally
        {
            foreach (ColumnCursor? cursor in cursors)
                cursor?.Dispose();
        }
    }

    /// <summary>What the reading of a row group has at hand.</summary>
    private sealed record Group(
        ParquetGroup Rows,
        ColumnCursor?[] Cursors,
        NestedJson Nested,
        ParquetCells Cells,
        CellRow Out
    )
    {
        /// <summary>The field that is being read.</summary>
        public ParquetNode? At { get; set; }

        /// <summary>The row that is being read, within the group.</summary>
        public long Row { get; set; }
    }

    private ParquetNode[] Columns()
    {
        IReadOnlyList<ParquetNode> all = _footer.Root.Children;
        return [.. IGroupedRows.Columns([.. all.Select(column => column.Name)], _file, _options).Select(c => all[c])];
    }

    /// <summary>False only if the statistics say that no row of the group is one that is asked for.</summary>
    private bool MayHold(ParquetGroup group)
    {
        using ParquetCells one = new(),
            other = new();
        foreach (ColumnCondition condition in _options.Where)
        {
            ParquetNode leaf = _footer.Root.Children.First(column => column.Name == condition.Column);
            if (!leaf.IsLeaf || leaf.Repetition == ParquetRepetition.Repeated)
                continue;
            ParquetChunk chunk = group.Chunks[leaf.FirstLeaf];
            (byte[]? least, byte[]? greatest, long? missing) = chunk.Statistics;
            if (missing == chunk.Values)
                return false;
            if (least is null || greatest is null || !HasRange(leaf, least) || !HasRange(leaf, greatest))
                continue;
            if (!condition.MayHold(one.Of(leaf, least), other.Of(leaf, greatest)))
                return false;
        }
        return true;
    }

    /// <summary>Whether a bound of values is one of what rows have: numbers, and texts, of which it may be a part.</summary>
    private bool HasRange(ParquetNode leaf, byte[] bound) =>
        _footer.Ordered.ElementAtOrDefault(leaf.FirstLeaf)
        && leaf.Meaning switch
        {
            ParquetMeaning.Text => leaf.Type == ParquetType.ByteArray,
            ParquetMeaning.None => leaf.Type
                is ParquetType.Int32
                    or ParquetType.Int64
                    or ParquetType.Float
                    or ParquetType.Double
                && bound.Length == leaf.Width,
            ParquetMeaning.Unsigned => bound.Length == leaf.Width,
            ParquetMeaning.Decimal => bound.Length > 0 && (leaf.Width == 0 || bound.Length == leaf.Width),
            _ => false,
        };

    private void ReadRow(Group group, ParquetNode[] columns, long row)
    {
        group.Row = row;
        group.Out.Start(group.Rows.FirstRow + row);
        for (int c = 0; c < columns.Length; c++)
        {
            ParquetNode node = columns[c];
            group.At = node;
            if (!node.IsLeaf || node.Repetition == ParquetRepetition.Repeated)
            {
                ReadOnlySpan<byte> json = group.Nested.Read(node, row, _options.MaxRow.Bytes);
                group.Out.AddNested(c, json, group.Nested.Fault);
                continue;
            }
            ColumnCursor cursor = group.Cursors[node.FirstLeaf]!;
            if (cursor.AtEnd)
                throw new ParquetException($"expected {group.Rows.Rows} rows, found {row}");
            group.Out.Add(c, cursor.Definition == node.MaxDefinition ? group.Cells.Of(node, cursor.Value()) : default);
            cursor.Advance();
        }
        group.Out.End();
    }
}
