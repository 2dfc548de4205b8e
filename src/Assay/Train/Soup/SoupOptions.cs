using System.ComponentModel.DataAnnotations;

namespace Assay.Train;

/// <summary>Options of <see cref="SoupTrainer"/>.</summary>
public sealed record SoupOptions
{
    /// <summary>
    /// Folders of the models, at least one, as <c>assay train lm</c> and Hugging Face make them: of one architecture and tokenizer, fine-tuned from one
    /// start.
    /// </summary>
    [Required, MinLength(1), ModelFolder]
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>
    /// <c>greedy</c> adds models from the best down as long as the validation score does not fall, <c>uniform</c> takes all, <c>maximum</c> the <see cref="Best"/>
    /// best.
    /// </summary>
    [AllowedValues("greedy", "uniform", "maximum")]
    public string Strategy { get; init; } = "greedy";

    /// <summary>For maximum: how many models.</summary>
    [Range(1, 1000)]
    public int Best { get; init; } = 3;

    /// <summary>Whether the snapshots that lie in the folders are models of the soup too (of models that were trained with several checkpoints).</summary>
    public bool Snapshots { get; init; }
}
