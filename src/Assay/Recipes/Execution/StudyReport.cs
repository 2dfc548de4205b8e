using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>A study and what it was made from: what <c>assay plan</c> and <c>assay judge</c> print as JSON and show as a page.</summary>
public sealed record StudyReport
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>Its options as one would write them in a recipe; empty where all are defaults.</summary>
    public required string Options { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The data that were given.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Rows of the data.</summary>
    public required long Rows { get; init; }

    /// <summary>What was found.</summary>
    public required Study Study { get; init; }

    /// <summary>Files that were written.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if the study came from the store.</summary>
    [JsonIgnore]
    public bool Cached { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StudyJson.Default.StudyReport);
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(StudyReport))]
internal sealed partial class StudyJson : JsonSerializerContext;
