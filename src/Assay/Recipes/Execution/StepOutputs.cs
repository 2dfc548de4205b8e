using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Recipes.Execution;

/// <summary>Hashes of the objects that a finished step made, as the store keeps them.</summary>
internal sealed record StepOutputs
{
    public string? Selection { get; init; }
    public string? Drops { get; init; }

    /// <summary>One entry per table of the dataset; null where no text changed.</summary>
    public string?[]? Edits { get; init; }

    /// <summary>The signals in the order of the method, the one that it is about first.</summary>
    public OrderedDictionary<string, string> Signals { get; init; } = [];

    public SortedDictionary<string, string> SetAside { get; init; } = [];

    /// <summary>What the step says of itself, as JSON: a report, a label, measurements.</summary>
    public string? Findings { get; init; }

    /// <summary>Tables of a dataset that was read.</summary>
    public string[]? Tables { get; init; }

    /// <summary>JSON Lines files of the rows that could not be read.</summary>
    public string[] BadRows { get; init; } = [];

    /// <summary>All objects, to see whether they are still there.</summary>
    [JsonIgnore]
    public IEnumerable<string> All =>
        new[] { Selection, Drops, Findings }
            .Concat(Edits ?? [])
            .Concat(Signals.Values)
            .Concat(SetAside.Values)
            .Concat(Tables ?? [])
            .Concat(BadRows)
            .OfType<string>();

    public string ToJson() => JsonSerializer.Serialize(this, StoredJson.Default.StepOutputs);

    public static StepOutputs FromJson(string json) =>
        JsonSerializer.Deserialize(json, StoredJson.Default.StepOutputs)!;
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(StepOutputs))]
[JsonSerializable(typeof(StepReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(Assay.Value.ValueCurves))]
internal sealed partial class StoredJson : JsonSerializerContext;
