using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Data;
using Assay.Judge;
using Assay.Models;
using Assay.Plan;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>
/// Runs a recipe: reads the data, runs the shared steps, then each candidate's, judges the candidates, draws the frontier,
/// exports. What the store already has is not computed again; a run may be killed at any point and run again.
/// </summary>
/// <param name="recipe">The recipe.</param>
/// <param name="store">Where results are kept.</param>
/// <param name="options">How to use the machine.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
public sealed class RecipeRunner(
    Recipe recipe,
    Store store,
    RunOptions options,
    IRunObserver observer,
    CancellationToken cancellation = default
)
{
    private readonly StepRunner _steps = new(store, options, observer, cancellation);

    /// <summary>What <see cref="Run()"/> would do; reads no data and computes nothing.</summary>
    public RunPlan Plan()
    {
        DatasetLoader loader = new(store, options, observer, _steps);
        List<PlannedStep> parts = [];
        long bytes = 0;
        bool allRead = true;
        foreach ((string name, SourceOptions source) in recipe.Data)
        {
            (SourcePlan plan, string key, _) = loader.Plan(name, source);
            long size = plan.TotalBytes;
            bytes += size;
            bool stored = _steps.Find(key) is not null;
            allRead &= stored;
            parts.Add(
                new(
                    "",
                    "read " + name,
                    $"{plan.Files.Count:N0} files",
                    stored,
                    store.SecondsPerByte(DatasetLoader.Method) * size
                )
            );
        }
        Flow? flow = allRead ? ReadData().Item1 : null;
        // Models that are planned already, by what they are trained on: the rows behind so many decisions of the shared steps.
        HashSet<(string Rows, ModelRequest Request)> planned = [];
        void Walk(string candidate, IReadOnlyList<StepSpec> steps, ref Flow? at, ref string rows)
        {
            foreach (StepSpec step in steps)
            {
                // Behind a step that has to be computed everything has to be.
                string? key = at is null ? null : StepRunner.KeyOf(step, at, recipe.Seed);
                StoredStep? stored = key is null ? null : _steps.Find(key);
                if (stored is null && ModelStep.RequestOf(step) is { } model && planned.Add((rows, model)))
                {
                    bool trained =
                        at is not null && _steps.Models.Find(ModelStep.KeyOf(model, at, recipe.Seed)) is not null;
                    parts.Add(
                        new(
                            candidate,
                            ModelStep.Method,
                            $"{ModelStep.Describe(model)}, for {step.Name}",
                            trained,
                            store.SecondsPerByte(ModelStep.Method) * bytes
                        )
                    );
                }
                if (step.Method.Verb is not ("describe" or "value"))
                    rows += $"{step.Name} {step.Written}\n";
                parts.Add(
                    new(candidate, step.Name, step.Written, stored is not null, store.SecondsPerByte(step.Name) * bytes)
                );
                at = stored is null ? null : _steps.Follow(at!, step, key!, StepOutputs.FromJson(stored.Outputs));
            }
        }
        string shared = "";
        Walk("", recipe.Steps, ref flow, ref shared);
        foreach ((string name, IReadOnlyList<StepSpec> steps) in Candidates())
        {
            Flow? end = flow;
            string rows = shared;
            Walk(name, steps, ref end, ref rows);
        }
        if (recipe.Judge is not null)
            parts.Add(new("", JudgeStep.Method, "", false, store.SecondsPerByte(JudgeStep.Method) * bytes));
        return new(parts, bytes);
    }

    /// <summary>Runs the recipe to its end.</summary>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished pieces are kept.</exception>
    public RunReport Run()
    {
        if (recipe.Tiers is not null)
            throw new AssayException(
                "the recipe builds tiers",
                new(recipe.Path),
                "Run it with 'assay tiers'; other recipes read the rows that it writes."
            );
        return Recorded(
            Run,
            report => store.Objects.Put(JsonSerializer.SerializeToUtf8Bytes(report, StoredJson.Default.RunReport))
        );
    }

    // A run that the store knows of, however it ends.
    private T Recorded<T>(Func<string, DateTimeOffset, T> run, Func<T, string?> save)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        string id = started.ToString("yyyyMMdd-HHmmss-fff");
        store.BeginRun(id, recipe.Path, recipe.Text);
        try
        {
            T report = run(id, started);
            store.EndRun(id, "done", save(report));
            return report;
        }
        catch (OperationCanceledException)
        {
            store.EndRun(id, "cancelled", null);
            throw;
        }
        catch (AssayException)
        {
            // The store itself may be what failed.
            try
            {
                store.EndRun(id, "failed", null);
            }
            catch (AssayException) { }
            throw;
        }
    }

    /// <summary>Runs the steps, and compares small runs at several learning rates on the candidates: <c>assay judge proxies</c>.</summary>
    /// <param name="study">Which rates, beside which target.</param>
    /// <exception cref="AssayException">The recipe judges nothing, or something else that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished pieces are kept.</exception>
    public ProxyStudyReport Study(ProxyStudyOptions study)
    {
        (Flow flow, List<(string, Flow)> candidates) = RunCandidates();
        return new ProxyStudyStep(store, _steps, observer).Run(study, recipe, candidates, flow);
    }

    /// <summary>Runs the steps, and trains fixed models on the candidates at several scales: <c>assay judge tiers</c>.</summary>
    /// <param name="tiers">Which scales, tests and further submissions.</param>
    /// <param name="folder">Where tables and files are written.</param>
    /// <exception cref="AssayException">Something that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished pieces are kept.</exception>
    public StudyReport Study(TierOptions tiers, string folder)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (Flow flow, List<(string, Flow)> candidates) = RunCandidates();
        (Study study, bool cached) = new TierStep(store, _steps, observer).Run(tiers, recipe, candidates, flow);
        return new()
        {
            Method = "judge/tiers",
            Options = CanonicalJson.Of(tiers),
            Seed = recipe.Seed,
            Data = [recipe.Path],
            Rows = flow.View.Selection.Count,
            Study = study,
            Files = StudyRunner.Write(study, folder),
            Seconds = clock.Elapsed.TotalSeconds,
            Cached = cached,
        };
    }

    /// <summary>Runs the gates of the tiers and writes the rows of each: <c>assay tiers</c>.</summary>
    /// <param name="folder">Where rows, tables and the page's files are written.</param>
    /// <exception cref="AssayException">The recipe has no tiers, or something else that the user can mend went wrong.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; finished work is kept.</exception>
    public StudyReport BuildTiers(string folder)
    {
        if (recipe.Tiers is null)
            throw new AssayException(
                "the recipe has no tiers",
                new(recipe.Path),
                "Give it a section 'tiers:' with the gates of L1, L2, L3, L4; or run it with 'assay run'."
            );
        return Recorded(
            (id, _) =>
            {
                Stopwatch clock = Stopwatch.StartNew();
                observer.CandidateStarted("");
                (Flow flow, List<DatasetReport> datasets) = ReadData();
                TierBuilder builder = new(recipe, store, _steps, observer, cancellation);
                BuiltTiers built = builder.Build(flow);
                foreach ((int place, (string tier, string key)) in built.Lineage.Index())
                    store.AddLineage(id, place, tier, key);
                observer.CandidateStarted("");
                Study study = builder.StudyOf(built, datasets[0]);
                return new StudyReport
                {
                    Method = "tiers",
                    Options = "",
                    Seed = recipe.Seed,
                    Data = [recipe.Path],
                    Rows = flow.View.Selection.Count,
                    Study = study,
                    Files = [.. builder.Write(built, folder), .. StudyRunner.Write(study, folder)],
                    Seconds = clock.Elapsed.TotalSeconds,
                };
            },
            _ => null
        );
    }

    private (Flow Shared, List<(string, Flow)> Candidates) RunCandidates()
    {
        observer.CandidateStarted("");
        Flow flow = ReadData().Item1;
        (flow, _) = RunSteps(recipe.Steps, flow);
        List<(string, Flow)> candidates = [];
        foreach ((string name, IReadOnlyList<StepSpec> steps) in Candidates())
        {
            observer.CandidateStarted(name);
            candidates.Add((name, RunSteps(steps, flow).Item1));
        }
        observer.CandidateStarted("");
        return (flow, candidates);
    }

    private RunReport Run(string id, DateTimeOffset started)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int place = 0;
        void Record(string candidate, IEnumerable<string> keys)
        {
            foreach (string key in keys)
                store.AddLineage(id, place++, candidate, key);
        }

        observer.CandidateStarted("");
        (Flow flow, List<DatasetReport> datasets) = ReadData();
        (flow, List<StepReport> shared) = RunSteps(recipe.Steps, flow);
        Record("", flow.Path);

        List<(string Name, Flow Flow, List<StepReport> Steps)> candidates = [];
        foreach ((string name, IReadOnlyList<StepSpec> steps) in Candidates())
        {
            observer.CandidateStarted(name);
            (Flow end, List<StepReport> reports) = RunSteps(steps, flow);
            Record(name, end.Path.Skip(flow.Path.Count));
            candidates.Add((name, end, reports));
        }

        observer.CandidateStarted("");
        Judgement judgement = new JudgeStep(store, _steps, observer).Run(
            recipe,
            [.. candidates.Select(c => (c.Name, c.Flow))],
            flow
        );
        foreach ((string name, IReadOnlyList<Measurement> measurements) in judgement.Measurements)
        foreach (Measurement measurement in measurements)
            store.AddMeasurement(
                id,
                name,
                measurement.Metric,
                measurement.Interval.Mean,
                measurement.Interval.Low,
                measurement.Interval.High
            );

        (SignalAgreement? agreement, DomainReport? domains) = new CompareStep(store, _steps).Run(
            recipe.Data[recipe.Pool].Domain,
            flow,
            [.. candidates.Select(c => (c.Name, c.Flow))]
        );
        RunReport report = new()
        {
            RunId = id,
            RecipePath = recipe.Path,
            RecipeText = recipe.Text,
            Overrides = recipe.Overrides,
            Versions = Versions,
            Seed = recipe.Seed,
            Started = started,
            Seconds = 0,
            Threads = options.Threads,
            PeakMemoryBytes = 0,
            Datasets = datasets,
            Steps = shared,
            Candidates =
            [
                .. candidates.Select(candidate => new CandidateReport
                {
                    Name = candidate.Name,
                    Steps = candidate.Steps,
                    Rows = candidate.Flow.View.Selection.Count,
                    Bytes = judgement.Bytes(candidate.Name),
                    Measurements = judgement.Measurements[candidate.Name],
                    DifferenceToBest = judgement.DifferenceToBest.GetValueOrDefault(candidate.Name, []),
                }),
            ],
            Notes = judgement.Notes,
            Agreement = agreement,
            Domains = domains,
            Frontier = judgement.Frontier,
        };
        if (recipe.Export is { } export)
        {
            string chosen =
                export.Candidate != ExportOptions.Best
                    ? export.Candidate
                    : judgement.Frontier?.Best ?? candidates[0].Name;
            observer.CandidateStarted("");
            int index = candidates.FindIndex(candidate => candidate.Name == chosen);
            report = report with
            {
                Export = new Exporter(store, _steps, observer).Export(
                    export,
                    recipe,
                    report,
                    report.Candidates[index],
                    candidates[index].Flow
                ),
            };
        }
        return report with { Seconds = clock.Elapsed.TotalSeconds, PeakMemoryBytes = PeakMemory() };
    }

    private (Flow, List<DatasetReport>) ReadData()
    {
        DatasetLoader loader = new(store, options, observer, _steps);
        List<DatasetReport> reports = [];
        Flow? flow = null;
        var others = ImmutableSortedDictionary<string, (View, string)>.Empty;
        foreach ((string name, SourceOptions source) in recipe.Data)
        {
            (Dataset dataset, string key, DatasetReport report) = loader.Load(name, source);
            reports.Add(report);
            (View view, key) = loader.Part(dataset, key, source);
            flow ??= new(view, key, [], others, [key], []);
            others = others.Add(name, (view, key));
        }
        return (flow! with { Datasets = others }, reports);
    }

    private (Flow, List<StepReport>) RunSteps(IReadOnlyList<StepSpec> steps, Flow flow)
    {
        List<StepReport> reports = [];
        foreach (StepSpec step in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            (flow, IReadOnlyList<StepReport> done) = _steps.Run(step, flow, recipe.Seed);
            reports.AddRange(done);
            StepReport report = done[^1];
            if (report is { RowsOut: 0, RowsIn: > 0 })
                throw new AssayException(
                    $"{step.Name} left no row of {report.RowsIn:N0}",
                    step.Where,
                    "Reasons: "
                        + string.Join(
                            ", ",
                            report.Reasons.Take(3).Select(reason => $"{reason.Reason} {reason.Rows:N0}")
                        )
                        + "."
                );
        }
        return (flow, reports);
    }

    private IEnumerable<(string, IReadOnlyList<StepSpec>)> Candidates() =>
        recipe.Candidates.Count > 0 ? recipe.Candidates.Select(c => (c.Key, c.Value))
        : recipe.Data[recipe.Pool].Table && recipe.Export is null ? [] // a table of measurements is no text to train on
        : [("all", [])];

    private static IReadOnlyDictionary<string, string> Versions { get; } =
        new Dictionary<string, string>
        {
            ["assay"] = typeof(RecipeRunner).Assembly.GetName().Version!.ToString(3),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["processor"] = $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores",
        };

    // The working set of Process is that of now; Linux keeps the peak.
    private static long PeakMemory()
    {
        const string line = "VmHWM:";
        if (File.Exists("/proc/self/status"))
            foreach (string status in File.ReadLines("/proc/self/status"))
                if (status.StartsWith(line, StringComparison.Ordinal))
                    return long.Parse(status.AsSpan(line.Length).Trim().TrimEnd("kB").Trim()) * 1024;
        return Process.GetCurrentProcess().PeakWorkingSet64;
    }
}
