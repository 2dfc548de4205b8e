using System.ComponentModel.DataAnnotations;
using Assay.Learning;
using Assay.Preferences;

namespace Assay.Judge;

/// <summary>Options of <see cref="PolicyFactors"/>.</summary>
public sealed record FactorOptions : IReadsPreferences
{
    /// <summary>What all policies start from: a folder with a model, or gpt-250k, gpt-1m, gpt-4m, gpt-10m, which is first trained on the chosen completions.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>How often such a proxy goes through the chosen completions before. Above 0.</summary>
    [Range(0.001, 1000)]
    public double StartEpochs { get; init; } = 2;

    /// <summary>Factor algorithm: losses on pairs; the first is the base that all else is compared with.</summary>
    [MinLength(1)]
    public IReadOnlyList<PreferenceObjective> Losses { get; init; } = [PreferenceObjective.Dpo];

    /// <summary>Factor algorithm: PPO too, against a reward model of the same pairs.</summary>
    public bool Ppo { get; init; } = true;

    /// <summary>Factor data: other sets of pairs that the base loss is trained on, by name.</summary>
    [DatasetName]
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Factor reward model: PPO again, against a reward model of this share of the pairs; 0 leaves it out.</summary>
    [Range(0, 0.99)]
    public double RewardShare { get; init; } = 0.25;

    /// <summary>Factor prompts: PPO again, on these prompts beside those of the pairs; a dataset's name, or empty.</summary>
    [DatasetName]
    public string Prompts { get; init; } = "";

    /// <summary>The judge: a folder of a reward model that knows better; empty fits one on the share of pairs that is kept for it.</summary>
    [ModelFolder]
    public string Judge { get; init; } = "";

    /// <summary>Share of the rows that no policy sees: their prompts are answered, and their pairs fit the judge where none is given.</summary>
    [Range(0.01, 0.9)]
    public double Kept { get; init; } = 0.3;

    /// <summary>Strengths of each arm: beta of losses, the price of divergence of PPO; each is a training.</summary>
    [MinLength(2)]
    public IReadOnlyList<double> Strengths { get; init; } = [0.5, 0.1, 0.03];

    /// <summary>Repetitions with other orders and samples, at least 2: what the intervals are over.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 2;

    /// <summary>How often pairs are gone through. Above 0.</summary>
    [Range(0.001, 1000)]
    public double Epochs { get; init; } = 1;

    /// <summary>Rounds of PPO, of 64 answers each.</summary>
    [Range(1, 100_000)]
    public int Iterations { get; init; } = 20;

    /// <summary>The learning rate of policies.</summary>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Most tokens of a prompt and a completion together, 16 to 4096; the model's own context at most.</summary>
    [Range(16, 4096)]
    public int Context { get; init; } = 256;

    /// <summary>Most tokens of an answer.</summary>
    [Range(1, 4096)]
    public int AnswerTokens { get; init; } = 48;

    /// <summary>Kept prompts that every policy answers.</summary>
    [Range(2, 100_000)]
    public int Answers { get; init; } = 100;
}
