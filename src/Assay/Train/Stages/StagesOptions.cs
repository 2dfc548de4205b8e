using System.ComponentModel.DataAnnotations;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Options of <see cref="StagesTrainer"/>.</summary>
public sealed record StagesOptions : IReadsPreferences
{
    /// <summary>The model to begin with: a folder, or gpt-250k, gpt-1m, gpt-4m, gpt-10m, untrained.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "gpt-250k";

    /// <summary>The stages in their order, each as <c>sft 300 translation=22% general=78%</c>: lm, sft, dpo, wpo or grpo, the steps, a weight for each pool; perhaps batch=64 rate=1e-3 beta=0.1.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>The column that says to which pool a row belongs.</summary>
    public string Pool { get; init; } = "pool";

    /// <summary>The column of prompts; may be absent, or empty in some rows.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of completions; where it is absent or empty, <c>chosen</c> or the text of the row.</summary>
    public string Completion { get; init; } = "completion";

    /// <summary>The column of worse completions, for dpo and wpo.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <summary>The pool that the model is to be specialised in; all others are what it is to keep. By default the first pool of the last stage.</summary>
    public string Specialised { get; init; } = "";

    /// <summary>Whether weights are shares of rows, or of tokens of completions.</summary>
    public MixUnit Unit { get; init; } = MixUnit.Rows;

    /// <summary>For grpo: a regular expression that an answer has to match; with it the reward is half that, half its likeness (chrF) to the row's completion. Without it likeness alone.</summary>
    public string Check { get; init; } = "";

    /// <summary>For grpo: the most tokens of an answer.</summary>
    [Range(1, 4096)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>Most tokens of a prompt and a completion together.</summary>
    [Range(16, 4096)]
    public int Context { get; init; } = 256;

    /// <summary>Most held-out rows of a pool that are measured after each stage.</summary>
    [Range(1, 100_000)]
    public int Measured { get; init; } = 300;
}

/// <summary>What the weights of a mix are shares of.</summary>
public enum MixUnit
{
    /// <summary>Rows: conversations, examples.</summary>
    Rows,

    /// <summary>Tokens of completions.</summary>
    Tokens,
}
