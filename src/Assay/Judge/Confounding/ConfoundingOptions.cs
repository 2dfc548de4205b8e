using System.ComponentModel.DataAnnotations;
using Assay.Value;

namespace Assay.Judge;

/// <summary>Options of <see cref="Confounding"/>: the outcomes and circumstances, and the experiments that adjusted outcomes are held against.</summary>
public sealed record ConfoundingOptions : OutcomeOptions
{
    /// <summary>The column that says to which experiment a row belongs: within one, chance decided who saw which text. Without it nothing can be held against.</summary>
    public string? Experiment { get; init; }

    /// <summary>Columns that must agree in both rows of a comparison, such as the image beside the headline.</summary>
    public IReadOnlyList<string> Match { get; init; } = [];

    /// <summary>With trials: the least |z| of two rates that counts as a difference.</summary>
    [Range(0, 100)]
    public double Z { get; init; } = 1.96;

    /// <summary>Share of the experiments that comparisons are taken from; texts are learned from the others.</summary>
    [Range(0.05, 0.95)]
    public double Test { get; init; } = 0.3;

    /// <summary>Random splits of the experiments.</summary>
    [Range(2, 1000)]
    public int Splits { get; init; } = 5;

    /// <summary>Rows of each experiment to learn from, drawn at random; 1 leaves none of what the experiment itself shows, 0 takes all.</summary>
    [Range(0, 1_000_000)]
    public int PerExperiment { get; init; } = 1;

    /// <summary>Whether the rival with two heads (ODIN) is tried; it takes longest.</summary>
    public bool Odin { get; init; } = true;
}
