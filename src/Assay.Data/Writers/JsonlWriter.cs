using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Writes the rows of a view as JSON Lines.</summary>
public static class JsonlWriter
{
    /// <summary>
    /// Writes the selected rows in the order of the selection, repeats included: one object a line, columns in the order of
    /// the schema, missing values left out, edited texts as they are now. Values of CSV sources stay text.
    /// </summary>
    /// <param name="path">The file; with <c>.gz</c> or <c>.zst</c> at its end it is compressed. It appears when it is whole.</param>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads, pieces (for orders other than that of the dataset), progress, cancellation.</param>
    /// <param name="options">Further columns.</param>
    /// <exception cref="AssayException">The file cannot be written, or a signal is not known.</exception>
    public static WrittenFile Write(string path, View view, Work work, WriterOptions? options = null) =>
        Write(path, view, work, options, RowExport.DefaultWindow);

    internal static WrittenFile Write(string path, View view, Work work, WriterOptions? options, int window)
    {
        OutputColumns columns = new(view, options ?? new());
        RowExport export = new(view, work, (batch, rows, output, ends) => Serialize(columns, batch, rows, output, ends))
        {
            WindowBytes = window,
        };
        return export.Write(path, header: []);
    }

    private static void Serialize(
        OutputColumns columns,
        Batch batch,
        ReadOnlySpan<int> rows,
        ByteBuffer output,
        Span<int> ends
    )
    {
        JsonWriterOptions options = new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        };
        using Utf8JsonWriter json = new(output, options);
        Column?[] values = columns.In(batch.Table);
        JsonEncodedText[] names = [.. columns.Names.Select(name => JsonEncodedText.Encode(name, options.Encoder))];
        JsonEncodedText idName = JsonEncodedText.Encode(OutputColumns.IdColumn);
        Span<char> id = stackalloc char[32];
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i],
                local = batch.Local(row);
            json.WriteStartObject();
            for (int c = 0; c < values.Length; c++)
                if (c == columns.TextField && batch.IsEdited(row))
                    json.WriteString(names[c], batch.Text(row));
                else if (values[c] is { } column && !column.IsNull(local))
                    WriteValue(json, names[c], column, local);
            if (columns.HasIds)
            {
                batch.Id(row).Value.TryFormat(id, out int length, "x32", null);
                json.WriteString(idName, id[..length]);
            }
            if (columns.Reason is { } reason)
                json.WriteString(OutputColumns.ReasonColumn, reason(row));
            for (int s = 0; s < columns.Signals.Length; s++)
            {
                double number = columns.Signals[s].Values[row];
                if (double.IsFinite(number))
                    json.WriteNumber(names[names.Length - columns.Signals.Length + s], number);
            }
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            output.Append((byte)'\n');
            ends[i] = output.Length;
        }
    }

    private static void WriteValue(Utf8JsonWriter json, JsonEncodedText name, Column column, int row)
    {
        switch (column.Type)
        {
            case ColumnType.Bool:
                json.WriteBoolean(name, column.Bool(row));
                break;
            case ColumnType.Int64:
                json.WriteNumber(name, column.Int64(row));
                break;
            case ColumnType.Float64:
                WriteNumber(json, name, column.Float64(row));
                break;
            case ColumnType.Text:
                json.WriteString(name, column.Utf8(row));
                break;
            case ColumnType.Json:
                json.WritePropertyName(name);
                json.WriteRawValue(column.Utf8(row), skipInputValidation: true);
                break;
        }
    }

    /// <summary>A whole one keeps its point (and a zero its sign), so that the column is read as what it was.</summary>
    private static void WriteNumber(Utf8JsonWriter json, JsonEncodedText name, double number)
    {
        const double all = 1e15; // from here on numbers are written with an exponent
        if (number != Math.Floor(number) || Math.Abs(number) >= all)
        {
            json.WriteNumber(name, number);
            return;
        }
        Span<byte> room = stackalloc byte[32];
        number.TryFormat(room, out int length, "0.0", CultureInfo.InvariantCulture);
        json.WritePropertyName(name);
        json.WriteRawValue(room[..length], skipInputValidation: true);
    }
}
