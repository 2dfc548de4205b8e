using Assay.Data;

namespace Assay.Judge;

internal enum MetricKind
{
    BitsPerByte,
    Distinct,
    Rows,
    Bytes,
}

/// <summary>A metric as the recipe names it.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Kind">What is measured.</param>
/// <param name="Target">The dataset after <c>@</c>, or empty.</param>
/// <param name="Words">N of <c>distinct-N</c>, or 0.</param>
internal sealed record Metric(string Name, MetricKind Kind, string Target = "", int Words = 0)
{
    private const string Known = "bits-per-byte@<dataset>, distinct-1 to distinct-5, rows, bytes";
    private const string BitsPerByte = "bits-per-byte";

    public string Unit =>
        Kind switch
        {
            MetricKind.BitsPerByte => "bits/byte",
            MetricKind.Distinct => "share",
            MetricKind.Rows => "rows",
            _ => "bytes",
        };

    /// <summary>What stands before the <c>@</c> of a metric that is measured on a dataset.</summary>
    public static string Prefix(MetricKind kind) =>
        kind == MetricKind.BitsPerByte ? BitsPerByte : throw new ArgumentOutOfRangeException(nameof(kind), kind, null);

    public static Metric Parse(string name) =>
        name switch
        {
            "rows" => new(name, MetricKind.Rows),
            "bytes" => new(name, MetricKind.Bytes),
            ['d', 'i', 's', 't', 'i', 'n', 'c', 't', '-', >= '1' and <= '5' and char n] => new(
                name,
                MetricKind.Distinct,
                Words: n - '0'
            ),
            _ when name.Split('@', 2) is [BitsPerByte, { Length: > 0 } target] => new(
                name,
                MetricKind.BitsPerByte,
                target
            ),
            _ => throw new AssayException($"judge: there is no metric '{name}'", hint: $"Known: {Known}."),
        };
}
