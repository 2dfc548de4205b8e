using System.Text.Json;
using Assay.Describe;
using Assay.Judge;
using Assay.Plan;
using Assay.Studies;

namespace Assay.Recipes;

/// <summary>Everything that a finished run has to say: what the report shows and <c>--json</c> prints.</summary>
public sealed record RunReport
{
    /// <summary>The run's id in the store.</summary>
    public required string RunId { get; init; }

    /// <summary>The recipe's path as the user wrote it.</summary>
    public required string RecipePath { get; init; }

    /// <summary>The recipe's text, with <c>--set</c> and <c>--data</c> changes listed in <see cref="Overrides"/>.</summary>
    public required string RecipeText { get; init; }

    /// <summary>Changes made on the command line, as <c>key=value</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Assay, runtime and operating system versions, by name.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The recipe's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When the run started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Wall-clock seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Threads used.</summary>
    public required int Threads { get; init; }

    /// <summary>Peak resident memory in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>The datasets that were read.</summary>
    public required IReadOnlyList<DatasetReport> Datasets { get; init; }

    /// <summary>The shared steps, in order.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>The candidates, in the recipe's order.</summary>
    public required IReadOnlyList<CandidateReport> Candidates { get; init; }

    /// <summary>What a reader of the candidates' measurements should know: the proxies' learning rate, rankings that are luck.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How far the signals agree, or null where there are fewer than two.</summary>
    public SignalAgreement? Agreement { get; init; }

    /// <summary>What the candidates chose from which domain, or null where there is but one.</summary>
    public DomainReport? Domains { get; init; }

    /// <summary>The frontier over the candidates, or null without a <c>frontier:</c> section.</summary>
    public FrontierReport? Frontier { get; init; }

    /// <summary>What was exported, or null.</summary>
    public ExportReport? Export { get; init; }

    /// <summary>The report as JSON, indented: what <c>assay run --json</c> prints.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Execution.StoredJson.Default.RunReport);
}

/// <summary>One dataset as it was read.</summary>
/// <param name="Name">Its name in the recipe.</param>
/// <param name="Fingerprint">Hash of its content.</param>
/// <param name="Files">Number of files.</param>
/// <param name="Bytes">Bytes of the files.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Quarantined">Bad rows put aside.</param>
/// <param name="Skipped">Bad rows skipped.</param>
public sealed record DatasetReport(
    string Name,
    string Fingerprint,
    int Files,
    long Bytes,
    long Rows,
    long Quarantined,
    long Skipped
);

/// <summary>One step of the recipe.</summary>
public sealed record StepReport
{
    /// <summary>The method, such as <c>select/dedup</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Its options as written in the recipe, on one line; empty without any.</summary>
    public required string Options { get; init; }

    /// <summary>Rows before and after.</summary>
    public required long RowsIn { get; init; }

    /// <summary>Rows after.</summary>
    public required long RowsOut { get; init; }

    /// <summary>Wall-clock seconds; of the earlier run that computed it if <see cref="Cached"/>.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if the result came from the store.</summary>
    public required bool Cached { get; init; }

    /// <summary>Drops by reason, most frequent first, with a few examples each.</summary>
    public IReadOnlyList<ReasonReport> Reasons { get; init; } = [];

    /// <summary>The largest groups of duplicates, for deduplication.</summary>
    public IReadOnlyList<ClusterReport> Clusters { get; init; } = [];

    /// <summary>What the step has to say of itself: what it chose, and warnings.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Signals computed, each with its distribution.</summary>
    public IReadOnlyList<SignalReport> Signals { get; init; } = [];

    /// <summary>The label, for <c>describe/label</c>.</summary>
    public Label? Label { get; init; }

    /// <summary>What a study found, for methods of the verbs judge and plan.</summary>
    public Study? Study { get; init; }
}

/// <summary>Rows dropped for one reason.</summary>
/// <param name="Reason">Such as <c>gopher_quality.short_doc</c>.</param>
/// <param name="Rows">How many.</param>
/// <param name="Examples">A few of them.</param>
public sealed record ReasonReport(string Reason, long Rows, IReadOnlyList<RowExcerpt> Examples);

/// <summary>The beginning of a row.</summary>
/// <param name="Id">The row's id, as <c>assay explain</c> takes it.</param>
/// <param name="Source">Its source file.</param>
/// <param name="Text">Its first few hundred characters.</param>
/// <param name="Bytes">Length of the whole text in bytes.</param>
public sealed record RowExcerpt(string Id, string Source, string Text, long Bytes);

/// <summary>A group of duplicates.</summary>
/// <param name="Size">Rows in the group, the kept one included.</param>
/// <param name="Kept">The row that was kept.</param>
/// <param name="Dropped">A few of the others.</param>
public sealed record ClusterReport(int Size, RowExcerpt Kept, IReadOnlyList<RowExcerpt> Dropped);

/// <summary>The distribution of a signal over the rows in view.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">Rows that have it.</param>
/// <param name="Quantiles">Value at each of the probabilities 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.</param>
/// <param name="Edges">Histogram: n + 1 ascending edges.</param>
/// <param name="Counts">Histogram: n counts.</param>
public sealed record SignalReport(
    string Name,
    long Count,
    IReadOnlyList<double> Quantiles,
    IReadOnlyList<double> Edges,
    IReadOnlyList<long> Counts
)
{
    /// <summary>What the method says of it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>The rows with the highest values, the highest first.</summary>
    public IReadOnlyList<ValuedRow> Highest { get; init; } = [];

    /// <summary>The rows with the lowest values, the lowest first.</summary>
    public IReadOnlyList<ValuedRow> Lowest { get; init; } = [];
}

/// <summary>A row and its value.</summary>
/// <param name="Value">Its value of a signal.</param>
/// <param name="Row">The row.</param>
public sealed record ValuedRow(double Value, RowExcerpt Row);

/// <summary>How far signals put rows into the same order: Spearman's rank correlation of each pair.</summary>
/// <param name="Names">The signals; one that a candidate computed stands behind its name.</param>
/// <param name="Correlations">A row for each signal, a number in [-1, 1] for each; null where a signal does not vary, or fewer than three rows have both.</param>
/// <param name="Rows">Rows that were looked at: all, or an even sample.</param>
public sealed record SignalAgreement(
    IReadOnlyList<string> Names,
    IReadOnlyList<IReadOnlyList<double?>> Correlations,
    long Rows
);

/// <summary>From which domains the candidates took their rows.</summary>
/// <param name="By">What a domain is: a column, or <c>source file</c>.</param>
/// <param name="Domains">Names of the domains, the largest first.</param>
/// <param name="Rows">Rows of each that the candidates could choose from.</param>
/// <param name="Chosen">For each candidate, in order, the rows that it took of each domain, repeats counted.</param>
public sealed record DomainReport(
    string By,
    IReadOnlyList<string> Domains,
    IReadOnlyList<long> Rows,
    IReadOnlyList<IReadOnlyList<long>> Chosen
);

/// <summary>One candidate: a way to spend the budget.</summary>
public sealed record CandidateReport
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its steps.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>Rows it keeps.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of text it keeps.</summary>
    public required long Bytes { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<Measurement> Measurements { get; init; }

    /// <summary>For each metric of the frontier, this candidate minus the best one, paired by seed; empty for the best one.</summary>
    public IReadOnlyList<Measurement> DifferenceToBest { get; init; } = [];
}

/// <summary>What was exported.</summary>
/// <param name="Candidate">Which candidate.</param>
/// <param name="Files">Paths of the files.</param>
/// <param name="Rows">Rows written.</param>
/// <param name="Bytes">Bytes written.</param>
public sealed record ExportReport(string Candidate, IReadOnlyList<string> Files, long Rows, long Bytes);
