using Assay.Data;
using Assay.Features;

namespace Assay.Judge;

internal enum MetricKind
{
    BitsPerByte,
    Cloze,
    Accuracy,
    LogLoss,
    Distinct,
    Diversity,
    Set,
    Rows,
    Bytes,
    Tokens,
}

/// <summary>A metric as the recipe names it.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Kind">What is measured.</param>
/// <param name="Target">The dataset after <c>@</c>, or empty.</param>
/// <param name="Words">N of <c>distinct-N</c>, or 0.</param>
/// <param name="Of">The measure of a sample of rows, or null.</param>
internal sealed record Metric(string Name, MetricKind Kind, string Target = "", int Words = 0, SetMeasure? Of = null)
{
    private static string Known =>
        "bits-per-byte@<dataset>, cloze@<dataset>, accuracy@<dataset>, log-loss@<dataset>, distinct-1 to distinct-5, diversity, rows, bytes, tokens; of a sample of rows "
        + string.Join(", ", OfSets.Select(measure => measure.Name));

    // What the whole training text is counted for is no measure of a sample.
    private static IEnumerable<SetMeasure> OfSets =>
        SetMeasure.All.Where(measure =>
            !measure.IsRelative
            && measure.Name != "diversity"
            && !measure.Name.StartsWith("distinct-", StringComparison.Ordinal)
        );

    private static readonly (string Prefix, MetricKind Kind)[] OfTargets =
    [
        ("bits-per-byte", MetricKind.BitsPerByte),
        ("cloze", MetricKind.Cloze),
        ("accuracy", MetricKind.Accuracy),
        ("log-loss", MetricKind.LogLoss),
    ];

    /// <summary>What can be known of every candidate without training anything; <c>rows</c> and <c>bytes</c> always are.</summary>
    public static IReadOnlyList<string> Sizes { get; } = ["rows", "bytes", "tokens"];

    public string Unit =>
        Kind switch
        {
            MetricKind.BitsPerByte => "bits/byte",
            MetricKind.LogLoss => "nats",
            MetricKind.Cloze or MetricKind.Accuracy or MetricKind.Distinct or MetricKind.Diversity => "share",
            MetricKind.Rows => "rows",
            MetricKind.Set => Of!.Unit,
            MetricKind.Tokens => "tokens",
            _ => "bytes",
        };

    /// <summary>What stands before the <c>@</c> of a metric that is measured on a dataset.</summary>
    public static string Prefix(MetricKind kind) => Array.Find(OfTargets, of => of.Kind == kind).Prefix;

    public static Metric Parse(string name) =>
        name switch
        {
            "rows" => new(name, MetricKind.Rows),
            "bytes" => new(name, MetricKind.Bytes),
            "tokens" => new(name, MetricKind.Tokens),
            "diversity" => new(name, MetricKind.Diversity),
            ['d', 'i', 's', 't', 'i', 'n', 'c', 't', '-', >= '1' and <= '5' and char n] => new(
                name,
                MetricKind.Distinct,
                Words: n - '0'
            ),
            _ when name.Split('@', 2) is [var prefix, { Length: > 0 } target]
                    && Array.FindIndex(OfTargets, of => of.Prefix == prefix) is >= 0 and var at => new(
                name,
                OfTargets[at].Kind,
                target
            ),
            _ when OfSets.FirstOrDefault(measure => measure.Name == name) is { } of => new(
                name,
                MetricKind.Set,
                Of: of
            ),
            _ => throw new AssayException($"judge: there is no metric '{name}'", hint: $"Known: {Known}."),
        };
}
