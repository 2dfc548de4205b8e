using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;

namespace Assay.Evidence;

/// <summary>A finished experiment: what it found, the figures of its seeds, and where it ran.</summary>
public sealed record EvidenceRecord
{
    /// <summary>The paper's slug.</summary>
    public required string Slug { get; init; }

    /// <summary>The paper's title and year.</summary>
    public required string Title { get; init; }

    /// <summary>What was done.</summary>
    public required string Protocol { get; init; }

    /// <summary>Folders of data that it read.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Number of seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>True for a smoke pass, whose verdicts mean nothing.</summary>
    public required bool Quick { get; init; }

    /// <summary>The claims and what became of them.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Every figure, one value for each seed.</summary>
    public required IReadOnlyDictionary<string, double[]> Figures { get; init; }

    /// <summary>Seconds that the seeds took, added up.</summary>
    public required double Seconds { get; init; }

    /// <summary>Processor, cores and runtime.</summary>
    public required string Machine { get; init; }

    /// <summary>As JSON, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvidenceJson.Default.EvidenceRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="AssayException">The file is no record.</exception>
    public static EvidenceRecord Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EvidenceJson.Default.EvidenceRecord)!;
        }
        catch (JsonException failure)
        {
            throw new AssayException(
                $"this is no record of an experiment: {failure.Message}",
                new(path),
                "Delete it and run the experiment again.",
                failure
            );
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(EvidenceRecord))]
[JsonSerializable(typeof(Dictionary<string, double>))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
