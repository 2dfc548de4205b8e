using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>What is written at the end of a run, and where.</summary>
public sealed record ExportOptions
{
    /// <summary>The candidate to write: its name, or <c>best</c> for the one that the frontier chooses.</summary>
    [Required]
    public string Candidate { get; init; } = Best;

    /// <summary>The folder to write to, made if it does not exist; <c>-</c> writes the data, and nothing else, to standard output.</summary>
    [Required]
    public required string To { get; init; }

    /// <summary>Format of the files.</summary>
    public ExportFormat Format { get; init; } = ExportFormat.Jsonl;

    /// <summary>Where the files lie, and how they are called.</summary>
    public ExportLayout Layout { get; init; } = ExportLayout.Flat;

    /// <summary>In the layout of Hugging Face: about how many bytes of rows, before compression, a file holds at most.</summary>
    [Range(1.0, 1L << 50)]
    public ByteSize Shard { get; init; } = new(500L << 20);

    /// <summary>Whether a data card (<c>README.md</c>) is written beside the data.</summary>
    public bool Card { get; init; } = true;

    /// <summary>Whether a Croissant description (<c>croissant.json</c>) is written beside the data.</summary>
    public bool Croissant { get; init; }

    /// <summary>What the card and the Croissant description say of the data that only its makers know.</summary>
    public AboutOptions About { get; init; } = new();

    /// <summary>Whether every row carries its Assay id, as <c>assay explain</c> takes it.</summary>
    public bool Ids { get; init; } = true;

    /// <summary>Whether the dropped rows are written too, each with the reason why.</summary>
    public bool Dropped { get; init; }

    /// <summary>What stands for standard output in place of a folder.</summary>
    public const string StandardOutput = "-";

    /// <summary>The word for the candidate that the frontier chooses.</summary>
    public const string Best = "best";
}

/// <summary>What only the makers of a dataset know of it.</summary>
public sealed record AboutOptions
{
    /// <summary>Its name; that of the candidate if not given.</summary>
    public string? Name { get; init; }

    /// <summary>What it is, in a sentence or more.</summary>
    public string? Description { get; init; }

    /// <summary>Its licence, as the Hugging Face Hub calls it: <c>cc-by-4.0</c>, <c>apache-2.0</c>, <c>other</c>.</summary>
    public string? License { get; init; }

    /// <summary>Its languages, as codes of ISO 639: <c>en</c>, <c>gsw</c>.</summary>
    public IReadOnlyList<string> Language { get; init; } = [];

    /// <summary>What models trained on it do, as the Hub calls it: <c>text-generation</c>.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>Words to find it by, beside <c>assay</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Who made it.</summary>
    public IReadOnlyList<string> Creators { get; init; } = [];

    /// <summary>The address of its page.</summary>
    public string? Url { get; init; }

    /// <summary>When it was or will be published: <c>2026-01-31</c>.</summary>
    [RegularExpression("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    public string? Published { get; init; }

    /// <summary>Its version: <c>1.0.0</c>.</summary>
    public string? Version { get; init; }

    /// <summary>How to cite it, best as BibTeX.</summary>
    public string? Citation { get; init; }
}

/// <summary>Where exported files lie.</summary>
public enum ExportLayout
{
    /// <summary><c>train.jsonl</c>, and a file for every dataset that was held out.</summary>
    Flat,

    /// <summary><c>data/train-00000-of-00002.parquet</c>, and so for every dataset that was held out.</summary>
    [JsonStringEnumMemberName("huggingface")]
    HuggingFace,
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

    /// <summary>A description in DSDL (YAML), and its samples in JSON.</summary>
    Dsdl,
}
