using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Value;

namespace Assay.Recipes.Execution;

/// <summary>What <c>assay value</c> found: what its report shows and <c>--json</c> prints.</summary>
public sealed record ValueReport
{
    /// <summary>The method, such as <c>value/shapley</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Its options as written; empty where all are at their defaults.</summary>
    public required string Options { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The files as the user named them.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The column of the label, or null where the method knows of none.</summary>
    public string? Label { get; init; }

    /// <summary>Rows that were valued.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that they were judged by; 0 if the method needs none.</summary>
    public required long TestRows { get; init; }

    /// <summary>Rows of the data that were held out to be judged by, and have no value; 0 where a test was given.</summary>
    public required long HeldOutRows { get; init; }

    /// <summary>The signals, the value first.</summary>
    public required IReadOnlyList<SignalReport> Signals { get; init; }

    /// <summary>The lower of two groups of values, or null where values say nothing about labels.</summary>
    public Suspects? Suspects { get; init; }

    /// <summary>The lowest values, lowest first.</summary>
    public required IReadOnlyList<PlacedRow> Lowest { get; init; }

    /// <summary>What training without some of the rows gives, or null if it was not measured.</summary>
    public ValueCurves? Curves { get; init; }

    /// <summary>Why there are no curves; empty if there are.</summary>
    public string NoCurves { get; init; } = "";

    /// <summary>Rows that the cleaned file leaves out, or null if there is no such file.</summary>
    public long? Dropped { get; init; }

    /// <summary>Files that were written.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if the values came from the store.</summary>
    [JsonIgnore]
    public bool Cached { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ValueJson.Default.ValueReport);
}

/// <summary>The lower of two groups of values: exact 2-means in one dimension.</summary>
/// <param name="Rows">How many rows are in it.</param>
/// <param name="Share">As a share of all.</param>
/// <param name="Edge">The highest value in it.</param>
/// <param name="Explained">
/// The share of the values' variance that lies between the two groups. Values of one normal distribution have 0.64 too, so
/// only more than that speaks for two kinds of rows.
/// </param>
public sealed record Suspects(long Rows, double Share, double Edge, double Explained)
{
    /// <summary>What cutting one normal distribution in the middle explains: 2 / pi.</summary>
    public const double OfNormal = 0.6366;

    /// <summary>Whether the lower group can be called the exception: less than half of the rows.</summary>
    public bool AreFew => Share < 0.5;
}

/// <summary>A row and its value.</summary>
/// <param name="Row">Its beginning, or its fields where it has no text.</param>
/// <param name="Place">Where in its file: <c>line 17</c>.</param>
/// <param name="Label">What stands in the column of the label; empty without one.</param>
/// <param name="Value">Its value.</param>
/// <param name="Error">The standard error of the value, where the method gives one.</param>
public sealed record PlacedRow(RowExcerpt Row, string Place, string Label, double Value, double? Error);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ValueReport))]
internal sealed partial class ValueJson : JsonSerializerContext;
