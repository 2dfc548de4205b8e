using System.ComponentModel.DataAnnotations;

namespace Assay.Make;

/// <summary>Options of <see cref="DeltaPairs"/>: two models that answer, or two columns with the answers of two sources.</summary>
public sealed record DeltaPairsOptions
{
    /// <summary>The column of the prompts.</summary>
    [Required]
    public string Prompt { get; init; } = "prompt";

    /// <summary>The folder of the model whose answers are chosen: the larger, or the longer trained. It may be weaker than the model to be tuned.</summary>
    [ModelFolder]
    public string? Stronger { get; init; }

    /// <summary>The folder of the model whose answers are rejected.</summary>
    [ModelFolder]
    public string? Weaker { get; init; }

    /// <summary>A column of finished answers, instead of <c>stronger</c>.</summary>
    public string? Chosen { get; init; }

    /// <summary>A column of finished answers, instead of <c>weaker</c>.</summary>
    public string? Rejected { get; init; }

    /// <summary>The most tokens of an answer. Paper: 2048.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 128;

    /// <summary>
    /// Temperature of both models; 0 takes the most likely token (paper). Above 0 chance can turn a pair round.
    /// </summary>
    [Range(0, 10)]
    public double Temperature { get; init; }

    /// <summary>Texts at which an answer ends, and which are not part of it; models that were trained on texts with an end mark need none.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>A column with the worth of the chosen answer, where it is known; pairs that are tied or inverted by it are left out.</summary>
    public string? ChosenScore { get; init; }

    /// <summary>A column with the worth of the rejected answer.</summary>
    public string? RejectedScore { get; init; }

    /// <summary>With scores: by how much the chosen answer must be worth more.</summary>
    [Range(0, double.MaxValue)]
    public double MinDelta { get; init; }
}
