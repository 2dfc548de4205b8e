using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>Writes the rows of a view as a dataset in DSDL: a description, and a file of samples.</summary>
public static class DsdlExport
{
    private const string Sample = "Row";

    /// <summary>
    /// Writes the selected rows in the order of the selection, repeats included. Columns become <c>Bool</c>, <c>Int</c>, <c>Num</c> and <c>Str</c>; those
    /// of JSON <c>Dict</c> or <c>List</c> where all values are alike, else <c>Str</c> with the JSON as text. What CSV holds as text is typed as what it reads as.
    /// </summary>
    /// <param name="path">The samples, a file that ends with <c>.json</c>; the description gets the same name with <c>.yaml</c>.</param>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads, pieces (for orders other than that of the dataset), progress, cancellation.</param>
    /// <param name="options">Further columns.</param>
    /// <exception cref="AssayException">A file cannot be written, or a signal is not known.</exception>
    public static WrittenFile Write(string path, View view, Work work, WriterOptions? options = null)
    {
        OutputColumns columns = new(view, options ?? new());
        string[] names = [.. columns.Names];
        ColumnShape[] shapes = Shapes(columns, view, work);
        string[] fields = Identifiers(names);
        WrittenFile samples = JsonlWriter.Write(
            path,
            view,
            work,
            columns,
            new JsonRowForm(fields, ",\n"u8.ToArray(), [])
            {
                AsText = [.. shapes.Select(shape => shape.IsMixed)],
                Types = [.. shapes.Select(shape => shape.Name)],
            },
            new SamplePacker()
        );
        JsonObject meta = new() { ["name"] = view.Dataset.Name };
        JsonObject renamed = new(
            names
                .Zip(fields)
                .Where(name => name.First != name.Second)
                .Select(name => KeyValuePair.Create(name.Second, (JsonNode?)name.First))
        );
        if (renamed.Count > 0)
            meta["columns"] = renamed;
        DsdlDescription description = new()
        {
            Meta = meta,
            Definitions =
            [
                new StructDefinition(
                    Sample,
                    [],
                    [.. fields.Zip(shapes).Select(field => KeyValuePair.Create(field.First, field.Second.Type))],
                    [.. fields.Zip(shapes).Where(field => field.Second.IsOptional).Select(field => field.First)]
                ),
            ],
            SampleType = new(Sample),
            SamplePath = Path.GetFileName(path),
        };
        Pieces.WriteFile(DescriptionOf(path), stream => DsdlWriter.Write(stream, asJson: false, description, []));
        return samples;
    }

    /// <summary>Where the description of a file of samples is written.</summary>
    public static string DescriptionOf(string samples) => Path.ChangeExtension(samples, ".yaml");

    /// <summary>What the values of each column have in common: one pass over the columns of JSON, of the others only what is missing.</summary>
    private static ColumnShape[] Shapes(OutputColumns columns, View view, Work work)
    {
        ColumnShape[][] ofTables = new ColumnShape[view.TableCount][];
        work.Each(
            view.TableCount,
            index =>
            {
                ReadOnlySpan<int> rows = view.RowsOf(index);
                ColumnShape[] shapes = new ColumnShape[columns.Fields.Length];
                ofTables[index] = shapes;
                for (int c = 0; c < shapes.Length; c++)
                    shapes[c] = rows.IsEmpty ? ColumnShape.None : ColumnShape.Of(columns.Fields[c].Type);
                if (rows.IsEmpty)
                    return;
                using Batch batch = view.Read(index);
                Column?[] values = columns.In(batch.Table);
                for (int c = 0; c < values.Length; c++)
                    foreach (int row in rows)
                    {
                        if (c == columns.TextField && batch.IsEdited(row))
                            continue;
                        if (values[c] is not { } column || column.IsNull(batch.Local(row)))
                            shapes[c] = shapes[c].IsOptional ? shapes[c] : shapes[c] with { IsOptional = true };
                        else if (columns.Fields[c].Type == ColumnType.Json && !shapes[c].IsMixed)
                            shapes[c] = shapes[c]
                                .Union(
                                    column.Type == ColumnType.Json
                                        ? ColumnShape.Of(column.Utf8(batch.Local(row)))
                                        : ColumnShape.Of(column.Type)
                                );
                    }
            }
        );
        IEnumerable<ColumnShape> ofFields = columns.Fields.Select(
            (_, c) => ofTables.Aggregate(ColumnShape.None, (all, table) => all.Union(table[c]))
        );
        IEnumerable<ColumnShape> added = columns
            .Names.Skip(columns.Fields.Length)
            .Select(name => ColumnShape.Of(OutputColumns.TypeOfAdded(name)))
            .Select(shape => shape.Name == "Num" ? shape with { IsOptional = true } : shape);
        // A column without any value is one of missing texts.
        return [.. ofFields.Select(shape => shape.Name is null ? shape with { IsOptional = true } : shape), .. added];
    }

    /// <summary>Names as the language has them: identifiers, each once.</summary>
    private static string[] Identifiers(string[] names)
    {
        HashSet<string> taken = [.. names.Where(name => Identifier.Fault(name) is null)];
        string Free(string name)
        {
            string plain = string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) ? letter : '_'));
            if (Identifier.Fault(plain) is not null)
                plain = "_" + plain;
            string free = plain;
            for (int i = 2; !taken.Add(free); i++)
                free = $"{plain}_{i}";
            return free;
        }
        return [.. names.Select(name => Identifier.Fault(name) is null ? name : Free(name))];
    }

    /// <summary>Rows, each behind a comma, as the list that a file of samples is.</summary>
    private sealed class SamplePacker : ChunkPacker
    {
        public override byte[] Start() => [.. "{\"samples\": ["u8];

        public override byte[]? Pack(int index, ByteBuffer chunk) => index == 0 ? chunk.Span[1..].ToArray() : null;

        public override byte[] End() => [.. "\n]}\n"u8];
    }
}
