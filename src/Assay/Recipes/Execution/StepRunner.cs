using System.Diagnostics;
using System.Text.Json;
using Assay.Data;
using Assay.Describe;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;
using Assay.Select;
using Assay.Studies;
using Assay.Value;

namespace Assay.Recipes.Execution;

/// <summary>Runs one step of a recipe, or takes its result from the store.</summary>
/// <remarks>
/// A step's pieces lie in the store's work folder under the step's key; when all are there the result is put into the
/// store as objects, then recorded, then the pieces are swept away. A kill between any two of these loses nothing. Pieces of a method
/// with <see cref="ExtendableAttribute"/> options stay, for a run that asks for more of them.
/// </remarks>
internal sealed class StepRunner(Store store, RunOptions options, IRunObserver observer, CancellationToken cancellation)
{
    /// <summary>The key of <paramref name="step"/> at this place in the flow; known before the step has run.</summary>
    public static string KeyOf(StepSpec step, Flow flow, ulong seed) => KeyOf(step, step.Options, flow, seed);

    // The key under which pieces lie: that of the step, but the same for options that only say how many pieces there are.
    private static string PiecesKeyOf(StepSpec step, Flow flow, ulong seed) =>
        step.Method.Shape.Options.Any(option => option.IsExtendable)
            ? KeyOf(step, step.Method.Shape.WithoutExtent(step.Options), flow, seed) + "-pieces"
            : KeyOf(step, flow, seed);

    private static string KeyOf(StepSpec step, object options, Flow flow, ulong seed)
    {
        // Describing and valuing look at texts; only what decides about rows can use signals.
        IEnumerable<string> signals = step.Method.Verb is "describe" or "value" ? [] : flow.ValueKeys;
        IEnumerable<string> datasets = DatasetsOf(step)
            .Select(name => flow.Datasets.TryGetValue(name, out var other) ? other.Key : name);
        return StepKey.Of([
            step.Name,
            step.Method.Revision.ToString(),
            CanonicalJson.Of(options),
            seed.ToString(),
            StreamName(step, flow),
            flow.Key,
            .. signals,
            "datasets",
            .. datasets,
            .. ModelFolders.KeysOf(step.Method.Shape, step.Options),
        ]);
    }

    /// <summary>True if the step's result is in the store, whole.</summary>
    public StoredStep? Find(string key) =>
        store.FindStep(key) is { } stored && StepOutputs.FromJson(stored.Outputs).All.All(store.Objects.Has)
            ? stored
            : null;

    /// <summary>The flow behind <paramref name="step"/>, and what was done: the step, behind the training of the model that it needs.</summary>
    public (Flow Flow, IReadOnlyList<StepReport> Reports) Run(StepSpec step, Flow flow, ulong seed)
    {
        string key = KeyOf(step, flow, seed);
        StoredStep? stored = Find(key);
        bool cached = stored is not null;
        (string Folder, StepReport Report)? model = null;
        if (
            ModelStep.RequestOf(step) is { } request
            && (!cached || Models.Find(ModelStep.KeyOf(request, flow, seed)) is not null)
        )
            model = Models.Run(request, flow, seed);
        observer.StepStarted(step.Name, step.Written, cached);
        stored ??= Compute(step, flow, seed, key, model?.Folder);

        StepOutputs outputs = StepOutputs.FromJson(stored.Outputs);
        StepReport report = JsonSerializer.Deserialize(
            store.Objects.Get(outputs.Findings!),
            StoredJson.Default.StepReport
        )! with
        {
            Seconds = stored.Seconds,
            Cached = cached,
        };
        observer.StepFinished(report);
        return (Follow(flow, step, key, outputs), model is null ? [report] : [model.Value.Report, report]);
    }

    /// <summary>Trains the models that steps ask for.</summary>
    public ModelStep Models => new(store, this, observer);

    /// <summary>Things that a step of <paramref name="key"/> works with.</summary>
    public Work WorkFor(string key, string stream, ulong seed, Flow? flow = null, string? modelFolder = null) =>
        new(store.PiecesOf(key))
        {
            Random = new RandomStream(seed, stream),
            Threads = options.Threads,
            MemoryBytes = options.StepMemoryBytes,
            Progress = observer,
            Cancellation = cancellation,
            ModelFolder = modelFolder,
            Datasets = flow?.Datasets.ToDictionary(entry => entry.Key, entry => entry.Value.View) ?? [],
        };

    private StoredStep Compute(StepSpec step, Flow flow, ulong seed, string key, string? modelFolder)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string pieces = PiecesKeyOf(step, flow, seed);
        Work work = WorkFor(pieces, StreamName(step, flow), seed, flow, modelFolder);
        StepOutputs outputs;
        StepReport report = new()
        {
            Method = step.Name,
            Options = step.Written,
            RowsIn = flow.View.Selection.Count,
            RowsOut = flow.View.Selection.Count,
            Seconds = 0,
            Cached = false,
        };
        try
        {
            switch (step.Method.Create(step.Options))
            {
                case IDescriber describer:
                    report = report with { Label = describer.Describe(flow.View, work) };
                    outputs = new();
                    break;
                case IStudy study:
                    report = report with { Study = study.Run(flow.View, work) };
                    outputs = new();
                    break;
                case IValuer valuer:
                    IReadOnlyList<Signal> signals = valuer.Value(flow.View, work);
                    report = report with
                    {
                        Signals = [.. signals.Select(signal => StepReports.OfSignal(signal, flow.View, work))],
                    };
                    outputs = new()
                    {
                        Signals = new(
                            signals.Select(signal =>
                                KeyValuePair.Create(signal.Name, store.Objects.Put(StoredForms.Write(signal)))
                            )
                        ),
                    };
                    break;
                case ISelector selector:
                    Selected selected = selector.Select(flow.View, work);
                    (IReadOnlyList<ReasonReport> reasons, IReadOnlyList<ClusterReport> clusters) = StepReports.OfDrops(
                        selected.Drops,
                        flow.View,
                        work
                    );
                    report = report with
                    {
                        RowsOut = selected.Kept.Count,
                        Reasons = reasons,
                        Clusters = clusters,
                        Notes = selected.Notes ?? [],
                    };
                    outputs = Keep(selected, flow.View.Edits);
                    break;
                case IOrderer orderer:
                    Selection ordered = flow.View.Selection.InOrder(orderer.Order(flow.View, work));
                    outputs = Keep(new(ordered, Drops.None, flow.View.Edits), flow.View.Edits);
                    break;
                default:
                    throw new InvalidOperationException($"{step.Name} implements no verb that a step can have.");
            }
        }
        catch (AssayException failure) when (failure.Where is null)
        {
            throw new AssayException($"{step.Name}: {failure.Message}", step.Where, failure.Hint, failure);
        }
        outputs = outputs with
        {
            Findings = store.Objects.Put(JsonSerializer.SerializeToUtf8Bytes(report, StoredJson.Default.StepReport)),
        };
        StoredStep stored = new(
            key,
            step.Name,
            CanonicalJson.Of(step.Options),
            JsonSerializer.Serialize((string[])[flow.Key]),
            outputs.ToJson(),
            clock.Elapsed.TotalSeconds,
            flow.View.Selection.Count,
            flow.View.Dataset.Tables.Sum(table => table.Bytes)
        );
        store.SaveStep(stored);
        if (pieces == key)
            store.Sweep(key);
        return stored;
    }

    private StepOutputs Keep(Selected selected, Edits? before)
    {
        string?[]? edits = null;
        if (selected.Edits is { } after)
            // Files that the step took over from an earlier one are objects already.
            edits =
            [
                .. after.Files.Select(
                    (file, i) =>
                        file is null ? null
                        : before is not null && before.Files[i] == file ? ObjectOf(file)
                        : store.Objects.Adopt(file)
                ),
            ];
        return new()
        {
            Selection = store.Objects.Put(StoredForms.Write(selected.Kept)),
            Drops = store.Objects.Put(StoredForms.Write(selected.Drops)),
            Edits = edits,
            SetAside = new(
                (selected.SetAside ?? new Dictionary<string, Selection>()).ToDictionary(
                    aside => aside.Key,
                    aside => store.Objects.Put(StoredForms.Write(aside.Value))
                )
            ),
        };
    }

    /// <summary>The flow behind a finished step.</summary>
    public Flow Follow(Flow flow, StepSpec step, string key, StepOutputs outputs)
    {
        flow = flow with { Path = flow.Path.Add(key), Methods = flow.Methods.Add(step.Name) };
        // The signal that a method is about comes first, and then stands last among all: the one that was computed last.
        foreach ((string name, string hash) in outputs.Signals.Reverse())
            flow = flow with
            {
                View = flow.View.With(signals: [StoredForms.ReadSignal(name, store.Objects.Get(hash))]),
            };
        if (outputs.Signals.Count > 0)
            flow = flow with { ValueKeys = flow.ValueKeys.Add(key) };
        if (outputs.Selection is null)
            return flow;
        Edits? edits = outputs.Edits is { } files
            ? new([.. files.Select(hash => hash is null ? null : store.Objects.PathOf(hash))])
            : flow.View.Edits;
        foreach ((string name, string hash) in outputs.SetAside)
            flow = flow with
            {
                Datasets = flow.Datasets.SetItem(
                    name,
                    (flow.View.With(StoredForms.ReadSelection(store.Objects.Get(hash)), edits), key + "/" + name)
                ),
            };
        return flow with
        {
            View = flow.View.With(StoredForms.ReadSelection(store.Objects.Get(outputs.Selection)), edits),
            Key = key,
        };
    }

    /// <summary>The other datasets that a step's options name.</summary>
    private static IEnumerable<string> DatasetsOf(StepSpec step) =>
        step
            .Method.Shape.Options.Where(option => option.NamesDataset)
            .Select(option => option.Property.GetValue(step.Options))
            .SelectMany(value => value is string name ? [name] : value as IEnumerable<string> ?? []);

    // The second select/random of a flow must not repeat the draws of the first.
    private static string StreamName(StepSpec step, Flow flow) =>
        $"{step.Name}#{flow.Methods.Count(name => name == step.Name)}";

    private static string ObjectOf(string path) =>
        Path.GetFileName(Path.GetDirectoryName(path)) + Path.GetFileName(path);
}
