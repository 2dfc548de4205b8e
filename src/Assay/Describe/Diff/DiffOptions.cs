using System.ComponentModel.DataAnnotations;

namespace Assay.Describe;

/// <summary>Options of <see cref="DiffStudy"/>.</summary>
public sealed record DiffOptions
{
    /// <summary>The other dataset: as a rule the one that models are measured on. On the command line it may stand behind the first.</summary>
    [Required, DatasetName(MayFollow = true)]
    public string Against { get; init; } = "against";

    /// <summary>Columns to compare; those that both datasets have if empty.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Rows of either side that distributions and words are compared on, at most, drawn at random.</summary>
    [Range(100, 1_000_000)]
    public int Sample { get; init; } = 20_000;

    /// <summary>Words in a run that counts as found when the other side has it too.</summary>
    [Range(3, 100)]
    public int Ngram { get; init; } = 13;

    /// <summary>A row of the other dataset is contaminated from this share of its words on that stand in runs found.</summary>
    [Range(0.01, 1)]
    public double Contaminated { get; init; } = 0.5;
}
