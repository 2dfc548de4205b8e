using System.Buffers.Binary;
using System.Text;

namespace Assay.Data;

/// <summary>Writes the rows of a view as a Parquet file.</summary>
/// <remarks>
/// Format: the Apache Parquet specification 2.11 (parquet.thrift). Every column is optional; texts are strings, JSON is
/// annotated as such. Row groups hold about 16 MiB of values. Data pages of version 1, dictionaries where values repeat,
/// Zstandard, a CRC for each page, counts of missing values and ranges of numbers for each chunk.
/// </remarks>
public static class ParquetWriter
{
    /// <summary>
    /// Writes the selected rows in the order of the selection, repeats included: the columns of the dataset with the types that
    /// their values read as, edited texts as they are now.
    /// </summary>
    /// <param name="path">The file. It appears when it is whole.</param>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads, pieces (for orders other than that of the dataset), progress, cancellation.</param>
    /// <param name="options">Further columns.</param>
    /// <exception cref="AssayException">The file cannot be written, or a signal is not known.</exception>
    public static WrittenFile Write(string path, View view, Work work, WriterOptions? options = null) =>
        Write(path, view, work, options, RowExport.DefaultWindow);

    internal static WrittenFile Write(string path, View view, Work work, WriterOptions? options, int window) =>
        PlainRows.Write(path, view, work, options, window, fields => new ParquetPacker(fields));
}

/// <summary>Makes a row group of each chunk of rows, and the footer.</summary>
internal sealed class ParquetPacker(Field[] fields) : ChunkPacker
{
    private static ReadOnlySpan<byte> Magic => "PAR1"u8;
    private readonly SortedDictionary<int, (long Bytes, int Rows, WrittenChunk[] Columns)> _groups = [];

    public override byte[] Start() => Magic.ToArray();

    public override byte[] Pack(int index, ByteBuffer chunk)
    {
        using PlainColumns columns = new(fields, chunk.Span);
        using ByteBuffer output = new();
        using ColumnChunkEncoder encoder = new(output);
        WrittenChunk[] written = new WrittenChunk[fields.Length];
        for (int c = 0; c < fields.Length; c++)
            written[c] = encoder.Encode(fields[c].Type, columns.Levels(c), columns.Values(c));
        lock (_groups)
            _groups.Add(index, (output.Length, columns.Rows, written));
        return output.Span.ToArray();
    }

    public override byte[] End()
    {
        using ByteBuffer output = new();
        ThriftWriter footer = new(output);
        footer.Struct(() =>
        {
            footer.Int(1, 2);
            footer.List(2, ThriftType.Struct, fields.Length + 1);
            footer.Struct(() =>
            {
                footer.Text(4, "schema");
                footer.Int(5, fields.Length);
            });
            foreach (Field field in fields)
                footer.Struct(() => Describe(field, footer));
            footer.Long(3, _groups.Values.Sum(group => (long)group.Rows));
            footer.List(4, ThriftType.Struct, _groups.Count);
            long start = Magic.Length;
            foreach ((long bytes, int rows, WrittenChunk[] columns) in _groups.Values)
            {
                footer.Struct(() => Describe(start, bytes, rows, columns, footer));
                start += bytes;
            }
            footer.Text(6, "Assay");
            footer.List(7, ThriftType.Struct, fields.Length);
            foreach (Field _ in fields)
                footer.Struct(() => footer.Struct(1, () => { }));
        });
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, output.Length);
        output.Append(length);
        output.Append(Magic);
        return output.Span.ToArray();
    }

    private static void Describe(Field field, ThriftWriter footer)
    {
        // Physical type; converted type for older readers; logical type, a union.
        (ParquetType type, int? converted, int logical) = field.Type switch
        {
            ColumnType.Bool => (ParquetType.Boolean, null, 0),
            ColumnType.Int64 => (ParquetType.Int64, null, 0),
            ColumnType.Float64 => (ParquetType.Double, null, 0),
            ColumnType.Text => (ParquetType.ByteArray, (int?)0, 1),
            ColumnType.Json => (ParquetType.ByteArray, 19, 12),
            _ => (ParquetType.Int32, null, 11),
        };
        footer.Int(1, (int)type);
        footer.Int(3, (int)ParquetRepetition.Optional);
        footer.Text(4, field.Name);
        footer.Int(6, converted);
        if (logical > 0)
            footer.Struct(10, () => footer.Struct(logical, () => { }));
    }

    private void Describe(long start, long bytes, int rows, WrittenChunk[] columns, ThriftWriter footer)
    {
        footer.List(1, ThriftType.Struct, columns.Length);
        for (int c = 0; c < columns.Length; c++)
        {
            WrittenChunk column = columns[c];
            Field field = fields[c];
            footer.Struct(() =>
            {
                footer.Long(2, 0);
                footer.Struct(3, () => Describe(field, start, column, footer));
            });
        }
        footer.Long(2, columns.Sum(column => column.PlainBytes));
        footer.Long(3, rows);
        footer.Long(5, start);
        footer.Long(6, bytes);
    }

    private static void Describe(Field field, long start, WrittenChunk column, ThriftWriter footer)
    {
        ParquetType type = field.Type switch
        {
            ColumnType.Bool => ParquetType.Boolean,
            ColumnType.Int64 => ParquetType.Int64,
            ColumnType.Float64 => ParquetType.Double,
            ColumnType.Null => ParquetType.Int32,
            _ => ParquetType.ByteArray,
        };
        bool hasDictionary = column.DictionaryBytes > 0;
        footer.Int(1, (int)type);
        ParquetEncoding[] encodings = hasDictionary
            ? [ParquetEncoding.Plain, ParquetEncoding.Rle, ParquetEncoding.RleDictionary]
            : [ParquetEncoding.Plain, ParquetEncoding.Rle];
        footer.List(2, ThriftType.I32, encodings.Length);
        foreach (ParquetEncoding encoding in encodings)
            footer.Element((int)encoding);
        footer.List(3, ThriftType.Binary, 1);
        footer.Element(Encoding.UTF8.GetBytes(field.Name));
        footer.Int(4, (int)ParquetCodec.Zstd);
        footer.Long(5, column.Values);
        footer.Long(6, column.PlainBytes);
        footer.Long(7, column.Bytes);
        footer.Long(9, start + column.Offset + column.DictionaryBytes);
        if (hasDictionary)
            footer.Long(11, start + column.Offset);
        footer.Struct(
            12,
            () =>
            {
                footer.Long(3, column.Missing);
                if (column.Range is not { } range)
                    return;
                footer.Bytes(5, range.Greatest);
                footer.Bytes(6, range.Least);
            }
        );
    }
}
