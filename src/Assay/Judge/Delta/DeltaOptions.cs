using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="Delta"/>: which columns have the right answers, and those of the student and of both teachers.</summary>
public sealed record DeltaOptions
{
    /// <summary>The column of the right answers, of which there are two kinds: yes and no, pass and fail.</summary>
    [Required]
    public string Label { get; init; } = "label";

    /// <summary>The column of the answers of the model that is to be tuned.</summary>
    [Required]
    public string Student { get; init; } = "student";

    /// <summary>The column of the answers of the model whose answers would be chosen.</summary>
    [Required]
    public string Stronger { get; init; } = "stronger";

    /// <summary>The column of the answers of the model whose answers would be rejected.</summary>
    [Required]
    public string Weaker { get; init; } = "weaker";

    /// <summary>Resamples of the rows for the interval.</summary>
    [Range(100, 100_000)]
    public int Resamples { get; init; } = 2000;
}
