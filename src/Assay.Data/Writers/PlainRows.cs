using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Rows on their way into a file of columns: each column with one type, each value as Parquet's PLAIN encoding has it.</summary>
internal static class PlainRows
{
    /// <summary>Writes the selected rows; what the writers of such files have in common.</summary>
    /// <param name="path">The file.</param>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads, pieces, progress, cancellation.</param>
    /// <param name="options">Further columns.</param>
    /// <param name="window">About how many bytes of rows are made into a group.</param>
    /// <param name="packerOf">Makes groups of them, given the columns.</param>
    public static WrittenFile Write(
        string path,
        View view,
        Work work,
        WriterOptions? options,
        int window,
        Func<Field[], ChunkPacker> packerOf
    )
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
        return export.Write(path, packerOf(fields));
    }

    /// <summary>Bytes of the first of these values.</summary>
    public static int SizeOf(ColumnType type, ReadOnlySpan<byte> values) =>
        type switch
        {
            ColumnType.Bool => 1,
            ColumnType.Int64 or ColumnType.Float64 => 8,
            _ => 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(values),
        };

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

/// <summary>The rows of a chunk as columns.</summary>
internal sealed class PlainColumns : IDisposable
{
    private readonly ByteBuffer[] _levels,
        _values;

    /// <param name="fields">The columns.</param>
    /// <param name="chunk">Rows one after the other, from <see cref="PlainRows"/>.</param>
    public PlainColumns(Field[] fields, ReadOnlySpan<byte> chunk)
    {
        _levels = [.. fields.Select(_ => new ByteBuffer())];
        _values = [.. fields.Select(_ => new ByteBuffer())];
        for (; !chunk.IsEmpty; Rows++)
        for (int c = 0; c < fields.Length; c++)
        {
            int has = chunk[0];
            chunk = chunk[1..];
            _levels[c].Append(has);
            if (has == 0)
                continue;
            int size = PlainRows.SizeOf(fields[c].Type, chunk);
            _values[c].Append(chunk[..size]);
            chunk = chunk[size..];
        }
    }

    public int Rows { get; }

    /// <summary>For each row 1 where the column has a value, 0 where it has none.</summary>
    public ReadOnlySpan<int> Levels(int column) => MemoryMarshal.Cast<byte, int>(_levels[column].Span);

    /// <summary>The values one after the other.</summary>
    public ReadOnlySpan<byte> Values(int column) => _values[column].Span;

    public void Dispose()
    {
        foreach (ByteBuffer buffer in _levels.Concat(_values))
            buffer.Dispose();
    }
}
