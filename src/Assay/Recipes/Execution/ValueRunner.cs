using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Assay.Data;
using Assay.Value;

namespace Assay.Recipes.Execution;

/// <summary>Values the rows of one dataset, without a recipe, and says which are the worst: <c>assay value</c>.</summary>
/// <remarks>
/// Values and curves are kept in the store as steps of a recipe are: what is there is not computed again, a killed run goes on. Writes
/// into the folder <c>values</c> (all rows, the lowest first, with ids and signals) and <c>cleaned</c> (the data without the lowest), in
/// the format of the data.
/// </remarks>
/// <param name="store">Where results are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class ValueRunner(
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    private const int Shown = 20;
    private const string CurveMethod = "value curves";
    private const string Unseen = "unseen";

    /// <summary>Values the rows.</summary>
    /// <param name="call">A method of the verb value.</param>
    /// <param name="curves">How many rows of the test are kept from the values, to measure curves on; 0 draws none.</param>
    /// <param name="drop">How many of the lowest rows the cleaned file leaves out; null for the suspects.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished work is kept.</exception>
    public ValueReport Run(MethodCall call, Amount curves, Amount? drop)
    {
        Stopwatch clock = Stopwatch.StartNew();
        if (call.Method.Create(call.Options) is not IValuer)
            throw new AssayException(
                $"{call.Method.Name} values nothing",
                hint: "'assay methods value' lists what does."
            );
        StepRunner steps = new(store, options, observer, cancellation);
        CallReader reader = new(steps, new(store, options, observer, steps));
        Flow flow = reader.Read(call);
        LabelledTableOptions? table = call.Options as LabelledTableOptions;
        (flow, (View View, string Key)? unseen) = KeepBack(reader, flow, table, call, curves);
        string? test = (table as TestedTableOptions)?.Test;

        StepSpec step = new(call.Method, call.Options);
        (Flow valued, IReadOnlyList<StepReport> reports) = steps.Run(step, flow, call.Seed);
        IReadOnlyList<SignalReport> signals = reports[^1].Signals;
        View view = valued.View;
        (int[] rows, double[] values) = Values(view, signals[0].Name);
        if (rows.Length == 0)
            throw new AssayException(
                $"{call.Method.Name} gave no row a value",
                hint: "Its options say which rows it leaves out: assay methods " + call.Method.Name + "."
            );
        int[] lowest = ValueCurve.Ascending(values);
        Suspects? suspects = table is null ? null : SuspectsOf(values);
        int? dropped =
            drop is { } amount ? (int)amount.Of(rows.Length)
            : suspects is { AreFew: true } few ? (int)few.Rows
            : null;
        ValueCurves? measured =
            table is null || unseen is null || rows.Length < 2
                ? null
                : Measure(steps, table, view, unseen.Value, valued.ValueKeys[^1], values, dropped ?? 0, call.Seed);

        ValueReport report = new()
        {
            Method = call.Method.Name,
            Options = step.Written,
            Seed = call.Seed,
            Data = call.Data.Path,
            Label = table?.Label,
            Rows = rows.Length,
            TestRows = test is not null ? flow.Datasets[test].View.Selection.Count : 0,
            HeldOutRows = call.HeldOut is null ? 0 : view.Dataset.RowCount - view.Selection.Count,
            Signals = signals,
            Suspects = suspects,
            Lowest = Lowest(steps, valued, signals, [.. lowest.Take(Shown).Select(at => rows[at])], table?.Label),
            Curves = measured,
            NoCurves =
                measured is not null ? ""
                : table is null ? "this value is not about labels"
                : curves.Value == 0 ? "none were asked for (--curves 0)"
                : test is not null ? $"{curves} of the {flow.Datasets[test].View.Selection.Count:N0} test rows are none"
                : "there are no labelled rows that the values have not seen; name some with --test",
            Dropped = dropped,
            Files = [],
            Seconds = 0,
            Cached = reports[^1].Cached,
        };
        IReadOnlyList<string> files = Write(steps, call, view, signals, rows, lowest, dropped);
        return report with { Files = files, Seconds = clock.Elapsed.TotalSeconds };
    }

    // Rows to measure curves on: a part of the test that the method is not shown, or all of it where it needs none.
    private static (Flow Flow, (View, string)? Unseen) KeepBack(
        CallReader reader,
        Flow flow,
        LabelledTableOptions? table,
        MethodCall call,
        Amount curves
    )
    {
        string name = (table as TestedTableOptions)?.Test ?? TrainRunner.TestName;
        if (table is null || curves.Value == 0 || !flow.Datasets.TryGetValue(name, out (View View, string Key) test))
            return (flow, null);
        if (table is not TestedTableOptions)
            return (flow, test);
        if (curves.Of(test.View.Selection.Count) == 0)
            return (flow, null);
        var none = ImmutableSortedDictionary<string, (View, string)>.Empty;
        Flow split = reader.Split(new(test.View, test.Key, [], none, [test.Key], []), curves, Unseen, call.Seed);
        return (flow with { Datasets = flow.Datasets.SetItem(name, (split.View, split.Key)) }, split.Datasets[Unseen]);
    }

    private static (int[] Rows, double[] Values) Values(View view, string signal)
    {
        double[] all = view.Signal(signal).Values;
        int[] rows = [.. view.DistinctRows.ToArray().Where(row => !double.IsNaN(all[row]))];
        return (rows, [.. rows.Select(row => all[row])]);
    }

    private static Suspects SuspectsOf(double[] values)
    {
        double edge = WrongRows.LowerCluster(values),
            mean = values.Average(),
            total = values.Sum(value => (value - mean) * (value - mean));
        double[] low = [.. values.Where(value => value <= edge)],
            high = [.. values.Where(value => value > edge)];
        if (high.Length == 0)
            return new(0, 0, edge, 0); // all are the same
        double between =
            low.Length * Math.Pow(low.Average() - mean, 2) + high.Length * Math.Pow(high.Average() - mean, 2);
        return new(low.Length, low.Length / (double)values.Length, edge, between / total);
    }

    private ValueCurves Measure(
        StepRunner steps,
        LabelledTableOptions table,
        View view,
        (View View, string Key) unseen,
        string valueKey,
        double[] values,
        int dropped,
        ulong seed
    )
    {
        string key = StepKey.Of(
            CurveMethod,
            "1",
            CanonicalJson.Of(table),
            seed.ToString(),
            valueKey,
            unseen.Key,
            dropped.ToString()
        );
        StoredStep? stored = steps.Find(key);
        observer.StepStarted(
            CurveMethod,
            $"on {unseen.View.Selection.Count:N0} rows that the values have not seen",
            stored is not null
        );
        if (stored is null)
        {
            Stopwatch clock = Stopwatch.StartNew();
            ValueCurves curves = ValueCurves.Measure(
                table,
                view,
                unseen.View,
                values,
                dropped,
                steps.WorkFor(key, CurveMethod, seed)
            );
            StepOutputs outputs = new()
            {
                Findings = store.Objects.Put(
                    JsonSerializer.SerializeToUtf8Bytes(curves, StoredJson.Default.ValueCurves)
                ),
            };
            stored = new(key, CurveMethod, "{}", "[]", outputs.ToJson(), clock.Elapsed.TotalSeconds, values.Length, 0);
            store.SaveStep(stored);
            store.Sweep(key);
        }
        return JsonSerializer.Deserialize(
            store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!),
            StoredJson.Default.ValueCurves
        )!;
    }

    private PlacedRow[] Lowest(
        StepRunner steps,
        Flow valued,
        IReadOnlyList<SignalReport> signals,
        int[] rows,
        string? label
    )
    {
        View view = valued.View;
        double[] values = view.Signal(signals[0].Name).Values;
        double[]? errors = signals.FirstOrDefault(signal => signal.Name == signals[0].Name + "-error") is { } error
            ? view.Signal(error.Name).Values
            : null;
        Dictionary<int, (string Source, long Offset, string Label)> found = [];
        view.ForEach(
            rows.Order(),
            (batch, row) =>
            {
                int local = batch.Local(row);
                string value =
                    label is not null && batch.Table.Find(label) is { } column ? Excerpts.Value(column, local) : "";
                found[row] = (batch.Table.SourceOf(local), batch.Table.Offsets[local], value);
            },
            cancellation
        );
        string[] places = SourcePlaces.Of(
            DatasetLoader.FindingsOf(store, StepOutputs.FromJson(store.FindStep(valued.Path[0])!.Outputs)).Files,
            [.. rows.Select(row => (found[row].Source, found[row].Offset))]
        );
        Dictionary<int, RowExcerpt> excerpts = Excerpts.Of(view, rows, steps.WorkFor("excerpts", CurveMethod, 0));
        return
        [
            .. rows.Select(
                (row, i) =>
                    new PlacedRow(
                        excerpts[row],
                        places[i],
                        found[row].Label,
                        values[row],
                        errors is null || double.IsNaN(errors[row]) ? null : errors[row]
                    )
            ),
        ];
    }

    private static string[] Write(
        StepRunner steps,
        MethodCall call,
        View view,
        IReadOnlyList<SignalReport> signals,
        int[] rows,
        int[] lowest,
        int? dropped
    )
    {
        Work work = steps.WorkFor("values", CurveMethod, 0);
        string ending = EndingOf(view.Dataset);
        Func<string, View, Work, WriterOptions, WrittenFile> write =
            ending == ".jsonl" ? JsonlWriter.Write : CsvWriter.Write;
        List<string> files = [];
        try
        {
            Directory.CreateDirectory(call.Folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"cannot make the folder for the result: {failure.Message}",
                new(call.Folder),
                "Choose another folder with --out; the values are kept in the store.",
                failure
            );
        }
        void Add(string name, int[] which, WriterOptions options)
        {
            string path = Path.Combine(call.Folder, name + ending);
            write(path, view.With(new Selection(which)), work, options);
            files.Add(path);
        }
        Add(
            "values",
            [.. lowest.Select(at => rows[at])],
            new() { Ids = true, Signals = [.. signals.Select(signal => signal.Name)] }
        );
        string cleaned = Path.Combine(call.Folder, "cleaned" + ending);
        if (dropped is { } count)
        {
            HashSet<int> gone = [.. lowest.Take(count).Select(at => rows[at])];
            Add("cleaned", [.. Enumerable.Range(0, view.Dataset.RowCount).Where(row => !gone.Contains(row))], new());
        }
        else
            File.Delete(cleaned); // of an earlier call: it would pass for this one's
        return [.. files];
    }

    // The format of the first file; what is not a table becomes JSON Lines.
    private static string EndingOf(Dataset dataset)
    {
        using Table first = dataset.Read(0);
        string name = first.Sources[0].ToLowerInvariant();
        return name.Contains(".csv", StringComparison.Ordinal) ? ".csv"
            : name.Contains(".tsv", StringComparison.Ordinal) ? ".tsv"
            : ".jsonl";
    }
}
