using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Assay.Data;

/// <summary>
/// An immutable columnar batch of rows: UTF-8 bytes with offsets, validity bits, typed values, and where each row is from.
/// It lies in one pooled buffer, which <see cref="Dispose"/> gives back; spans taken from it end with it.
/// </summary>
/// <remarks>
/// As bytes: magic <c>ASSAYTB1</c>, XXH3 of what follows (8 bytes), header length (4 bytes, little-endian), a JSON
/// header naming each buffer's offset and length, padding to 8 bytes, the buffers. Every offset is checked before use.
/// </remarks>
public sealed class Table : IDisposable
{
    internal static ReadOnlySpan<byte> Magic => "ASSAYTB1"u8;
    internal const int Prelude = 20;

    private byte[]? _rented;
    private readonly ReadOnlyMemory<byte> _ids;
    private readonly ReadOnlyMemory<byte> _offsets;
    private readonly ReadOnlyMemory<byte> _sourceOf;
    private readonly Column[] _columns;

    private Table(byte[]? rented, Header header, ReadOnlyMemory<byte> body)
    {
        _rented = rented;
        Sources = header.Sources;
        RowCount = header.Rows;
        _ids = Slice(body, header.Ids, (long)RowCount * 16);
        _offsets = Slice(body, header.Offsets, (long)RowCount * 8);
        _sourceOf = Slice(body, header.SourceOf, header.Sources.Length > 1 ? (long)RowCount * 4 : 0);
        foreach (int source in MemoryMarshal.Cast<byte, int>(_sourceOf.Span))
            if ((uint)source >= (uint)Sources.Count)
                throw new ArgumentException("a row has a source that is not listed");
        _columns = [.. header.Columns.Select(column => Open(column, body))];
        Schema = new(_columns.Select(column => column.Field with { Type = column.Reads }));
    }

    /// <summary>The files that the rows came from, relative to the folder that was searched, with forward slashes.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>Number of rows, at least 0.</summary>
    public int RowCount { get; }

    /// <summary>The columns that occur in this table, by the type that their values read as.</summary>
    public Schema Schema { get; }

    /// <summary>The columns that occur in this table.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>Row ids, one per row.</summary>
    public ReadOnlySpan<RowId> Ids => MemoryMarshal.Cast<byte, RowId>(_ids.Span);

    /// <summary>Byte offset of each row in its decompressed source (for XML, the ordinal of the row).</summary>
    public ReadOnlySpan<long> Offsets => MemoryMarshal.Cast<byte, long>(_offsets.Span);

    /// <summary>The file that row <paramref name="row"/> came from.</summary>
    public string SourceOf(int row) =>
        Sources[_sourceOf.Length == 0 ? 0 : MemoryMarshal.Cast<byte, int>(_sourceOf.Span)[row]];

    /// <summary>The column of that name, or null if no row of this table has it.</summary>
    public Column? Find(string name) => Array.Find(_columns, column => column.Field.Name == name);

    /// <summary>Reads a table from bytes; the table keeps <paramref name="bytes"/>.</summary>
    /// <param name="bytes">A whole table as <see cref="TableBuilder"/> writes it.</param>
    /// <param name="name">Where the bytes come from, for error messages.</param>
    /// <exception cref="AssayException">The bytes are damaged.</exception>
    public static Table Open(byte[] bytes, string name) => Open(bytes, bytes.Length, name, rented: false);

    /// <summary>Reads a table file into a pooled buffer.</summary>
    /// <exception cref="AssayException">The file is missing or damaged.</exception>
    public static Table Read(string path)
    {
        byte[] buffer = [];
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            long length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength)
                throw Damaged(path, "it is longer than a table can be");
            buffer = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            while (read < length)
            {
                int got = RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read);
                if (got == 0)
                    throw Damaged(path, "it ends early");
                read += got;
            }
            return Open(buffer, (int)length, path, rented: true);
        }
        catch (Exception failure)
        {
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
            if (failure is IOException or UnauthorizedAccessException)
                throw Unreadable(path, failure);
            throw;
        }
    }

    /// <summary>Reads only the rows and columns of a table file, not its content, which is not checked.</summary>
    /// <exception cref="AssayException">The file is missing or its header damaged.</exception>
    internal static Header ReadHeader(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> prelude = stackalloc byte[Prelude];
            if (RandomAccess.Read(file, prelude, 0) < Prelude || !prelude[..8].SequenceEqual(Magic))
                throw Damaged(path, "it does not start as a table");
            int length = MemoryMarshal.Read<int>(prelude[16..]);
            if (length < 0 || length > RandomAccess.GetLength(file) - Prelude)
                throw Damaged(path, "its header is longer than the file");
            byte[] header = new byte[length];
            for (int read = 0, got; read < length; read += got)
                if ((got = RandomAccess.Read(file, header.AsSpan(read), Prelude + read)) == 0)
                    throw Damaged(path, "it ends early");
            return ParseHeader(header, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, failure);
        }
    }

    private static Table Open(byte[] bytes, int length, string name, bool rented)
    {
        if (length < Prelude || !bytes.AsSpan(0, 8).SequenceEqual(Magic))
            throw Damaged(name, "it does not start as a table");
        ulong sum = MemoryMarshal.Read<ulong>(bytes.AsSpan(8));
        if (XxHash3.HashToUInt64(bytes.AsSpan(16, length - 16)) != sum)
            throw Damaged(name, "its checksum is wrong");
        int headerLength = MemoryMarshal.Read<int>(bytes.AsSpan(16));
        if (headerLength < 0 || headerLength > length - Prelude)
            throw Damaged(name, "its header is longer than the file");
        Header header = ParseHeader(bytes.AsSpan(Prelude, headerLength), name);
        int body = Math.Min(length, (Prelude + headerLength + 7) & ~7);
        try
        {
            return new(rented ? bytes : null, header, bytes.AsMemory(body, length - body));
        }
        catch (ArgumentException failure)
        {
            throw Damaged(name, failure.Message);
        }
    }

    private static Header ParseHeader(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            Header header =
                JsonSerializer.Deserialize(json, TableJson.Default.Header)
                ?? throw Damaged(name, "its header is empty");
            bool sound =
                header is { Rows: >= 0, Ids: not null, Offsets: not null, SourceOf: not null, Columns: not null }
                && header.Sources is not null
                && !header.Sources.Contains(null)
                && (header.Rows == 0 || header.Sources.Length > 0)
                && header.Columns.All(column =>
                    column is { Name: not null, Validity.Length: 2, Values.Length: 2, Bytes.Length: 2 }
                    && Enum.IsDefined(column.Type)
                    && Enum.IsDefined(column.Reads)
                );
            return sound ? header : throw Damaged(name, "its header is incomplete");
        }
        catch (JsonException failure)
        {
            throw Damaged(name, failure.Message);
        }
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private Column Open(ColumnHeader column, ReadOnlyMemory<byte> body)
    {
        bool isText = column.Type is ColumnType.Text or ColumnType.Json;
        long valueBytes = column.Type switch
        {
            ColumnType.Null => 0,
            ColumnType.Bool => RowCount,
            ColumnType.Int64 or ColumnType.Float64 => 8L * RowCount,
            _ => 4L * (RowCount + 1L),
        };
        ReadOnlyMemory<byte> validity =
            column.Validity[1] == 0 ? default : Slice(body, column.Validity, (RowCount + 7L) / 8);
        ReadOnlyMemory<byte> values = Slice(body, column.Values, valueBytes);
        ReadOnlyMemory<byte> bytes = isText ? Slice(body, column.Bytes, column.Bytes[1]) : default;
        if (isText)
        {
            int last = 0;
            foreach (int offset in MemoryMarshal.Cast<byte, int>(values.Span))
            {
                if (offset < last)
                    throw new ArgumentException($"column '{column.Name}' has descending offsets");
                last = offset;
            }
            if (last > bytes.Length)
                throw new ArgumentException($"column '{column.Name}' has an offset outside of its bytes");
        }
        return new(new(column.Name, column.Type), column.Reads, RowCount, validity, values, bytes);
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> body, long[] range, long expected)
    {
        if (range.Length != 2 || range[0] < 0 || range[1] != expected || range[0] > body.Length - expected)
            throw new ArgumentException("a buffer lies outside of the file");
        return body.Slice((int)range[0], (int)expected);
    }

    private static AssayException Damaged(string name, string why) =>
        new($"the stored table is damaged: {why}", new(name), "Delete the store (.assay) and run again.");

    private static AssayException Unreadable(string path, Exception failure) =>
        new(
            $"cannot read a stored table: {failure.Message}",
            new(path),
            "Delete the store (.assay) and run again.",
            failure
        );

    internal sealed record Header(
        int Rows,
        string[] Sources,
        long[] Ids,
        long[] Offsets,
        long[] SourceOf,
        ColumnHeader[] Columns
    );

    internal sealed record ColumnHeader(
        string Name,
        ColumnType Type,
        ColumnType Reads,
        long[] Validity,
        long[] Values,
        long[] Bytes
    );
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Table.Header))]
internal sealed partial class TableJson : System.Text.Json.Serialization.JsonSerializerContext;
