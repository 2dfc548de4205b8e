using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Writes the rows of a view as JSON Lines.</summary>
public static class JsonlWriter
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

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
        JsonRowForm form = new([.. columns.Names], [], [(byte)'\n']);
        RowExport export = new(
            view,
            work,
            (batch, rows, output, ends) => Serialize(columns, form, batch, rows, output, ends)
        )
        {
            WindowBytes = window,
        };
        return export.Write(path, header: []);
    }

    /// <summary>Writes rows as JSON that is part of something else.</summary>
    internal static WrittenFile Write(
        string path,
        View view,
        Work work,
        OutputColumns columns,
        JsonRowForm form,
        ChunkPacker packer
    ) =>
        new RowExport(
            view,
            work,
            (batch, rows, output, ends) => Serialize(columns, form, batch, rows, output, ends)
        ).Write(path, packer);

    private static void Serialize(
        OutputColumns columns,
        JsonRowForm form,
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
        JsonEncodedText[] names = [.. form.Names.Select(name => JsonEncodedText.Encode(name, options.Encoder))];
        JsonEncodedText idName = JsonEncodedText.Encode(OutputColumns.IdColumn);
        Span<char> id = stackalloc char[32];
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i],
                local = batch.Local(row);
            output.Append(form.Before);
            json.WriteStartObject();
            for (int c = 0; c < values.Length; c++)
                if (c == columns.TextField && batch.IsEdited(row))
                    json.WriteString(names[c], batch.Text(row));
                else if (values[c] is not { } column || column.IsNull(local))
                    continue;
                else if (form.AsText?[c] == true)
                    WriteAsText(json, names[c], column, local);
                else if (column.Type == ColumnType.Text && form.Types?[c] is "Bool" or "Int" or "Num")
                    WriteAsRead(json, names[c], column, local, form.Types[c]!);
                else
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
            output.Append(form.After);
            ends[i] = output.Length;
        }
    }

    /// <summary>The JSON of any value as text: of a text too, so that it does not depend on what else its table holds.</summary>
    private static void WriteAsText(Utf8JsonWriter json, JsonEncodedText name, Column column, int row)
    {
        if (column.Type == ColumnType.Json)
            json.WriteString(name, column.Utf8(row));
        else
            json.WriteString(
                name,
                column.Type switch
                {
                    ColumnType.Text => JsonSerializer.Serialize(Encoding.UTF8.GetString(column.Utf8(row)), Readable),
                    ColumnType.Bool => column.Bool(row) ? "true" : "false",
                    ColumnType.Int64 => column.Int64(row).ToString(CultureInfo.InvariantCulture),
                    _ => column.Float64(row).ToString("R", CultureInfo.InvariantCulture),
                }
            );
    }

    /// <summary>A text, as sources of text hold numbers, as what it reads as.</summary>
    private static void WriteAsRead(Utf8JsonWriter json, JsonEncodedText name, Column column, int row, string type)
    {
        if (type == "Bool")
            json.WriteBoolean(name, column.Number(row) == 1);
        else if (type == "Int" && Utf8Parser.TryParse(column.Utf8(row), out long whole, out _))
            json.WriteNumber(name, whole);
        else
            json.WriteNumber(name, column.Number(row)!.Value);
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

/// <summary>How rows are written as JSON.</summary>
/// <param name="Names">What the columns are called, in the order of <see cref="OutputColumns.Names"/>.</param>
/// <param name="Before">What stands before each row.</param>
/// <param name="After">What stands behind it.</param>
internal sealed record JsonRowForm(string[] Names, byte[] Before, byte[] After)
{
    /// <summary>Columns whose values are all written as text; null for none.</summary>
    public bool[]? AsText { get; init; }

    /// <summary>The types that columns are said to have, where text is to be written as the number or truth value that it reads as; null for none.</summary>
    public string?[]? Types { get; init; }
}
