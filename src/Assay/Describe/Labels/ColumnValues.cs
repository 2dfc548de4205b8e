using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Hands a column's values in one table to its sketch, each as the dataset's schema has it read.</summary>
internal static class ColumnValues
{
    /// <summary>Adds the values of <paramref name="field"/> in the selected rows of the batch.</summary>
    public static void Add(Batch batch, Field field, bool isText, ColumnSketch sketch, CancellationToken cancellation)
    {
        Column? column = batch.Table.Find(field.Name);
        bool hasTexts = isText && column?.Type == ColumnType.Text;
        int untilCheck = 0;
        int place = 0;
        foreach (int row in batch.Rows)
        {
            if (sketch.Follower is { } follower)
                follower.Row = place++;
            if (untilCheck-- == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                untilCheck = 64;
            }
            int local = batch.Local(row);
            if (isText && batch.IsEdited(row))
                sketch.AddText(batch.Text(row));
            else if (column is null || column.IsNull(local))
                sketch.AddMissing();
            else if (hasTexts)
                sketch.AddText(batch.Text(row));
            else
                Add(batch, column, local, field.Type, sketch);
        }
    }

    private static void Add(Batch batch, Column column, int row, ColumnType type, ColumnSketch sketch)
    {
        switch (column.Type)
        {
            case ColumnType.Text:
                AddText(column, row, type, sketch);
                break;
            case ColumnType.Json:
                AddJson(column, row, sketch);
                break;
            case ColumnType.Bool:
                sketch.AddBool(column.Bool(row));
                break;
            case ColumnType.Int64 when type == ColumnType.Int64:
                sketch.AddInt64(column.Int64(row), column.Int64(row) == 0);
                break;
            default:
                double value = column.Number(row)!.Value;
                if (!double.IsFinite(value))
                    throw new AssayException(
                        $"column '{column.Field.Name}' holds {value}, expected finite numbers",
                        new(batch.Table.SourceOf(row), Byte: batch.Table.Offsets[row], Key: column.Field.Name)
                    );
                sketch.AddFloat64(value, value == 0);
                break;
        }
    }

    // A source that has text only (CSV) stores text where the schema has numbers or truth values.
    private static void AddText(Column column, int row, ColumnType type, ColumnSketch sketch)
    {
        ReadOnlySpan<byte> utf8 = column.Utf8(row);
        if (type == ColumnType.Int64 && Utf8Parser.TryParse(utf8, out long whole, out int used) && used == utf8.Length)
            sketch.AddInt64(whole, utf8.SequenceEqual("0"u8));
        else if (type == ColumnType.Float64 && column.Number(row) is { } number)
            sketch.AddFloat64(number, utf8.SequenceEqual("0"u8));
        else if (type == ColumnType.Bool && Ascii.EqualsIgnoreCase(utf8, "true"u8))
            sketch.AddBool(true);
        else if (type == ColumnType.Bool && Ascii.EqualsIgnoreCase(utf8, "false"u8))
            sketch.AddBool(false);
        else
            sketch.AddText(utf8);
    }

    private static void AddJson(Column column, int row, ColumnSketch sketch)
    {
        ReadOnlySpan<byte> json = column.Utf8(row).Trim(" \t\r\n"u8);
        switch (json.IsEmpty ? (byte)'n' : json[0])
        {
            case (byte)'n':
                sketch.AddMissing();
                break;
            case (byte)'{':
                sketch.AddJson(ColumnSketch.Kind.Object, json);
                break;
            case (byte)'[':
                sketch.AddJson(ColumnSketch.Kind.Array, json);
                break;
            case (byte)'t' or (byte)'f':
                sketch.AddBool(json[0] == 't');
                break;
            case (byte)'"':
                AddString(json, sketch);
                break;
            default:
                if (column.Number(row) is { } number)
                    sketch.AddFloat64(number, json.SequenceEqual("0"u8));
                else
                    sketch.AddJson(ColumnSketch.Kind.Number, json);
                break;
        }
    }

    private static void AddString(ReadOnlySpan<byte> json, ColumnSketch sketch)
    {
        ReadOnlySpan<byte> inner = json[1..^1];
        if (!inner.Contains((byte)'\\'))
        {
            sketch.AddText(inner);
            return;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            sketch.AddText(buffer.AsSpan(0, reader.CopyString(buffer)));
        }
        catch (InvalidOperationException)
        {
            sketch.AddText(inner); // an escaped half of a surrogate pair is no text: it counts as it is written
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
