using System.Buffers.Binary;

namespace Assay.Data;

/// <summary>Writes the rows of a view as an Arrow file.</summary>
/// <remarks>
/// Format: Arrow columnar format 1.5, metadata version 5. Texts are <c>utf8</c>, JSON is <c>utf8</c> with the extension type <c>arrow.json</c>.
/// Nothing is compressed, so that readers can map the file into memory. Batches hold about 16 MiB of values.
/// </remarks>
public static class ArrowWriter
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
        PlainRows.Write(path, view, work, options, window, fields => new ArrowPacker(fields));
}

/// <summary>Makes a record batch of each chunk of rows, and the footer.</summary>
internal sealed class ArrowPacker(Field[] fields) : ChunkPacker
{
    private const int Version = 4; // counted from 0
    private const int Alignment = 8;
    private readonly SortedDictionary<int, (int Metadata, long Body)> _batches = [];
    private int _start;

    public override byte[] Start()
    {
        using ByteBuffer output = new();
        output.Append(ArrowLayout.Magic);
        output.AppendZeros(2);
        AppendMessage(output, ArrowMessageKind.Schema, 0, Schema);
        _start = output.Length;
        return output.Span.ToArray();
    }

    public override byte[] Pack(int index, ByteBuffer chunk)
    {
        using PlainColumns columns = new(fields, chunk.Span);
        using ByteBuffer body = new(),
            output = new();
        List<long> nodes = [],
            buffers = [];
        void Close(int start)
        {
            buffers.Add(start);
            buffers.Add(body.Length - start);
            body.AppendZeros(-body.Length & (Alignment - 1));
        }
        for (int c = 0; c < fields.Length; c++)
        {
            ReadOnlySpan<int> levels = columns.Levels(c);
            int missing = levels.Count(0);
            nodes.Add(levels.Length);
            nodes.Add(missing);
            if (fields[c].Type == ColumnType.Null)
                continue;
            int start = body.Length;
            if (missing > 0)
                AppendBits(body, levels, []);
            Close(start);
            AppendValues(body, fields[c].Type, levels, columns.Values(c), Close);
        }
        int metadata = AppendMessage(
            output,
            ArrowMessageKind.RecordBatch,
            body.Length,
            flat =>
                flat.Table(
                    FlatField.Long(0, columns.Rows),
                    FlatField.Of(1, () => flat.Structs([.. nodes], 2)),
                    FlatField.Of(2, () => flat.Structs([.. buffers], 2))
                )
        );
        lock (_batches)
            _batches.Add(index, (metadata, body.Length));
        output.Append(body.Span);
        return output.Span.ToArray();
    }

    public override byte[] End()
    {
        using ByteBuffer output = new();
        output.Append(-1);
        output.Append(0);
        int start = output.Length;
        List<long> blocks = [];
        long at = _start;
        foreach ((int metadata, long body) in _batches.Values)
        {
            blocks.AddRange([at, metadata, body]);
            at += metadata + body;
        }
        FlatWriter flat = new(output);
        flat.Root(
            FlatField.Short(0, Version),
            FlatField.Of(1, () => Schema(flat)),
            FlatField.Of(2, () => flat.Structs([], 3)),
            FlatField.Of(3, () => flat.Structs([.. blocks], 3))
        );
        output.Append(output.Length - start);
        output.Append(ArrowLayout.Magic);
        return output.Span.ToArray();
    }

    /// <summary>Appends what stands before the body of a message; returns how many bytes that are.</summary>
    private static int AppendMessage(
        ByteBuffer output,
        ArrowMessageKind kind,
        long bodyLength,
        Func<FlatWriter, int> header
    )
    {
        int start = output.Length;
        output.Append(-1);
        output.Append(0);
        FlatWriter flat = new(output);
        flat.Root(
            FlatField.Long(3, bodyLength),
            FlatField.Of(2, () => header(flat)),
            FlatField.Short(0, Version),
            FlatField.Byte(1, (int)kind)
        );
        flat.Align(Alignment);
        BinaryPrimitives.WriteInt32LittleEndian(output.Span[(start + 4)..], output.Length - start - 8);
        return output.Length - start;
    }

    private int Schema(FlatWriter flat) =>
        flat.Table(
            FlatField.Of(1, () => flat.Tables(fields.Length, c => Describe(flat, fields[c]))),
            FlatField.Short(0, 0)
        );

    private static int Describe(FlatWriter flat, Field field)
    {
        (ArrowKind kind, FlatField[] type) = field.Type switch
        {
            ColumnType.Bool => (ArrowKind.Bool, (FlatField[])[]),
            ColumnType.Int64 => (ArrowKind.Int, [FlatField.Int(0, 64), FlatField.Byte(1, 1)]),
            ColumnType.Float64 => (ArrowKind.FloatingPoint, [FlatField.Short(0, 2)]),
            ColumnType.Null => (ArrowKind.Null, []),
            _ => (ArrowKind.Utf8, []),
        };
        (string Key, string Value)[] extension =
            field.Type == ColumnType.Json
                ? [("ARROW:extension:name", "arrow.json"), ("ARROW:extension:metadata", "")]
                : [];
        return flat.Table(
            FlatField.Of(0, () => flat.Text(field.Name)),
            FlatField.Of(3, () => flat.Table(type)),
            FlatField.Of(5, () => flat.Tables(0, _ => 0)),
            FlatField.Of(
                6,
                () =>
                    flat.Tables(
                        extension.Length,
                        i =>
                            flat.Table(
                                FlatField.Of(0, () => flat.Text(extension[i].Key)),
                                FlatField.Of(1, () => flat.Text(extension[i].Value))
                            )
                    )
            ),
            FlatField.Byte(1, 1), // values may be missing
            FlatField.Byte(2, (int)kind)
        );
    }

    private static void AppendValues(
        ByteBuffer body,
        ColumnType type,
        ReadOnlySpan<int> levels,
        ReadOnlySpan<byte> values,
        Action<int> close
    )
    {
        int start = body.Length;
        switch (type)
        {
            case ColumnType.Bool:
                AppendBits(body, levels, values);
                break;
            case ColumnType.Int64 or ColumnType.Float64:
                foreach (int level in levels)
                    if (level == 0)
                        body.AppendZeros(8);
                    else
                    {
                        body.Append(values[..8]);
                        values = values[8..];
                    }
                break;
            default:
                AppendTexts(body, levels, values, close);
                return;
        }
        close(start);
    }

    private static void AppendTexts(
        ByteBuffer body,
        ReadOnlySpan<int> levels,
        ReadOnlySpan<byte> values,
        Action<int> close
    )
    {
        int start = body.Length,
            end = 0;
        body.Append(end);
        ReadOnlySpan<byte> rest = values;
        foreach (int level in levels)
        {
            if (level > 0)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                rest = rest[(4 + length)..];
                end += length;
            }
            body.Append(end);
        }
        close(start);
        start = body.Length;
        for (; values.Length > 0; )
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(values);
            body.Append(values.Slice(4, length));
            values = values[(4 + length)..];
        }
        close(start);
    }

    /// <summary>A bit for each row: which have a value, or, where values are given, those.</summary>
    private static void AppendBits(ByteBuffer body, ReadOnlySpan<int> levels, ReadOnlySpan<byte> values)
    {
        int start = body.Length;
        body.AppendZeros((levels.Length + 7) / 8);
        Span<byte> bits = body.Span[start..];
        int value = 0;
        for (int row = 0; row < levels.Length; row++)
            if (levels[row] == 1)
                bits[row >> 3] |= (byte)((values.IsEmpty ? 1 : values[value++]) << (row & 7));
    }
}
