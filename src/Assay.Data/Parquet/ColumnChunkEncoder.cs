using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Assay.Data;

/// <summary>What the footer says of a column chunk; offsets count from the start of its row group.</summary>
internal sealed record WrittenChunk(
    int Values,
    int Missing,
    long Offset,
    int DictionaryBytes,
    int Bytes,
    long PlainBytes
)
{
    /// <summary>Least and greatest value as PLAIN writes them, or null where they are not kept.</summary>
    public (byte[] Least, byte[] Greatest)? Range { get; init; }
}

/// <summary>Writes one column of a row group: a dictionary where values repeat, then data pages (v1), Zstandard, with checksums.</summary>
internal sealed class ColumnChunkEncoder(ByteBuffer output) : IDisposable
{
    private const int PageBytes = 1 << 20; // of values before compression
    private const int PageRows = 1 << 16;
    private readonly ZstdSharp.Compressor _zstd = new(level: 1); // as Arrow has it: level 3 takes twice as long
    private readonly ByteBuffer _header = new();
    private long _plainBytes; // headers and pages as they are before compression

    /// <summary>Appends the chunk of one column.</summary>
    /// <param name="type">Its type; truth values are a byte each.</param>
    /// <param name="levels">1 for each row that has a value, 0 for one that has none.</param>
    /// <param name="values">The values one after the other as PLAIN writes them.</param>
    public WrittenChunk Encode(ColumnType type, ReadOnlySpan<int> levels, ReadOnlySpan<byte> values)
    {
        int start = output.Length,
            present = levels.Count(1);
        _plainBytes = 0;
        using PlainDictionary? dictionary = PlainDictionary.Of(type, values, present);
        int dictionaryBytes = 0;
        if (dictionary is not null)
        {
            AppendPage(
                dictionary.Values,
                header =>
                    header.Struct(
                        7,
                        () =>
                        {
                            header.Int(1, dictionary.Count);
                            header.Int(2, (int)ParquetEncoding.Plain);
                        }
                    ),
                ParquetPageType.Dictionary
            );
            dictionaryBytes = output.Length - start;
        }
        using ByteBuffer body = new();
        int from = 0,
            value = 0,
            at = 0;
        do
        {
            int to = from,
                lastValue = value,
                end = at;
            while (to < levels.Length && to - from < PageRows && end - at < PageBytes)
                if (levels[to++] == 1)
                {
                    lastValue++;
                    end += PlainRows.SizeOf(type, values[end..]);
                }
            body.Truncate(0);
            AppendLevels(levels[from..to], body);
            if (dictionary is not null)
                dictionary.AppendIndices(value..lastValue, body);
            else if (type == ColumnType.Bool)
                AppendBits(values[at..end], body);
            else
                body.Append(values[at..end]);
            int rows = to - from;
            AppendPage(
                body.Span,
                header =>
                    header.Struct(
                        5,
                        () =>
                        {
                            header.Int(1, rows);
                            header.Int(
                                2,
                                (int)(dictionary is null ? ParquetEncoding.Plain : ParquetEncoding.RleDictionary)
                            );
                            header.Int(3, (int)ParquetEncoding.Rle);
                            header.Int(4, (int)ParquetEncoding.Rle);
                        }
                    ),
                ParquetPageType.Data
            );
            (from, value, at) = (to, lastValue, end);
        } while (from < levels.Length);
        return new(levels.Length, levels.Length - present, start, dictionaryBytes, output.Length - start, _plainBytes)
        {
            Range = RangeOf(type, values),
        };
    }

    public void Dispose()
    {
        _zstd.Dispose();
        _header.Dispose();
    }

    private void AppendPage(ReadOnlySpan<byte> body, Action<ThriftWriter> kind, ParquetPageType type)
    {
        int plain = body.Length;
        using ByteBuffer packed = new();
        packed.Advance(_zstd.Wrap(body, packed.Reserve(ZstdSharp.Compressor.GetCompressBound(plain))));
        uint sum = Crc32.HashToUInt32(packed.Span);
        int length = packed.Length;
        _header.Truncate(0);
        ThriftWriter header = new(_header);
        header.Struct(() =>
        {
            header.Int(1, (int)type);
            header.Int(2, plain);
            header.Int(3, length);
            header.Int(4, (int)sum);
            kind(header);
        });
        output.Append(_header.Span);
        output.Append(packed.Span);
        _plainBytes += _header.Length + plain;
    }

    private static void AppendLevels(ReadOnlySpan<int> levels, ByteBuffer body)
    {
        body.AppendZeros(4);
        HybridEncoder.Encode(levels, 1, body);
        BinaryPrimitives.WriteInt32LittleEndian(body.Span, body.Length - 4);
    }

    private static void AppendBits(ReadOnlySpan<byte> truths, ByteBuffer body)
    {
        int start = body.Length;
        body.AppendZeros((truths.Length + 7) / 8);
        Span<byte> bits = body.Span[start..];
        for (int i = 0; i < truths.Length; i++)
            bits[i >> 3] |= (byte)(truths[i] << (i & 7));
    }

    private static (byte[], byte[])? RangeOf(ColumnType type, ReadOnlySpan<byte> values)
    {
        if (values.IsEmpty)
            return null;
        switch (type)
        {
            case ColumnType.Bool:
                return ([values.Contains((byte)0) ? (byte)0 : (byte)1], [values.Contains((byte)1) ? (byte)1 : (byte)0]);
            case ColumnType.Int64:
                long low = long.MaxValue,
                    high = long.MinValue;
                foreach (long number in MemoryMarshal.Cast<byte, long>(values))
                    (low, high) = (Math.Min(low, number), Math.Max(high, number));
                return (BitConverter.GetBytes(low), BitConverter.GetBytes(high));
            case ColumnType.Float64:
                double least = double.MaxValue,
                    greatest = double.MinValue;
                foreach (double number in MemoryMarshal.Cast<byte, double>(values))
                    (least, greatest) = (Math.Min(least, number), Math.Max(greatest, number));
                // The format asks that a zero stands for both zeros.
                return (
                    BitConverter.GetBytes(least == 0 ? -0.0 : least),
                    BitConverter.GetBytes(greatest == 0 ? 0.0 : greatest)
                );
            default:
                return null;
        }
    }
}

/// <summary>The distinct values of a column chunk in the order of first occurrence, where they are few enough to be worth it.</summary>
internal sealed class PlainDictionary : IDisposable
{
    private const int MostBytes = 1 << 20;
    private const int Trial = 4096; // values after which half of them must have been repeats
    private readonly ByteBuffer _values = new();
    private readonly ByteBuffer _indices = new();
    private readonly List<(ulong Hash, int Start, int Length)> _distinct = [];
    private int[] _table = new int[1024]; // 1 + index of the distinct value, 0 if free

    private PlainDictionary() { }

    /// <summary>The distinct values as PLAIN writes them.</summary>
    public ReadOnlySpan<byte> Values => _values.Span;

    public int Count => _distinct.Count;

    /// <summary>The dictionary of these values, or null where too few repeat.</summary>
    public static PlainDictionary? Of(ColumnType type, ReadOnlySpan<byte> values, int count)
    {
        if (type is ColumnType.Bool or ColumnType.Null || count == 0)
            return null;
        PlainDictionary dictionary = new();
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            int size = PlainRows.SizeOf(type, values[at..]);
            dictionary.Add(values.Slice(at, size));
            at += size;
            bool isTried = i + 1 == count || (i + 1) % Trial == 0;
            if (dictionary._values.Length > MostBytes || isTried && 2 * dictionary.Count > i + 1)
            {
                dictionary.Dispose();
                return null;
            }
        }
        return dictionary;
    }

    /// <summary>Appends the indices of a range of values as a data page has them: their width, then the hybrid.</summary>
    public void AppendIndices(Range range, ByteBuffer body)
    {
        int bits = HybridEncoder.BitsFor(Count);
        body.Append((byte)bits);
        HybridEncoder.Encode(MemoryMarshal.Cast<byte, int>(_indices.Span)[range], bits, body);
    }

    public void Dispose()
    {
        _values.Dispose();
        _indices.Dispose();
    }

    private void Add(ReadOnlySpan<byte> value)
    {
        ulong hash = XxHash3.HashToUInt64(value);
        int slot = (int)(hash & (ulong)(_table.Length - 1));
        for (; _table[slot] > 0; slot = (slot + 1) & (_table.Length - 1))
        {
            (ulong known, int start, int length) = _distinct[_table[slot] - 1];
            if (known == hash && _values.Span.Slice(start, length).SequenceEqual(value))
            {
                _indices.Append(_table[slot] - 1);
                return;
            }
        }
        _indices.Append(_distinct.Count);
        _distinct.Add((hash, _values.Length, value.Length));
        _values.Append(value);
        _table[slot] = _distinct.Count;
        if (2 * _distinct.Count > _table.Length)
            Grow();
    }

    private void Grow()
    {
        _table = new int[2 * _table.Length];
        for (int i = 0; i < _distinct.Count; i++)
        {
            int slot = (int)(_distinct[i].Hash & (ulong)(_table.Length - 1));
            while (_table[slot] > 0)
                slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = i + 1;
        }
    }
}
