using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Assay.Recipes;

/// <summary>What is written at the end of a run, and where.</summary>
public sealed record ExportOptions
{
    /// <summary>The candidate to write: its name, or <c>best</c> for the one that the frontier chooses.</summary>
    [Required]
    public string Candidate { get; init; } = Best;

    /// <summary>The folder to write to; made if it does not exist.</summary>
    [Required]
    public required string To { get; init; }

    /// <summary>Format of the files.</summary>
    public ExportFormat Format { get; init; } = ExportFormat.Jsonl;

    /// <summary>Whether a data card (<c>README.md</c>) is written beside the data.</summary>
    public bool Card { get; init; } = true;

    /// <summary>Whether every row carries its Assay id, as <c>assay explain</c> takes it.</summary>
    public bool Ids { get; init; } = true;

    /// <summary>Whether the dropped rows are written too, each with the reason why.</summary>
    public bool Dropped { get; init; }

    /// <summary>The word for the candidate that the frontier chooses.</summary>
    public const string Best = "best";
}

/// <summary>Format of exported files.</summary>
public enum ExportFormat
{
    /// <summary>JSON Lines.</summary>
    Jsonl,

    /// <summary>JSON Lines, compressed with gzip.</summary>
    [JsonStringEnumMemberName("jsonl.gz")]
    JsonlGz,

    /// <summary>Apache Parquet, compressed with Zstandard.</summary>
    Parquet,

    /// <summary>Apache Arrow's IPC file, to be mapped into memory.</summary>
    Arrow,
}
