using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>
/// Labels a dataset: what is in each column, known problems as alerts, how columns go together, how one is distributed where another is given,
/// correlations with a reference, and what people say of it; one pass in bounded memory.
/// </summary>
/// <remarks>
/// Follows "The Dataset Nutrition Label", arXiv 1805.03677, with the alerts of its later generations (arXiv 2201.03954), widened to text. Where a column
/// does not fit in memory, quantiles, distinct counts and frequent values are estimates, and the label states their errors
/// (<see cref="KllSketch"/>, <see cref="HyperLogLog"/>, <see cref="MisraGries"/>, <see cref="DistinctSample"/>). Values are told apart by 64-bit hashes.
/// Pairs and the model are computed on a sample of rows, drawn by the rows' ids. One piece per table holds its sketches
/// and its part of the sample; pieces are merged in the order of the tables.
/// </remarks>
[Method("describe/label", Paper = "nutrition-label", Revision = 2)]
public sealed class NutritionLabel(LabelOptions options) : IDescriber
{
    private const string Stage = "label";
    private const long ColumnBytes = 512 * 1024; // of a sketch, generously
    private const int SampledColumns = 64,
        ComparedRows = 1 << 15,
        Identifiers = 4;

    /// <inheritdoc/>
    /// <exception cref="AssayException">An option names a column that does not exist, or a stored piece is damaged.</exception>
    public Label Describe(View view, Work work)
    {
        Field[] fields = Fields(view.Dataset);
        GroundTruth? reference = GroundTruth.Read(options, view, work);
        RandomStream draw = work.Random.Child("sample");
        // A row is in the sample if its number is below the share of rows that are wanted.
        double share = view.DistinctRows.Length == 0 ? 1 : (double)options.Sample / view.DistinctRows.Length;
        work.Make(
            Stage,
            view.TableCount,
            (table, stream) =>
                WritePiece(
                    view,
                    work,
                    fields,
                    table,
                    stream,
                    reference,
                    id => share >= 1 || draw.UniformOf(id.Value) < share
                ),
            table => view.RowsOf(table).Length,
            "rows"
        );

        Label label = new(view.DistinctRows.Length, []) { TextColumn = view.Dataset.TextColumn };
        List<ColumnLabel> columns = [];
        List<SampledCells> sample = [];
        List<(string, KeySums)> sums = [];
        RowsMerged rows = new();
        int columnsAtOnce = (int)Math.Clamp(work.MemoryBytes / ColumnBytes, 1, Math.Max(1, fields.Length));
        for (int first = 0; first == 0 || first < fields.Length; first += columnsAtOnce)
        {
            Field[] some = [.. fields.Skip(first).Take(columnsAtOnce)];
            ColumnSketch[] sketches = [.. some.Select(field => new ColumnSketch(options, RandomOf(work, field)))];
            SampledCells[] cells = [.. some.Select(_ => new SampledCells())];
            KeySums[] keySums = [.. some.Select(_ => new KeySums())];
            Merge(view, work, fields, first, sketches, cells, keySums, first == 0 ? rows : null);
            columns.AddRange(some.Select((field, i) => sketches[i].Label(field, options.Top, options.Fewest)));
            sample.AddRange(cells.Take(SampledColumns - sample.Count));
            sums.AddRange(
                some.Zip(keySums)
                    .Where(column => column.First.Name != options.Key && column.Second.Sums.Count > 0)
                    .Select(column => (column.First.Name, column.Second))
            );
        }
        label = label with
        {
            Tables = rows.Tables,
            TextBytes = rows.TextBytes,
            Columns = columns,
            Fewest = options.Fewest,
        };
        return Finish(label, sample, sums, rows, fields, reference, work);
    }

    private Label Finish(
        Label label,
        List<SampledCells> sample,
        List<(string, KeySums)> sums,
        RowsMerged rows,
        Field[] fields,
        GroundTruth? reference,
        Work work
    )
    {
        label = label with { Columns = [.. label.Columns.Select(VariableGuess.Of)], Modules = options.Modules };
        // What columns measure decides how pairs are looked at.
        label = label.With(new() { Kinds = options.About.Kinds });
        LabelVariable[] variables =
        [
            .. label.Columns.Zip(sample).Select(column => new LabelVariable(column.First, column.Second, label)),
        ];
        DistinctSample repeats = rows.Compared;
        if (
            label.Columns.FirstOrDefault(column => LabelAlerts.IsIdentifier(column, label)) is { } identifier
            && rows.Without.TryGetValue(
                Array.FindIndex(fields, field => field.Name == identifier.Name),
                out DistinctSample? without
            )
            && label.Columns.Count > 1
        )
            (repeats, label) = (without, label with { RepeatedApartFrom = identifier.Name });
        bool paired = label.Has(LabelModule.Pairs),
            modelled = label.Has(LabelModule.Model);
        PairModule? pairs = paired || modelled ? PairPlots.Of(variables, options) : null;
        label = label with
        {
            SampledRows = sample.Count == 0 ? 0 : sample[0].Count,
            RepeatedRows = new((long)Math.Round(repeats.Repeats), repeats.RepeatsError),
            Pairs = paired ? pairs : null,
            Model = modelled ? ConditionalModels.Of(variables, pairs, options, work) : null,
            GroundTruth = label.Has(LabelModule.GroundTruth)
                ? reference?.Module(sums, rows.OfKeys, label.Rows, options.Fewest)
                : null,
        };
        if (label.Has(LabelModule.Alerts))
            label = label with { Alerts = [.. LabelAlerts.Of(label), .. SampleAlerts.Of(variables)] };
        return label.With(options.About);
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

    // One column after the other, so that a thread holds one sketch at a time; each with its length and checksum before it. What is
    // said of whole rows comes last.
    private void WritePiece(
        View view,
        Work work,
        Field[] fields,
        int table,
        Stream stream,
        GroundTruth? reference,
        Func<RowId, bool> isSampled
    )
    {
        if (view.RowsOf(table).Length == 0)
            return;
        using Batch batch = view.Read(table);
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        TableRows rows = new(batch.Rows.Length) { Keys = reference?.KeysOf(batch) ?? [] };
        long textBytes = 0;
        for (int i = 0; i < batch.Rows.Length; i++)
        {
            textBytes += batch.Text(batch.Rows[i]).Length;
            rows.Sampled[i] = isSampled(batch.Id(batch.Rows[i]));
        }
        writer.Write(batch.Rows.Length);
        writer.Write(textBytes);
        using MemoryStream bytes = new();
        List<(int Column, ColumnFollower Follower)> identifiers = [];
        foreach ((int i, Field field) in fields.Index())
        {
            SampledCells cells = new();
            KeySums sums = new();
            bool isNumber = field.Type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Bool;
            ColumnFollower follower = new(
                rows,
                XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(field.Name)),
                cells,
                reference is not null && isNumber ? sums : null
            );
            ColumnSketch sketch = new(options, RandomOf(work, field).Child(table)) { Follower = follower };
            ColumnValues.Add(batch, field, field.Name == view.Dataset.TextColumn, sketch, work.Cancellation);
            if (sketch.MayIdentify && identifiers.Count < Identifiers)
                identifiers.Add((i, follower));
            WritePart(
                writer,
                bytes,
                () =>
                {
                    sketch.Write(bytes);
                    cells.Write(bytes);
                    sums.Write(bytes);
                }
            );
        }
        WritePart(writer, bytes, () => RowsMerged.Write(bytes, rows, identifiers));
    }

    private static void WritePart(BinaryWriter writer, MemoryStream bytes, Action write)
    {
        bytes.SetLength(0);
        write();
        ReadOnlySpan<byte> written = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        writer.Write(written.Length);
        writer.Write(XxHash3.HashToUInt64(written));
        writer.Write(written);
    }

    private void Merge(
        View view,
        Work work,
        Field[] fields,
        int first,
        ColumnSketch[] sketches,
        SampledCells[] cells,
        KeySums[] sums,
        RowsMerged? rows
    )
    {
        for (int table = 0; table < view.TableCount; table++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            int count = view.RowsOf(table).Length;
            if (count == 0)
                continue;
            try
            {
                using FileStream stream = work.Pieces.Open(Stage, table);
                using BinaryReader reader = new(stream);
                if (reader.ReadInt32() != count)
                    throw new InvalidDataException("The piece is of another selection.");
                long textBytes = reader.ReadInt64();
                for (int column = 0; column < fields.Length; column++)
                {
                    bool isWanted = column >= first && column < first + sketches.Length;
                    if (ReadPart(stream, reader, isWanted) is not { } part)
                        continue;
                    RandomStream random = RandomOf(work, fields[column]).Child(table);
                    int at = column - first;
                    sketches[at].Merge(ColumnSketch.Read(part, options, random));
                    SampledCells some = SampledCells.Read(part);
                    if (column < SampledColumns)
                        cells[at].Append(some);
                    sums[at].Merge(KeySums.Read(part));
                }
                if (ReadPart(stream, reader, rows is not null) is { } whole)
                    rows!.Merge(whole, textBytes);
                if (stream.Position != stream.Length)
                    throw new InvalidDataException("The piece goes on after its last part.");
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
    }

    // A part whose checksum is right, or null where it is skipped.
    private static MemoryStream? ReadPart(FileStream stream, BinaryReader reader, bool isWanted)
    {
        int length = reader.ReadInt32();
        ulong sum = reader.ReadUInt64();
        if (length < 0 || length > stream.Length - stream.Position)
            throw new InvalidDataException("A part is longer than the piece.");
        if (!isWanted)
        {
            stream.Position += length;
            return null;
        }
        byte[] bytes = reader.ReadBytes(length);
        return XxHash3.HashToUInt64(bytes) == sum
            ? new MemoryStream(bytes)
            : throw new InvalidDataException("A checksum is wrong.");
    }

    /// <summary>What the tables say of whole rows.</summary>
    private sealed class RowsMerged
    {
        public int Tables { get; private set; }

        public long TextBytes { get; private set; }

        /// <summary>Rows by the hash of all their cells.</summary>
        public DistinctSample Compared { get; } = new(ComparedRows);

        /// <summary>The same without one column, for each column that may tell every row apart in all tables.</summary>
        public Dictionary<int, DistinctSample> Without { get; } = [];

        /// <summary>Rows by key.</summary>
        public KeySums OfKeys { get; } = new();

        public static void Write(
            MemoryStream stream,
            TableRows rows,
            List<(int Column, ColumnFollower Follower)> identifiers
        )
        {
            using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
            DistinctSample compared = new(ComparedRows);
            foreach (ulong hash in rows.Hashes)
                compared.Add(TableRows.Mixed(hash, 0));
            compared.Write(stream);
            KeySums ofKeys = new();
            foreach (int key in rows.Keys)
                if (key >= 0)
                    ofKeys.Add(key, 1);
            ofKeys.Write(stream);
            writer.Write(identifiers.Count);
            foreach ((int column, ColumnFollower follower) in identifiers)
            {
                writer.Write(column);
                writer.Flush();
                DistinctSample without = new(ComparedRows);
                for (int i = 0; i < rows.Hashes.Length; i++)
                    without.Add(TableRows.Mixed(rows.Hashes[i] - follower.Added[i], 0));
                without.Write(stream);
            }
        }

        public void Merge(Stream part, long textBytes)
        {
            using BinaryReader reader = new(part, Encoding.UTF8, leaveOpen: true);
            Compared.Merge(DistinctSample.Read(part));
            OfKeys.Merge(KeySums.Read(part));
            HashSet<int> here = [];
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                int column = reader.ReadInt32();
                DistinctSample without = DistinctSample.Read(part);
                here.Add(column);
                if (Without.TryGetValue(column, out DistinctSample? known))
                    known.Merge(without);
                else if (Tables == 0)
                    Without.Add(column, without);
            }
            foreach (int column in Without.Keys.Except(here).ToArray())
                Without.Remove(column);
            Tables++;
            TextBytes += textBytes;
        }
    }
}
