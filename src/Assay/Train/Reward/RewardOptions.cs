using System.ComponentModel.DataAnnotations;
using Assay.Learning;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Options of <see cref="RewardTrainer"/>.</summary>
public sealed record RewardOptions : IReadsPreferences
{
    /// <summary>
    /// The folder of the model that the reward model starts as: the policy whose answers were compared, after its supervised training. Or gpt-250k,
    /// gpt-1m, gpt-4m, gpt-10m, which is first trained on the chosen completions.
    /// </summary>
    [ModelFolder]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often a model that is first trained goes through the chosen completions.</summary>
    [Range(0.001, 1000)]
    public double StartEpochs { get; init; } = 2;

    /// <summary>How often the pairs are gone through, at least 1; the best epoch on validation pairs is kept. Published: 1.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 3;

    /// <summary>Pairs of a step. Published: 64.</summary>
    [Range(1, 4096)]
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate. Published for models of a billion parameters: 1.5e-5.</summary>
    [Range(1e-9, 1)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>The share of the pairs, by rows, that chooses epoch and seed; 0: the last epoch of one seed.</summary>
    [Range(0, 0.9)]
    public double Validation { get; init; } = 0.1;

    /// <summary>Models that are trained from different heads and orders; the best on validation pairs is kept. Published: 3 to 10.</summary>
    [Range(1, 100)]
    public int Seeds { get; init; } = 1;

    /// <summary>What the score is read from: the last token's state (published), or the mean of all states, which small models learn more easily.</summary>
    public RewardPooling Pooling { get; init; }

    /// <summary>Whether the preferred answer is to be ahead by the row's margin; rows without one count as 0.</summary>
    public bool Margins { get; init; }

    /// <summary>Leaves out pairs that would be cut to fit, as published; else prompts lose their beginning and long answers their end.</summary>
    public bool DropLong { get; init; }

    /// <summary>Most tokens that the model reads, at most its own context; 0: that.</summary>
    [Range(0, 1 << 20)]
    public int Context { get; init; }
}
