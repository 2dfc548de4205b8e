using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;

namespace Assay.Describe;

/// <summary>What one pass over the rows counts: subgroups, private data, consent and licences, and who shares values with whom.</summary>
internal sealed class RubricTally
{
    private const string Stage = "rubric";
    private const int MostValues = 10_000,
        MostShown = 1000;

    /// <summary>Rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows by value, for each column whose values are counted; the empty value is a missing one.</summary>
    public required IReadOnlyList<Dictionary<string, long>> Values { get; init; }

    /// <summary>Private data: for each column of text and each kind, items, rows with any, and the number of the first such row from 1 (0 for none).</summary>
    public required long[,,] Pii { get; init; }

    /// <summary>Whole rows that are the same.</summary>
    public EquivalenceClasses Duplicates { get; private init; } = new();

    /// <summary>Rows with the same quasi-identifiers.</summary>
    public EquivalenceClasses Quasi { get; private init; } = new();

    /// <summary>Counts all rows in view.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="counted">Columns whose values are counted, each with the ends of its bands or null.</param>
    /// <param name="texts">Columns to look for private data in.</param>
    /// <param name="kinds">Which private data.</param>
    /// <param name="quasi">Quasi-identifiers.</param>
    /// <param name="work">Pieces, threads, cancellation.</param>
    public static RubricTally Of(
        View view,
        IReadOnlyList<(string Column, IReadOnlyList<double>? Cuts)> counted,
        IReadOnlyList<string> texts,
        IReadOnlyList<PiiKind> kinds,
        IReadOnlyList<string> quasi,
        Work work
    )
    {
        RubricTally Empty() =>
            new()
            {
                Values = [.. counted.Select(_ => new Dictionary<string, long>())],
                Pii = new long[texts.Count, PiiFinder.AllKinds.Count, 3],
            };
        PiiFinder finder = new(kinds);
        work.Make(
            Stage,
            view.TableCount,
            (table, stream) =>
            {
                RubricTally tally = Empty();
                tally.Add(view, table, counted, texts, finder, quasi, work.Cancellation);
                using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
                tally.Write(writer);
            },
            table => view.RowsOf(table).Length,
            "rows"
        );
        RubricTally all = Empty();
        for (int table = 0; table < view.TableCount; table++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            try
            {
                using BinaryReader reader = new(work.Pieces.Open(Stage, table));
                RubricTally part = Empty();
                all.Merge(part.Read(reader));
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException)
            {
                throw new AssayException(
                    $"a stored piece of the rubric is damaged: {failure.Message}",
                    new(work.Pieces.PathOf(Stage, table)),
                    "Delete the store (.assay) and run again.",
                    failure
                );
            }
        }
        for (int i = 0; i < counted.Count; i++)
            CheckNumber(all.Values[i], counted[i].Column, MostShown);
        return all;
    }

    private static void CheckNumber(Dictionary<string, long> values, string column, int most)
    {
        if (values.Count > most)
            throw new AssayException(
                $"column '{column}' has more than {most} values, too many to be groups",
                hint: "Give ends of bands for it with 'cuts' if it holds numbers, or name other columns under 'protected'."
            );
    }

    private void Add(
        View view,
        int table,
        IReadOnlyList<(string Column, IReadOnlyList<double>? Cuts)> counted,
        IReadOnlyList<string> texts,
        PiiFinder finder,
        IReadOnlyList<string> quasi,
        CancellationToken cancellation
    )
    {
        if (view.RowsOf(table).Length == 0)
            return;
        using Batch batch = view.Read(table);
        Column?[] countedColumns = [.. counted.Select(one => batch.Table.Find(one.Column))],
            textColumns = [.. texts.Select(batch.Table.Find)],
            quasiColumns = [.. quasi.Select(batch.Table.Find)],
            allColumns = [.. view.Dataset.Schema.Select(field => batch.Table.Find(field.Name))];
        IReadOnlyList<string>?[] bands =
        [
            .. counted.Select(one => one.Cuts is null ? null : SubgroupLists.Bands(one.Cuts)),
        ];
        List<PiiItem> items = [];
        XxHash3 hash = new();
        foreach (int row in batch.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            int at = batch.Local(row);
            Rows++;
            for (int i = 0; i < countedColumns.Length; i++)
            {
                string value = ValueOf(batch, countedColumns[i], at, counted[i].Cuts, bands[i]);
                ref long count = ref CollectionsMarshal.GetValueRefOrAddDefault(Values[i], value, out bool isKnown);
                count++;
                if (!isKnown)
                    CheckNumber(Values[i], counted[i].Column, MostValues);
            }
            for (int i = 0; i < textColumns.Length; i++)
            {
                ReadOnlySpan<byte> text =
                    batch.IsEdited(row) && texts[i] == view.Dataset.TextColumn
                        ? batch.Text(row)
                        : TextOf(textColumns[i], at);
                items.Clear();
                finder.Find(text, items);
                int seen = 0;
                foreach (PiiItem item in items)
                {
                    int kind = (int)item.Kind;
                    Pii[i, kind, 0]++;
                    if ((seen & (1 << kind)) == 0 && Pii[i, kind, 1]++ == 0)
                        Pii[i, kind, 2] = row + 1;
                    seen |= 1 << kind;
                }
            }
            Duplicates.Add(HashOf(hash, allColumns, at));
            if (quasi.Count > 0)
                Quasi.Add(HashOf(hash, quasiColumns, at));
        }
    }

    private static ReadOnlySpan<byte> TextOf(Column? column, int at) =>
        column is { Type: ColumnType.Text or ColumnType.Json } ? column.Utf8(at) : [];

    private static string ValueOf(
        Batch batch,
        Column? column,
        int at,
        IReadOnlyList<double>? cuts,
        IReadOnlyList<string>? bands
    )
    {
        if (column is null || column.IsNull(at))
            return "";
        if (cuts is not null)
        {
            if (column.Number(at) is not { } number)
                return column.Type is ColumnType.Text or ColumnType.Json
                    ? Encoding.UTF8.GetString(column.Utf8(at)).Trim()
                    : "";
            int band = 0;
            while (band < cuts.Count && number > cuts[band])
                band++;
            return bands![band];
        }
        return column.Type switch
        {
            ColumnType.Int64 => column.Int64(at).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ColumnType.Float64 => column.Float64(at).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            ColumnType.Bool => column.Bool(at) ? "true" : "false",
            ColumnType.Json when column.Utf8(at) is [(byte)'"', ..] text => System.Text.Json.JsonSerializer.Deserialize(
                text,
                DatasheetJson.Default.String
            )!,
            ColumnType.Json when column.Utf8(at) is [(byte)'[' or (byte)'{', ..] => throw new AssayException(
                $"column '{column.Field.Name}' holds lists or objects, which name no subgroup",
                new(batch.Table.SourceOf(at), Byte: batch.Table.Offsets[at], Key: column.Field.Name),
                "Name a column of text, numbers or truth values under 'protected'."
            ),
            _ => Encoding.UTF8.GetString(column.Utf8(at)).Trim(),
        };
    }

    private static ulong HashOf(XxHash3 hash, Column?[] columns, int at)
    {
        hash.Reset();
        Span<byte> word = stackalloc byte[9];
        foreach (Column? column in columns)
        {
            ReadOnlySpan<byte> bytes = TextOf(column, at);
            long value =
                column is null || column.IsNull(at) ? -1
                : column.Type == ColumnType.Int64 ? column.Int64(at)
                : column.Type == ColumnType.Float64 ? BitConverter.DoubleToInt64Bits(column.Float64(at))
                : column.Type == ColumnType.Bool ? (column.Bool(at) ? 1 : 0)
                : bytes.Length;
            word[0] = (byte)(column is null || column.IsNull(at) ? ColumnType.Null : column.Type);
            BitConverter.TryWriteBytes(word[1..], value);
            hash.Append(word);
            hash.Append(bytes);
        }
        return hash.GetCurrentHashAsUInt64();
    }

    private void Merge(RubricTally part)
    {
        Rows += part.Rows;
        for (int i = 0; i < Values.Count; i++)
            foreach ((string value, long count) in part.Values[i])
                Values[i][value] = Values[i].GetValueOrDefault(value) + count;
        for (int i = 0; i < Pii.GetLength(0); i++)
        for (int kind = 0; kind < Pii.GetLength(1); kind++)
        {
            if (Pii[i, kind, 2] == 0)
                Pii[i, kind, 2] = part.Pii[i, kind, 2];
            Pii[i, kind, 0] += part.Pii[i, kind, 0];
            Pii[i, kind, 1] += part.Pii[i, kind, 1];
        }
        Duplicates.Merge(part.Duplicates);
        Quasi.Merge(part.Quasi);
    }

    private void Write(BinaryWriter writer)
    {
        writer.Write(Rows);
        foreach (Dictionary<string, long> values in Values)
        {
            writer.Write(values.Count);
            foreach ((string value, long count) in values.OrderBy(one => one.Key, StringComparer.Ordinal))
            {
                writer.Write(value);
                writer.Write(count);
            }
        }
        foreach (long number in Pii)
            writer.Write(number);
        Duplicates.Write(writer);
        Quasi.Write(writer);
    }

    private RubricTally Read(BinaryReader reader)
    {
        long rows = reader.ReadInt64();
        foreach (Dictionary<string, long> values in Values)
            for (int count = reader.ReadInt32(); count > 0; count--)
                values[reader.ReadString()] = reader.ReadInt64();
        for (int i = 0; i < Pii.GetLength(0); i++)
        for (int kind = 0; kind < Pii.GetLength(1); kind++)
        for (int figure = 0; figure < 3; figure++)
            Pii[i, kind, figure] = reader.ReadInt64();
        EquivalenceClasses duplicates = EquivalenceClasses.Read(reader),
            quasi = EquivalenceClasses.Read(reader);
        return reader.BaseStream.Position == reader.BaseStream.Length
            ? new()
            {
                Rows = rows,
                Values = Values,
                Pii = Pii,
                Duplicates = duplicates,
                Quasi = quasi,
            }
            : throw new InvalidDataException("The piece goes on after its end.");
    }
}
