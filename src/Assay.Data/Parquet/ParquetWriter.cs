using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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

    internal static WrittenFile Write(string path, View view, Work work, WriterOptions? options, int window)
    {
        OutputColumns columns = new(view, options ?? new());
        Field[] fields =
        [
            .. columns.Fields.Select(
                (field, c) => c == columns.TextField ? field with { Type = ColumnType.Text } : field
            ),
            .. columns
                .Names.Skip(columns.Fields.Length)
                .Select(name => new Field(name, OutputColumns.TypeOfAdded(name))),
        ];
        RowExport export = new(
            view,
            work,
            (batch, rows, output, ends) => Serialize(columns, fields, batch, rows, output, ends)
        )
        {
            WindowBytes = window,
        };
        return export.Write(path, new ParquetPacker(fields));
    }

    /// <summary>A row: for each column a byte that says whether there is a value, and the value as PLAIN writes it.</summary>
    private static void Serialize(
        OutputColumns columns,
        Field[] fields,
        Batch batch,
        ReadOnlySpan<int> rows,
        ByteBuffer output,
        Span<int> ends
    )
    {
        Column?[] values = columns.In(batch.Table);
        Span<byte> id = stackalloc byte[32];
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i],
                local = batch.Local(row);
            for (int c = 0; c < values.Length; c++)
                if (c == columns.TextField && batch.IsEdited(row))
                    AppendBytes(output, batch.Text(row));
                else if (values[c] is { } column && !column.IsNull(local))
                    AppendValue(output, fields[c].Type, column, local);
                else
                    output.Append((byte)0);
            if (columns.HasIds)
            {
                batch.Id(row).Value.TryFormat(id, out _, "x32", null);
                AppendBytes(output, id);
            }
            if (columns.Reason is { } reason)
                AppendBytes(output, Encoding.UTF8.GetBytes(reason(row)));
            foreach (Signal signal in columns.Signals)
                if (double.IsFinite(signal.Values[row]))
                    AppendFixed(output, (double)signal.Values[row]);
                else
                    output.Append((byte)0);
            ends[i] = output.Length;
        }
    }

    /// <summary>A value of a table in the type of the dataset, which may be wider.</summary>
    private static void AppendValue(ByteBuffer output, ColumnType type, Column column, int row)
    {
        bool isText = column.Type is ColumnType.Text or ColumnType.Json;
        switch (type)
        {
            case ColumnType.Bool:
                AppendFixed(output, (byte)column.Number(row)!.Value);
                break;
            case ColumnType.Int64 when isText:
                Utf8Parser.TryParse(column.Utf8(row), out long whole, out _);
                AppendFixed(output, whole);
                break;
            case ColumnType.Int64:
                AppendFixed(output, column.Int64(row));
                break;
            case ColumnType.Float64:
                AppendFixed(output, column.Number(row)!.Value);
                break;
            case ColumnType.Json when column.Type == ColumnType.Text:
                AppendQuoted(output, column.Utf8(row));
                break;
            case ColumnType.Json when !isText:
                AppendJson(output, column, row);
                break;
            default:
                AppendBytes(output, column.Utf8(row));
                break;
        }
    }

    private static void AppendFixed<T>(ByteBuffer output, T value)
        where T : unmanaged
    {
        output.Append((byte)1);
        output.Append(value);
    }

    private static void AppendBytes(ByteBuffer output, ReadOnlySpan<byte> bytes)
    {
        AppendFixed(output, bytes.Length);
        output.Append(bytes);
    }

    private static void AppendQuoted(ByteBuffer output, ReadOnlySpan<byte> text) =>
        AppendBytes(
            output,
            [
                (byte)'"',
                .. JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes,
                (byte)'"',
            ]
        );

    private static void AppendJson(ByteBuffer output, Column column, int row)
    {
        Span<byte> room = stackalloc byte[32];
        int length = 0;
        if (column.Type == ColumnType.Int64)
            column.Int64(row).TryFormat(room, out length, default, System.Globalization.CultureInfo.InvariantCulture);
        else if (column.Type == ColumnType.Float64)
            column.Float64(row).TryFormat(room, out length, default, System.Globalization.CultureInfo.InvariantCulture);
        AppendBytes(
            output,
            length > 0 ? room[..length]
                : column.Bool(row) ? "true"u8
                : "false"u8
        );
    }
}

/// <summary>Makes a row group of each chunk of rows, and the footer.</summary>
internal sealed class ParquetPacker(Field[] fields) : ChunkPacker
{
    private static ReadOnlySpan<byte> Magic => "PAR1"u8;
    private readonly SortedDictionary<int, (long Bytes, int Rows, WrittenChunk[] Columns)> _groups = [];

    public override byte[] Start() => Magic.ToArray();

    public override byte[] Pack(int index, ByteBuffer chunk)
    {
        int rows = 0;
        ByteBuffer[] levels = [.. fields.Select(_ => new ByteBuffer())],
            values = [.. fields.Select(_ => new ByteBuffer())];
        using ByteBuffer output = new();
        using ColumnChunkEncoder encoder = new(output);
        WrittenChunk[] written = new WrittenChunk[fields.Length];
        for (ReadOnlySpan<byte> rest = chunk.Span; !rest.IsEmpty; rows++)
        for (int c = 0; c < fields.Length; c++)
        {
            int has = rest[0];
            rest = rest[1..];
            levels[c].Append(has);
            if (has == 0)
                continue;
            int size = ColumnChunkEncoder.PlainSize(fields[c].Type, rest);
            values[c].Append(rest[..size]);
            rest = rest[size..];
        }
        for (int c = 0; c < fields.Length; c++)
        {
            written[c] = encoder.Encode(fields[c].Type, MemoryMarshal.Cast<byte, int>(levels[c].Span), values[c].Span);
            levels[c].Dispose();
            values[c].Dispose();
        }
        lock (_groups)
            _groups.Add(index, (output.Length, rows, written));
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
