using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Make;
using Assay.Numerics;
using Assay.Select;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>Builds the tiers of a recipe: runs each gate on what passed the one before, and says what every tier has, where it comes from, what it cost.</summary>
/// <remarks>
/// <para>
/// Source: "Data Science and Technology Towards AGI Part I: Tiered Data Management", arXiv 2602.09003: raw, filtered, selected, refined, organised. A row that passes a gate is the same row, one tier up; rows that a
/// gate makes name theirs in the column <c>parents</c>. So no row is more than one tier above its parents, but where the recipe says why a tier is skipped.
/// </para>
/// <para>
/// Gates are steps, kept in the store as those of any recipe: nothing that passed is looked at twice, by whichever run. Tiers belong to the data and the gates, and not to the store: a row is demoted by a gate that
/// says so (<c>select/withdraw</c>), and whatever was made from it goes with it.
/// </para>
/// </remarks>
internal sealed class TierBuilder(
    Recipe recipe,
    Store store,
    StepRunner steps,
    IRunObserver observer,
    CancellationToken cancellation
)
{
    /// <summary>What stands before the name of a tier in a run's lineage; no candidate can be called so.</summary>
    public const string Label = "tier ";

    /// <summary>The column in which made rows name the ids of the rows that they were made from.</summary>
    public const string Parents = "parents";

    private TiersOptions Options => recipe.Tiers!;

    /// <summary>Runs the gates.</summary>
    /// <param name="raw">The rows as they were read: L0.</param>
    public BuiltTiers Build(Flow raw)
    {
        List<(string, string)> lineage = [("", raw.Path[0])];
        List<BuiltTier> tiers = [];
        Flow flow = raw;
        foreach ((string name, int level, IReadOnlyList<StepSpec> gate) in Options.Gates())
        {
            observer.CandidateStarted(name);
            Flow before = flow;
            List<GateStep> done = [];
            foreach (StepSpec step in gate)
            {
                cancellation.ThrowIfCancellationRequested();
                GateStep one = step.Method.Verb == "make" ? Make(step, flow) : Run(step, flow);
                done.Add(one);
                foreach (string key in one.Flow.Path.Skip(step.Method.Verb == "make" ? 0 : flow.Path.Count))
                    lineage.Add((Label + name, key));
                flow = one.Flow;
            }
            if (flow.View.Selection.Count == 0)
                throw new AssayException(
                    $"no row passes the gate of {name}",
                    gate[^1].Where,
                    "Reasons: "
                        + string.Join(", ", Reasons(done).Take(3).Select(reason => $"{reason.Reason} {reason.Rows:N0}"))
                        + "."
                );
            tiers.Add(new(name, level, before, flow, done));
        }
        return new(raw, tiers, lineage);
    }

    /// <summary>Writes the rows whose highest tier is each: <c>L1.jsonl</c>, with ids, tier, and why they stopped there.</summary>
    public IReadOnlyList<string> Write(BuiltTiers built, string folder)
    {
        List<string> files = [];
        foreach ((int i, BuiltTier tier) in built.Tiers.Index())
        {
            BuiltTier? next = i + 1 < built.Tiers.Count ? built.Tiers[i + 1] : null;
            bool goesOn = next is not null && ReferenceEquals(next.After.View.Dataset, tier.After.View.Dataset);
            Dictionary<int, string> stopped = goesOn ? StoppedAt(next!) : [];
            View rows = goesOn
                ? tier.After.View.With(tier.After.View.Selection.Where(stopped.ContainsKey))
                : tier.After.View;
            double[] level = new double[rows.Dataset.RowCount];
            Array.Fill(level, tier.Level);
            string path = Path.Combine(folder, tier.Name + ".jsonl");
            JsonlWriter.Write(
                path,
                rows.With(signals: [new("tier", level)]),
                steps.WorkFor(StepKey.Of("tiers", tier.Name, tier.After.Key), "write", recipe.Seed),
                new()
                {
                    Ids = true,
                    Signals = ["tier"],
                    Reason = goesOn ? row => $"{next!.Name}: {stopped[row]}" : null,
                }
            );
            files.Add(path);
        }
        return files;
    }

    /// <summary>What is to be said of the tiers.</summary>
    public Study StudyOf(BuiltTiers built, DatasetReport read)
    {
        TierLine[] lines = [.. Lines(built)];
        (IReadOnlyList<Panel> verified, string gains) = Options.Verify is { } verify
            ? new TierVerification(recipe, store, steps, observer, cancellation).Run(verify, built, lines)
            : ([], "");
        (string Gate, string Step, string Reason, long Rows, double Share)[] stopped =
        [
            .. built.Tiers.SelectMany(tier =>
                tier.Steps.SelectMany(step =>
                    step.Report.Reasons.Select(reason =>
                        (
                            tier.Name,
                            step.Report.Method,
                            reason.Reason,
                            reason.Rows,
                            (double)reason.Rows / Math.Max(1, tier.Before.View.Selection.Count)
                        )
                    )
                )
            ),
        ];
        TierLine highest = lines[^1];
        return new()
        {
            Title = "Data tiers",
            Answer =
                string.Join(
                    " ",
                    lines
                        .Skip(1)
                        .Select(line =>
                            Text(
                                $"{line.Name} {(line.IsMade ? "makes" : "keeps")} {line.Rows:N0} rows{(line.IsMade ? $" of {line.From:N0}" : Text($" of {line.From:N0} ({line.Yield:P1})"))}."
                            )
                        )
                ) + (gains.Length > 0 ? " " + gains : ""),
            Facts =
            [
                new("Raw rows", Text($"{lines[0].Rows:N0}"), new ByteSize(lines[0].Bytes).ToString() + " of text"),
                new("Highest tier", highest.Name, Text($"{highest.Rows:N0} rows, {new ByteSize(highest.Bytes)}")),
                new(
                    "Cost",
                    Text($"{lines.Sum(line => line.Seconds):0.0} s"),
                    Text($"of computing, and {lines.Sum(line => line.Price):0.####} for replies")
                ),
            ],
            Panels =
            [
                new TablePanel
                {
                    Title = "Tiers",
                    Note =
                        "Yield is of the rows that came to the gate. Seconds are those of the gate's steps when they ran; price is what its replies cost.",
                    Columns =
                    [
                        TableColumn.Of("tier", lines.Select(line => line.Name)),
                        TableColumn.Of("rows", lines.Select(line => (double)line.Rows), 0),
                        TableColumn.Of("bytes", lines.Select(line => (double)line.Bytes), 0, "bytes"),
                        TableColumn.Of("yield", lines.Select(line => line.Yield), unit: "share"),
                        TableColumn.Of("seconds", lines.Select(line => line.Seconds), 1),
                        TableColumn.Of("price", lines.Select(line => line.Price), 4),
                        TableColumn.Of("gate", lines.Select(line => line.Gate)),
                    ],
                },
                new TablePanel
                {
                    Title = "Why rows stopped",
                    Note = "'assay explain' says it of any row.",
                    Shown = 100,
                    Columns =
                    [
                        TableColumn.Of("gate", stopped.Select(reason => reason.Gate)),
                        TableColumn.Of("step", stopped.Select(reason => reason.Step)),
                        TableColumn.Of("reason", stopped.Select(reason => reason.Reason)),
                        TableColumn.Of("rows", stopped.Select(reason => (double)reason.Rows), 0),
                        TableColumn.Of("share", stopped.Select(reason => reason.Share), unit: "share"),
                    ],
                },
                .. built
                    .Tiers.SelectMany(tier => tier.Steps)
                    .Where(step => step.Made is not null)
                    .SelectMany(step => step.Made!.Study.Panels),
                .. verified,
            ],
            Notes =
            [
                .. Options.Skip.Select(skip => $"{skip.Key} is left out: {skip.Value}."),
                .. built
                    .Tiers.SelectMany(tier => tier.Steps.Select(step => (tier.Name, step)))
                    .SelectMany(one =>
                        one.step.Report.Notes.Select(note => $"{one.Name}, {one.step.Report.Method}: {note}.")
                            .Concat(
                                one.step.Made is { } made
                                    ? [$"{one.Name}: {made.Study.Answer}", .. made.Study.Notes]
                                    : []
                            )
                    ),
                .. read.Quarantined + read.Skipped > 0
                    ? (string[])[$"{read.Quarantined + read.Skipped:N0} rows could not be read, and are of no tier."]
                    : [],
            ],
        };
    }

    private IEnumerable<TierLine> Lines(BuiltTiers built)
    {
        long Bytes(View view) => RowSizes.Read(view, steps.WorkFor("tiers-bytes", "bytes", 0)).Bytes(view.Selection);
        double seconds = store.FindStep(built.Raw.Path[0])?.Seconds ?? 0;
        yield return new(
            "L0",
            built.Raw.View.Selection.Count,
            Bytes(built.Raw.View),
            built.Raw.View.Selection.Count,
            seconds,
            0,
            "read",
            false
        );
        foreach (BuiltTier tier in built.Tiers)
        {
            yield return new(
                tier.Name,
                tier.After.View.Selection.Count,
                Bytes(tier.After.View),
                tier.Before.View.Selection.Count,
                tier.Steps.Sum(step => step.Report.Seconds),
                tier.Steps.Sum(step => (double)(step.Made?.Usage?.Cost ?? 0)),
                string.Join(", ", tier.Steps.Select(step => step.Report.Method)),
                tier.Steps[0].Made is not null
            );
        }
    }

    private GateStep Run(StepSpec step, Flow flow)
    {
        (Flow after, IReadOnlyList<StepReport> reports) = steps.Run(step, flow, recipe.Seed);
        return new(after, reports[^1] with { Seconds = reports.Sum(report => report.Seconds) });
    }

    // Made rows are a dataset of their own, which the rest of the gate looks at.
    private GateStep Make(StepSpec step, Flow flow)
    {
        string key = StepKey.Of([
            "make",
            step.Name,
            step.Method.Revision.ToString(),
            CanonicalJson.Of(step.Options),
            recipe.Seed.ToString(),
            flow.Key,
            .. flow.ValueKeys,
            .. flow.Datasets.SelectMany(other => (string[])[other.Key, other.Value.Key]),
            .. ModelFolders.KeysOf(step.Method.Shape, step.Options),
        ]);
        StoredStep? stored = steps.Find(key);
        bool cached = stored is not null;
        observer.StepStarted(step.Name, step.Written, cached);
        stored ??= Made(step, flow, key);
        StepOutputs outputs = StepOutputs.FromJson(stored.Outputs);
        MadeTier made = JsonSerializer.Deserialize(
            store.Objects.Get(outputs.Findings!),
            TierBuilderJson.Default.MadeTier
        )!;
        Dataset dataset = new(
            step.Name,
            key,
            new Schema(made.Schema),
            made.Text,
            made.Tables,
            index => Table.Read(store.Objects.PathOf(outputs.Tables![index]))
        );
        StepReport report = new()
        {
            Method = step.Name,
            Options = step.Written,
            RowsIn = flow.View.Selection.Count,
            RowsOut = dataset.RowCount,
            Seconds = stored.Seconds,
            Cached = cached,
        };
        observer.StepFinished(report);
        return new(new(new(dataset), key, [], flow.Datasets, [key], [step.Name]), report, made);
    }

    private StoredStep Made(StepSpec step, Flow flow, string key)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, steps.WorkFor(key, step.Name, 0).Threads));
        Made made;
        try
        {
            made = ((IMaker)step.Method.Create(step.Options)).Make(
                flow.View,
                steps.WorkFor(key, step.Name, recipe.Seed, flow)
            );
        }
        catch (AssayException failure) when (failure.Where is null)
        {
            throw new AssayException($"{step.Name}: {failure.Message}", step.Where, failure.Hint, failure);
        }
        if (made.Rows.Schema.Find(Parents) is null)
            throw new AssayException(
                $"{step.Name} does not say which rows its rows were made from, and a tier's rows know their parents",
                step.Where,
                $"Use a method whose rows have a column '{Parents}', such as make/refined."
            );
        StepOutputs outputs = new()
        {
            Tables =
            [
                .. Enumerable
                    .Range(0, made.Rows.Tables.Count)
                    .Select(index =>
                    {
                        using Table table = made.Rows.Read(index);
                        return store.Objects.Put(Stored(table));
                    }),
            ],
            Findings = store.Objects.Put(
                JsonSerializer.SerializeToUtf8Bytes(
                    new MadeTier(
                        [.. made.Rows.Schema],
                        [.. made.Rows.Tables],
                        made.Rows.TextColumn,
                        made.Study,
                        made.Usage
                    ),
                    TierBuilderJson.Default.MadeTier
                )
            ),
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
        store.Sweep(key);
        return stored;
    }

    private static byte[] Stored(Table table)
    {
        using TableBuilder copy = new(table.Sources.Count > 0 ? table.Sources[0] : "made");
        for (int row = 0; row < table.RowCount; row++)
        {
            foreach (Column column in table.Columns)
            {
                ColumnBuilder to = copy.Column(column.Field.Name);
                if (column.IsNull(row))
                    to.SetMissing();
                else if (column.Type == ColumnType.Text)
                    to.Set(column.Utf8(row));
                else if (column.Type == ColumnType.Json)
                    to.SetJson(column.Utf8(row));
                else if (column.Type == ColumnType.Int64)
                    to.Set(column.Int64(row));
                else if (column.Type == ColumnType.Bool)
                    to.Set(column.Bool(row));
                else
                    to.Set(column.Float64(row));
            }
            copy.EndRow(table.Ids[row], table.Offsets[row]);
        }
        using MemoryStream bytes = new();
        copy.WriteTo(bytes);
        return bytes.ToArray();
    }

    private static IEnumerable<ReasonReport> Reasons(IEnumerable<GateStep> done) =>
        done.SelectMany(step => step.Report.Reasons).OrderByDescending(reason => reason.Rows);

    private Dictionary<int, string> StoppedAt(BuiltTier tier)
    {
        Dictionary<int, string> stopped = [];
        foreach (string key in tier.After.Path.Skip(tier.Before.Path.Count))
            if (store.FindStep(key) is { } stored && StepOutputs.FromJson(stored.Outputs).Drops is { } hash)
            {
                Drops drops = StoredForms.ReadDrops(store.Objects.Get(hash));
                for (int i = 0; i < drops.Rows.Length; i++)
                    stopped.TryAdd(drops.Rows[i], drops.Reasons[drops.ReasonOf[i]]);
            }
        return stopped;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The tiers of a recipe.</summary>
/// <param name="Raw">L0: the rows as they were read.</param>
/// <param name="Tiers">Those with gates, from the lowest.</param>
/// <param name="Lineage">The step that read the rows, then those of the gates with their tier's label.</param>
internal sealed record BuiltTiers(
    Flow Raw,
    IReadOnlyList<BuiltTier> Tiers,
    IReadOnlyList<(string Tier, string Key)> Lineage
);

/// <summary>One tier.</summary>
/// <param name="Name"><c>L2</c>.</param>
/// <param name="Level">2.</param>
/// <param name="Before">What came to its gate.</param>
/// <param name="After">What passed it.</param>
/// <param name="Steps">The steps of its gate.</param>
internal sealed record BuiltTier(string Name, int Level, Flow Before, Flow After, IReadOnlyList<GateStep> Steps);

/// <summary>One step of a gate.</summary>
/// <param name="Flow">The rows behind it.</param>
/// <param name="Report">What it did.</param>
/// <param name="Made">What is known of rows that it made, or null.</param>
internal sealed record GateStep(Flow Flow, StepReport Report, MadeTier? Made = null);

/// <summary>Rows that a gate made, as the store keeps them beside their tables.</summary>
internal sealed record MadeTier(
    Field[] Schema,
    TableInfo[] Tables,
    string Text,
    Study Study,
    Learning.ChatUsage? Usage
);

/// <summary>A tier in figures.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">Its rows, those of higher tiers among them where they are the same rows.</param>
/// <param name="Bytes">Their text.</param>
/// <param name="From">Rows that came to the gate.</param>
/// <param name="Seconds">What the gate took when it ran.</param>
/// <param name="Price">What its replies cost.</param>
/// <param name="Gate">Its methods.</param>
/// <param name="IsMade">Whether the gate makes its rows.</param>
internal sealed record TierLine(
    string Name,
    long Rows,
    long Bytes,
    long From,
    double Seconds,
    double Price,
    string Gate,
    bool IsMade
)
{
    /// <summary>Rows for each row that came to the gate.</summary>
    public double Yield => From == 0 ? 0 : (double)Rows / From;
}

[JsonSerializable(typeof(MadeTier))]
internal sealed partial class TierBuilderJson : JsonSerializerContext;
