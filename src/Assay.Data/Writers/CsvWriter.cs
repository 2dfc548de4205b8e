using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Assay.Data;

/// <summary>Writes the rows of a view as comma-separated values (RFC 4180).</summary>
public static class CsvWriter
{
    /// <summary>
    /// Writes a header and the selected rows in the order of the selection, repeats included; a missing value is an empty
    /// field, nested values are JSON, lines end in CR LF.
    /// </summary>
    /// <param name="path">
    /// The file; <c>.tsv</c> puts tabs between fields, <c>.gz</c> or <c>.zst</c> at the end compresses. It appears when it is whole.
    /// </param>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads, pieces (for orders other than that of the dataset), progress, cancellation.</param>
    /// <param name="options">Further columns.</param>
    /// <exception cref="AssayException">The file cannot be written, or a signal is not known.</exception>
    public static WrittenFile Write(string path, View view, Work work, WriterOptions? options = null)
    {
        OutputColumns columns = new(view, options ?? new());
        byte delimiter = path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? (byte)'\t' : (byte)',';
        using ByteBuffer header = new();
        foreach (string name in columns.Names)
            AppendField(header, Encoding.UTF8.GetBytes(name), delimiter);
        EndRow(header);
        return new RowExport(
            view,
            work,
            (batch, rows, output, ends) => Serialize(columns, delimiter, batch, rows, output, ends)
        ).Write(path, header.Span.ToArray());
    }

    private static void Serialize(
        OutputColumns columns,
        byte delimiter,
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
                local = batch.Local(row),
                start = output.Length;
            for (int c = 0; c < values.Length; c++)
                if (c == columns.TextField && batch.IsEdited(row))
                    AppendField(output, batch.Text(row), delimiter);
                else if (values[c] is { } column && !column.IsNull(local))
                    AppendValue(output, column, local, delimiter);
                else
                    output.Append(delimiter);
            if (columns.HasIds)
            {
                batch.Id(row).Value.TryFormat(id, out int length, "x32", null);
                AppendField(output, id[..length], delimiter);
            }
            if (columns.Reason is { } reason)
                AppendField(output, Encoding.UTF8.GetBytes(reason(row)), delimiter);
            foreach (Signal signal in columns.Signals)
            {
                if (double.IsFinite(signal.Values[row]))
                    AppendNumber(output, signal.Values[row]);
                output.Append(delimiter);
            }
            if (output.Length == start + 1)
            {
                // A lone empty field would make a blank line, which readers leave out.
                output.Truncate(start);
                output.Append("\"\""u8);
                output.Append(delimiter);
            }
            EndRow(output);
            ends[i] = output.Length;
        }
    }

    private static void AppendValue(ByteBuffer output, Column column, int row, byte delimiter)
    {
        switch (column.Type)
        {
            case ColumnType.Bool:
                output.Append(column.Bool(row) ? "true"u8 : "false"u8);
                break;
            case ColumnType.Int64:
                Utf8Formatter.TryFormat(column.Int64(row), output.Reserve(32), out int length);
                output.Advance(length);
                break;
            case ColumnType.Float64:
                AppendNumber(output, column.Float64(row));
                break;
            default:
                AppendField(output, column.Utf8(row), delimiter);
                return;
        }
        output.Append(delimiter);
    }

    private static void AppendNumber(ByteBuffer output, double number)
    {
        number.TryFormat(output.Reserve(32), out int length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    private static void AppendField(ByteBuffer output, ReadOnlySpan<byte> value, byte delimiter)
    {
        ReadOnlySpan<byte> rest = value;
        if (value.IndexOfAny("\"\r\n"u8) < 0 && !value.Contains(delimiter))
            output.Append(value);
        else
        {
            output.Append((byte)'"');
            for (int quote; (quote = rest.IndexOf((byte)'"')) >= 0; rest = rest[(quote + 1)..])
            {
                output.Append(rest[..(quote + 1)]);
                output.Append((byte)'"');
            }
            output.Append(rest);
            output.Append((byte)'"');
        }
        output.Append(delimiter);
    }

    // Each field left its delimiter behind; the last one's gives way to the line break.
    private static void EndRow(ByteBuffer output)
    {
        output.Truncate(output.Length - 1);
        output.Append("\r\n"u8);
    }
}
