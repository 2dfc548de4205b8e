using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="Agreement"/>.</summary>
public sealed record AgreementOptions
{
    /// <summary>The column that names the task; where there is none, the prompt does.</summary>
    public string Task { get; init; } = "task";

    /// <summary>The column of raters.</summary>
    public string Rater { get; init; } = "rater";

    /// <summary>The column with the confidence that a is better, from 1 to 9; may be absent where there is a choice.</summary>
    public string Confidence { get; init; } = "confidence";

    /// <summary>The column of batches; may be absent.</summary>
    public string Batch { get; init; } = "batch";

    /// <summary>Raters whose labels are the measure: those who wrote the instructions. Without any, raters are measured by each other.</summary>
    public IReadOnlyList<string> Experts { get; init; } = [];

    /// <summary>For drift: the policy of a comparison that is in most batches, such as sft.</summary>
    public string Policy { get; init; } = "";

    /// <summary>What it is compared with there, such as reference.</summary>
    public string Against { get; init; } = "";

    /// <summary>How often tasks are drawn anew for the intervals of the measures' agreement.</summary>
    [Range(0, 100_000)]
    public int Resamples { get; init; } = 200;
}
