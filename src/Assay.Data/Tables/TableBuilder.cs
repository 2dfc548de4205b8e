using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Collects rows into a <see cref="Table"/>. Not thread-safe. Disposing it gives its buffers back; not doing so costs only time.</summary>
/// <param name="source">The file that the first rows come from, relative to the folder that was searched.</param>
public sealed class TableBuilder(string source) : IDisposable
{
    private readonly List<ColumnBuilder> _columns = [];
    private readonly Dictionary<string, ColumnBuilder> _byName = [];
    private readonly ByteBuffer _ids = new();
    private readonly ByteBuffer _offsets = new();
    private readonly ByteBuffer _sourceOf = new();
    private readonly List<string> _sources = [];
    private string _source = source;
    private int _closedColumns;
    private int _next; // where the next column is expected: rows tend to have the same keys in the same order

    /// <summary>Rows closed so far.</summary>
    public int RowCount { get; private set; }

    /// <summary>Number of columns so far.</summary>
    public int ColumnCount => _columns.Count;

    /// <summary>Bytes of text held so far: the size by which callers decide to start another table.</summary>
    public long TextBytes => _columns.Sum(column => (long)column.TextBytes);

    /// <summary>Where rows that are closed now come from.</summary>
    internal string Source => _source;

    /// <summary>What columns must hold; rows that do not meet it are forgotten when they are closed.</summary>
    internal IReadOnlyList<ColumnCondition> Where { get; init; } = [];

    /// <summary>Rows closed from now on come from <paramref name="source"/>.</summary>
    public void From(string source) => _source = source;

    /// <summary>The column of that name; made, with missing values so far, if it is new.</summary>
    public ColumnBuilder Column(string name)
    {
        if (!_byName.TryGetValue(name, out ColumnBuilder? column))
        {
            column = new(name);
            _byName.Add(name, column);
            _columns.Add(column);
        }
        return column;
    }

    /// <summary>The column of that name, in valid UTF-8; quickest when columns are asked for in the same order in each row.</summary>
    public ColumnBuilder Column(ReadOnlySpan<byte> utf8Name)
    {
        if (_next < _columns.Count && _columns[_next].Utf8Name.SequenceEqual(utf8Name))
            return _columns[_next++];
        Span<char> name = utf8Name.Length <= 256 ? stackalloc char[256] : new char[utf8Name.Length];
        name = name[..Encoding.UTF8.GetChars(utf8Name, name)];
        if (!_byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ColumnBuilder? column))
            column = Column(name.ToString());
        _next = _columns.IndexOf(column) + 1;
        return column;
    }

    /// <summary>Closes a row: columns that got no value since the last call hold a missing one.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="offset">Byte offset of the row in its decompressed source.</param>
    public void EndRow(RowId id, long offset)
    {
        foreach (ColumnCondition condition in Where)
            if (!_byName.TryGetValue(condition.Column, out ColumnBuilder? tested) || !condition.Holds(tested.Pending))
            {
                // Its columns stay, since a parser may hold on to them.
                foreach (ColumnBuilder column in _columns)
                    column.AbandonRow();
                _next = 0;
                return;
            }
        if (_sources.Count == 0 || !ReferenceEquals(_sources[^1], _source))
            _sources.Add(_source);
        _ids.Append(id);
        _offsets.Append(offset);
        _sourceOf.Append(_sources.Count - 1);
        foreach (ColumnBuilder column in CollectionsMarshal.AsSpan(_columns))
            column.CloseRow(RowCount);
        RowCount++;
        _closedColumns = _columns.Count;
        _next = 0;
    }

    /// <summary>Forgets a row that was begun and not closed, with the columns and types that it alone brought.</summary>
    public void AbandonRow()
    {
        foreach (ColumnBuilder column in _columns)
            column.AbandonRow();
        foreach (ColumnBuilder column in _columns.Skip(_closedColumns))
            _byName.Remove(column.Name);
        _columns.RemoveRange(_closedColumns, _columns.Count - _closedColumns);
        _next = 0;
    }

    /// <summary>The rows as a table in memory.</summary>
    public Table Build()
    {
        using MemoryStream bytes = new();
        WriteTo(bytes);
        return Table.Open(bytes.ToArray(), _source);
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
        foreach (ColumnBuilder column in _columns)
            column.PadTo(RowCount);
        Table.Header header = new(
            RowCount,
            [.. _sources],
            Place(_ids.Memory),
            Place(_offsets.Memory),
            Place(_sources.Count > 1 ? _sourceOf.Memory : default),
            [
                .. _columns.Select(column => new Table.ColumnHeader(
                    column.Name,
                    column.Type,
                    column.Reads ?? column.Type,
                    Place(column.Validity()),
                    Place(column.Values()),
                    Place(column.Bytes())
                )),
            ]
        );
        byte[] headerBytes = JsonSerializer.SerializeToUtf8Bytes(header, TableJson.Default.Header);
        byte[] padding = new byte[8];
        int bodyStart = (Table.Prelude + headerBytes.Length + 7) & ~7;

        XxHash3 hash = new();
        void Each(Action<ReadOnlySpan<byte>> use)
        {
            Span<byte> length = stackalloc byte[4];
            MemoryMarshal.Write(length, headerBytes.Length);
            use(length);
            use(headerBytes);
            use(padding.AsSpan(0, bodyStart - Table.Prelude - headerBytes.Length));
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _ids.Dispose();
        _offsets.Dispose();
        _sourceOf.Dispose();
        foreach (ColumnBuilder column in _columns)
            column.Recycle();
        _columns.Clear();
        _byName.Clear();
        _sources.Clear();
        RowCount = 0;
    }
}
