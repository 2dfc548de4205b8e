using System.ComponentModel.DataAnnotations;
using Assay.Preferences;

namespace Assay.Value;

/// <summary>Options of <see cref="PairDifficulty"/>.</summary>
public sealed record PairDifficultyOptions : IReadsPreferences
{
    /// <summary>The reference: a folder with a model, or gpt-250k, gpt-1m, gpt-4m, gpt-10m, which is first trained on the chosen completions.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often such a proxy goes through the chosen completions. Above 0.</summary>
    [Range(0.001, 1000)]
    public double StartEpochs { get; init; } = 2;

    /// <summary>Most tokens of a prompt and a completion together, 16 to 4096; the model's own context at most.</summary>
    [Range(16, 4096)]
    public int Context { get; init; } = 256;

    /// <summary>The temperature of the DPO that the thresholds are for, above 0.</summary>
    [Range(1e-6, 1e6)]
    public double Beta { get; init; } = 0.1;
}
