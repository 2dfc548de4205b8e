using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Collects rows of one source into a <see cref="Table"/>. Not thread-safe.</summary>
/// <param name="source">The file that the rows come from, relative to the folder that was searched.</param>
public sealed class TableBuilder(string source)
{
    private readonly List<ColumnBuilder> _columns = [];
    private readonly Dictionary<string, ColumnBuilder> _byName = [];
    private readonly List<RowId> _ids = [];
    private readonly List<long> _offsets = [];

    /// <summary>Rows closed so far.</summary>
    public int RowCount => _ids.Count;

    /// <summary>Bytes of text held so far: the size by which callers decide to start another table.</summary>
    public long TextBytes => _columns.Sum(column => (long)column.TextBytes);

    /// <summary>The column of that name; made, with missing values so far, if it is new.</summary>
    public ColumnBuilder Column(string name)
    {
        if (!_byName.TryGetValue(name, out ColumnBuilder? column))
        {
            column = new(name);
            column.PadTo(RowCount);
            _byName.Add(name, column);
            _columns.Add(column);
        }
        return column;
    }

    /// <summary>Closes a row: columns that got no value since the last call hold a missing one.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="offset">Byte offset of the row in its decompressed source.</param>
    public void EndRow(RowId id, long offset)
    {
        _ids.Add(id);
        _offsets.Add(offset);
        foreach (ColumnBuilder column in _columns)
            column.PadTo(RowCount);
    }

    /// <summary>Drops the values of a row that was begun and not closed.</summary>
    public void AbandonRow()
    {
        foreach (ColumnBuilder column in _columns)
            column.TruncateTo(RowCount);
    }

    /// <summary>The rows as a table in memory.</summary>
    public Table Build()
    {
        using MemoryStream bytes = new();
        WriteTo(bytes);
        return Table.Open(bytes.ToArray(), source);
    }

    /// <summary>Writes the table's bytes (see <see cref="Table"/> for the layout).</summary>
    public void WriteTo(Stream stream)
    {
        long end = 0;
        List<ReadOnlyMemory<byte>> parts = [];
        long[] Place(ReadOnlyMemory<byte> part)
        {
            long start = end;
            parts.Add(part);
            end = (end + part.Length + 7) & ~7L;
            return [start, part.Length];
        }
        long[] ids = Place(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_ids)).ToArray());
        long[] offsets = Place(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_offsets)).ToArray());
        Table.ColumnHeader[] columns =
        [
            .. _columns.Select(column => new Table.ColumnHeader(
                column.Name,
                column.Type,
                column.Reads ?? column.Type,
                Place(column.Validity()),
                Place(column.Values()),
                Place(column.Bytes())
            )),
        ];
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(
            new Table.Header(RowCount, source, ids, offsets, columns),
            TableJson.Default.Header
        );
        byte[] padding = new byte[8];
        int bodyStart = (Table.Prelude + header.Length + 7) & ~7;

        XxHash3 hash = new();
        void Each(Action<ReadOnlySpan<byte>> use)
        {
            Span<byte> length = stackalloc byte[4];
            MemoryMarshal.Write(length, header.Length);
            use(length);
            use(header);
            use(padding.AsSpan(0, bodyStart - Table.Prelude - header.Length));
            foreach (ReadOnlyMemory<byte> part in parts)
            {
                use(part.Span);
                use(padding.AsSpan(0, -part.Length & 7));
            }
        }
        Each(hash.Append);
        stream.Write(Table.Magic);
        Span<byte> sum = stackalloc byte[8];
        MemoryMarshal.Write(sum, hash.GetCurrentHashAsUInt64());
        stream.Write(sum);
        Each(stream.Write);
    }
}
