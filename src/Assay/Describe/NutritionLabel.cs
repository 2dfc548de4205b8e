using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>
/// Says what is in a dataset, column by column: types, missing and distinct values, distributions of numbers, lengths,
/// scripts and kinds of characters of texts, duplicates, frequent values; in one pass and bounded memory.
/// </summary>
/// <remarks>
/// Follows the statistics module of "The Dataset Nutrition Label", arXiv 1805.03677, widened to text. Where a column does
/// not fit in memory, quantiles, distinct counts and frequent values are estimates, and the label states their errors
/// (<see cref="KllSketch"/>, <see cref="HyperLogLog"/>, <see cref="MisraGries"/>). Values are told apart by 64-bit hashes.
/// One piece per table holds its sketches; pieces are merged in the order of the tables.
/// </remarks>
[Method("describe/label", Paper = "nutrition-label")]
public sealed class NutritionLabel(LabelOptions options) : IDescriber
{
    private const string Stage = "label";
    private const long ColumnBytes = 512 * 1024; // of a sketch, generously

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column that the options name does not exist, or a stored piece is damaged.</exception>
    public Label Describe(View view, Work work)
    {
        Field[] fields = Fields(view.Dataset);
        work.Make(
            Stage,
            view.TableCount,
            (table, stream) => WritePiece(view, work, fields, table, stream),
            table => view.RowsOf(table).Length,
            "rows"
        );
        Label label = new(view.DistinctRows.Length, []) { TextColumn = view.Dataset.TextColumn };
        List<ColumnLabel> columns = [];
        int columnsAtOnce = (int)Math.Clamp(work.MemoryBytes / ColumnBytes, 1, Math.Max(1, fields.Length));
        for (int first = 0; first == 0 || first < fields.Length; first += columnsAtOnce)
        {
            Field[] some = [.. fields.Skip(first).Take(columnsAtOnce)];
            ColumnSketch[] sketches = [.. some.Select(field => new ColumnSketch(options, RandomOf(work, field)))];
            (int tables, long textBytes) = Merge(view, work, fields, first, sketches);
            label = label with { Tables = tables, TextBytes = textBytes };
            columns.AddRange(some.Select((field, i) => sketches[i].Label(field, options.Top)));
        }
        return label with { Columns = columns };
    }

    private Field[] Fields(Dataset dataset)
    {
        if (options.Columns.Count == 0)
            return [.. dataset.Schema];
        return
        [
            .. options
                .Columns.Distinct()
                .Select(name =>
                    dataset.Schema.Find(name)
                    ?? throw new AssayException(
                        $"dataset '{dataset.Name}' has no column '{name}' to describe",
                        hint: "It has: " + string.Join(", ", dataset.Schema.Select(field => field.Name)) + "."
                    )
                ),
        ];
    }

    private static RandomStream RandomOf(Work work, Field field) => work.Random.Child("label").Child(field.Name);

    // One column after the other, so that a thread holds one sketch at a time; each with its length and checksum before it.
    private void WritePiece(View view, Work work, Field[] fields, int table, Stream stream)
    {
        if (view.RowsOf(table).Length == 0)
            return;
        using Batch batch = view.Read(table);
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        long textBytes = 0;
        foreach (int row in batch.Rows)
            textBytes += batch.Text(row).Length;
        writer.Write(batch.Rows.Length);
        writer.Write(textBytes);
        using MemoryStream bytes = new();
        foreach (Field field in fields)
        {
            ColumnSketch sketch = new(options, RandomOf(work, field).Child(table));
            ColumnValues.Add(batch, field, field.Name == view.Dataset.TextColumn, sketch, work.Cancellation);
            bytes.SetLength(0);
            sketch.Write(bytes);
            ReadOnlySpan<byte> written = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            writer.Write(written.Length);
            writer.Write(XxHash3.HashToUInt64(written));
            writer.Write(written);
        }
    }

    private (int Tables, long TextBytes) Merge(View view, Work work, Field[] fields, int first, ColumnSketch[] into)
    {
        int tables = 0;
        long textBytes = 0;
        for (int table = 0; table < view.TableCount; table++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            int rows = view.RowsOf(table).Length;
            if (rows == 0)
                continue;
            tables++;
            try
            {
                using FileStream stream = work.Pieces.Open(Stage, table);
                using BinaryReader reader = new(stream);
                if (reader.ReadInt32() != rows)
                    throw new InvalidDataException("The piece is of another selection.");
                textBytes += reader.ReadInt64();
                for (int column = 0; column < fields.Length; column++)
                {
                    int length = reader.ReadInt32();
                    ulong sum = reader.ReadUInt64();
                    if (length < 0 || length > stream.Length - stream.Position)
                        throw new InvalidDataException("A column is longer than the piece.");
                    if (column < first || column >= first + into.Length)
                    {
                        stream.Position += length;
                        continue;
                    }
                    byte[] bytes = reader.ReadBytes(length);
                    if (XxHash3.HashToUInt64(bytes) != sum)
                        throw new InvalidDataException("A checksum is wrong.");
                    RandomStream random = RandomOf(work, fields[column]).Child(table);
                    into[column - first].Merge(ColumnSketch.Read(new MemoryStream(bytes), options, random));
                }
                if (stream.Position != stream.Length)
                    throw new InvalidDataException("The piece goes on after its last column.");
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or ArgumentException)
            {
                throw new AssayException(
                    $"a stored piece of the label is damaged: {failure.Message}",
                    new(work.Pieces.PathOf(Stage, table)),
                    "Delete the store (.assay) and run again.",
                    failure
                );
            }
        }
        return (tables, textBytes);
    }
}
