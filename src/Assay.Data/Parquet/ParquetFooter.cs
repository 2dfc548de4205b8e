using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Where a column of a row group lies, and how it is written.</summary>
/// <param name="Type">Physical type.</param>
/// <param name="Codec">How its pages are compressed.</param>
/// <param name="Values">Values and missing values in it.</param>
/// <param name="Start">Where its first page starts.</param>
/// <param name="Bytes">Bytes of its pages with their headers.</param>
internal sealed record ParquetChunk(ParquetType Type, ParquetCodec Codec, long Values, long Start, long Bytes)
{
    /// <summary>What is known of its values.</summary>
    public ParquetStatistics Statistics { get; init; } = new(null, null, null);
}

/// <summary>What a footer says of the values of a chunk; null where it says nothing.</summary>
/// <param name="Least">A value that none lies below, as PLAIN has it.</param>
/// <param name="Greatest">A value that none lies above.</param>
/// <param name="Missing">Number of missing values.</param>
internal sealed record ParquetStatistics(byte[]? Least, byte[]? Greatest, long? Missing);

/// <summary>A row group: its rows, and a chunk for each leaf of the schema.</summary>
/// <param name="FirstRow">Ordinal of its first row in the file.</param>
/// <param name="Rows">Number of its rows.</param>
/// <param name="Chunks">A chunk for each leaf.</param>
internal sealed record ParquetGroup(long FirstRow, long Rows, ParquetChunk[] Chunks)
{
    /// <summary>Bytes of all its pages.</summary>
    public long Bytes => Chunks.Sum(chunk => chunk.Bytes);
}

/// <summary>The schema and the row groups of a Parquet file.</summary>
internal sealed class ParquetFooter
{
    private const int Tail = 8; // length of the metadata, magic
    private const int MaxBytes = 1 << 29;

    private ParquetFooter(
        ParquetNode root,
        IReadOnlyList<ParquetNode> leaves,
        List<ParquetGroup> groups,
        bool[] ordered,
        long dataEnd
    )
    {
        Root = root;
        Ordered = ordered;
        Leaves = leaves;
        Groups = groups;
        DataEnd = dataEnd;
    }

    public ParquetNode Root { get; }

    public IReadOnlyList<ParquetNode> Leaves { get; }

    public IReadOnlyList<ParquetGroup> Groups { get; }

    /// <summary>For each leaf whether least and greatest values are in the order of its type; empty where the file does not say.</summary>
    public bool[] Ordered { get; }

    /// <summary>Where pages end at the latest.</summary>
    public long DataEnd { get; }

    /// <summary>Reads the end of a file.</summary>
    /// <exception cref="ParquetException">It is not Parquet, encrypted, or damaged.</exception>
    public static ParquetFooter Read(SafeFileHandle file)
    {
        long size = RandomAccess.GetLength(file);
        Span<byte> tail = stackalloc byte[Tail];
        if (size < 4 + Tail)
            throw new ParquetException($"expected at least {4 + Tail} bytes, found {size}");
        SourceFile.ReadExactly(file, tail, size - Tail);
        if (tail[4..].SequenceEqual("PARE"u8))
            throw new ParquetException("expected a Parquet file without encryption, found an encrypted one");
        if (!tail[4..].SequenceEqual("PAR1"u8))
            throw new ParquetException(
                "expected PAR1 at the end, found other bytes: the file is truncated or not Parquet"
            );
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > size - 4 - Tail || length > MaxBytes)
            throw new ParquetException(
                $"expected metadata within the file of {size} bytes, found a length of {length}"
            );
        byte[] bytes = new byte[length];
        long start = size - Tail - length;
        SourceFile.ReadExactly(file, bytes, start);
        return Parse(bytes, start);
    }

    private static ParquetFooter Parse(ReadOnlySpan<byte> bytes, long dataEnd)
    {
        ThriftReader reader = new(bytes);
        ParquetSchemaReader schema = new();
        ParquetNode? root = null;
        List<ParquetGroup>? groups = null;
        bool[] ordered = [];
        reader.Enter();
        while (reader.Field(out int id, out ThriftType type))
            switch (id)
            {
                case 2 when root is null:
                    root = schema.Read(ref reader, type);
                    break;
                case 4 when groups is null:
                    groups = ReadGroups(ref reader, type, schema.Leaves, dataEnd);
                    break;
                case 7 when ordered.Length == 0:
                    ordered = ReadOrders(ref reader, type);
                    break;
                case 8:
                    throw new ParquetException("expected a Parquet file without encryption, found an encrypted one");
                default:
                    reader.Skip(type);
                    break;
            }
        // The number of rows in all is not always right, and those of the row groups say the same.
        return root is not null && groups is not null
            ? new(root, schema.Leaves, groups, ordered, dataEnd)
            : throw new ParquetException("expected metadata with a schema and row groups, found it without");
    }

    /// <summary>Unions of one field each; the first is the order of the type.</summary>
    private static bool[] ReadOrders(ref ThriftReader reader, ThriftType list)
    {
        bool[] ordered = new bool[reader.List(list, ThriftType.Struct)];
        for (int i = 0; i < ordered.Length; i++)
        {
            int outer = reader.Enter();
            while (reader.Field(out int id, out ThriftType type))
            {
                ordered[i] = id == 1;
                reader.Skip(type);
            }
            reader.Leave(outer);
        }
        return ordered;
    }

    private static List<ParquetGroup> ReadGroups(
        ref ThriftReader reader,
        ThriftType list,
        IReadOnlyList<ParquetNode> leaves,
        long dataEnd
    )
    {
        List<ParquetGroup> groups = [];
        int count = reader.List(list, ThriftType.Struct);
        long first = 0;
        for (int group = 0; group < count; group++)
        {
            ParquetChunk[]? chunks = null;
            long rows = -1;
            int outer = reader.Enter();
            while (reader.Field(out int id, out ThriftType type))
                switch (id)
                {
                    case 1 when chunks is null:
                        int columns = reader.List(type, ThriftType.Struct);
                        if (columns != leaves.Count)
                            throw new ParquetException(
                                $"expected {leaves.Count} columns in row group {group}, found {columns}"
                            );
                        chunks = new ParquetChunk[columns];
                        for (int c = 0; c < columns; c++)
                            chunks[c] = ReadChunk(ref reader, leaves[c], group, dataEnd);
                        break;
                    case 3:
                        rows = reader.Long(type);
                        break;
                    default:
                        reader.Skip(type);
                        break;
                }
            reader.Leave(outer);
            if (chunks is null || rows is < 0 or > int.MaxValue)
                throw new ParquetException($"expected columns and rows of row group {group}, found {rows} rows");
            groups.Add(new(first, rows, chunks));
            first += rows;
        }
        return groups;
    }

    private static ParquetChunk ReadChunk(ref ThriftReader reader, ParquetNode leaf, int group, long dataEnd)
    {
        ParquetChunk? chunk = null;
        string where = $"column '{leaf.Path}' of row group {group}";
        int outer = reader.Enter();
        while (reader.Field(out int id, out ThriftType type))
            switch (id)
            {
                case 1:
                    throw new ParquetException($"expected {where} in this file, found it in '{reader.Text(type)}'");
                case 3 when chunk is null && type == ThriftType.Struct:
                    chunk = ReadColumn(ref reader, leaf, where, dataEnd);
                    break;
                case 8:
                    throw new ParquetException($"expected {where} without encryption, found it encrypted");
                default:
                    reader.Skip(type);
                    break;
            }
        reader.Leave(outer);
        return chunk ?? throw new ParquetException($"expected metadata of {where}, found none");
    }

    private static ParquetChunk ReadColumn(ref ThriftReader reader, ParquetNode leaf, string where, long dataEnd)
    {
        int kind = -1,
            codec = -1;
        long values = -1,
            bytes = -1,
            data = -1,
            dictionary = -1;
        ParquetStatistics statistics = new(null, null, null);
        int outer = reader.Enter();
        while (reader.Field(out int id, out ThriftType type))
            switch (id)
            {
                case 1:
                    kind = reader.Int(type);
                    break;
                case 4:
                    codec = reader.Int(type);
                    break;
                case 5:
                    values = reader.Long(type);
                    break;
                case 7:
                    bytes = reader.Long(type);
                    break;
                case 9:
                    data = reader.Long(type);
                    break;
                case 11:
                    dictionary = reader.Long(type);
                    break;
                case 12 when type == ThriftType.Struct:
                    statistics = ReadStatistics(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        reader.Leave(outer);
        if (kind != (int)leaf.Type)
            throw new ParquetException($"expected type {leaf.Type} in {where}, found type {kind}");
        if (codec is < 0 or > (int)ParquetCodec.Lz4Raw)
            throw new ParquetException($"expected a compression of 0 to 7 in {where}, found {codec}");
        if (values == 0)
            return new(leaf.Type, (ParquetCodec)codec, 0, 0, 0);
        // Some writers say 0 where there is no dictionary.
        long start = dictionary > 0 && dictionary < data ? dictionary : data;
        if (values < 0 || bytes < 0 || start < 4 || start > dataEnd || bytes > dataEnd - start)
            throw new ParquetException(
                $"expected {where} within the file, found {values} values in {bytes} bytes at byte {start}"
            );
        return new(leaf.Type, (ParquetCodec)codec, values, start, bytes) { Statistics = statistics };
    }

    /// <summary>Least and greatest values of older files (fields 1 and 2) are in no certain order, and left alone.</summary>
    private static ParquetStatistics ReadStatistics(ref ThriftReader reader)
    {
        ParquetStatistics statistics = new(null, null, null);
        int outer = reader.Enter();
        while (reader.Field(out int id, out ThriftType type))
            switch (id)
            {
                case 3:
                    statistics = statistics with { Missing = reader.Long(type) };
                    break;
                case 5:
                    statistics = statistics with { Greatest = reader.Binary(type).ToArray() };
                    break;
                case 6:
                    statistics = statistics with { Least = reader.Binary(type).ToArray() };
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        reader.Leave(outer);
        return statistics;
    }
}
