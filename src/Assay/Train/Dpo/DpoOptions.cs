using System.ComponentModel.DataAnnotations;
using Assay.Learning;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Options of <see cref="DpoTrainer"/>: those of the loss, and how the policy is trained.</summary>
public record DpoOptions : PreferenceLossOptions, IReadsPreferences
{
    /// <summary>The policy to begin with, and its own reference: a folder with a model, or gpt-250k, gpt-1m, gpt-4m, gpt-10m, which is first trained on the chosen completions.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often such a proxy goes through the chosen completions before. Above 0.</summary>
    [Range(0.001, 1000)]
    public double StartEpochs { get; init; } = 2;

    /// <summary>Most tokens of a prompt and a completion together, 16 to 4096; the model's own context at most.</summary>
    [Range(16, 4096)]
    public int Context { get; init; } = 256;

    /// <summary>How often the pairs are gone through. Above 0.</summary>
    [Range(0.001, 1000)]
    public double Epochs { get; init; } = 1;

    /// <summary>Pairs of a step; kto, aot and beta-dpo look at the whole batch and need more than one.</summary>
    [Range(1, 4096)]
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate; it rises over the first tenth and falls to 0 in a line. For models of billions of parameters 5e-7 is usual.</summary>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Weights of pairs by the policy's own confidence: none, or wpo.</summary>
    public PairWeighting Weighting { get; init; } = PairWeighting.None;

    /// <summary>A column with a factor on each row's loss, 0 or more: <c>madpo-weight</c> of <c>assay value madpo</c>. Without it all count alike.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Prompts that are answered at each measurement to find the divergence from the reference; 0 for none.</summary>
    [Range(0, 10_000)]
    public int Samples { get; init; } = 32;

    /// <summary>Most tokens of such an answer.</summary>
    [Range(1, 4096)]
    public int SampleTokens { get; init; } = 48;
}
