using System.ComponentModel.DataAnnotations;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Options of <see cref="PpoTrainer"/>. Defaults are the published ones, but for rates and sizes, which are those of small models.</summary>
public sealed record PpoTrainerOptions : IReadsPreferences
{
    /// <summary>The folder of the policy: what is trained, and what it pays for leaving.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "";

    /// <summary>The folder of a reward model, as train/reward makes it; the value network starts as it.</summary>
    [ModelFolder]
    public string Reward { get; init; } = "";

    /// <summary>In place of a reward model, a check of answers by a program: <c>arithmetic</c> (sums such as <c>37+48=</c>) or <c>rewriting</c> (<c>cab=</c> to <c>abc</c>).</summary>
    public CheckedTask Environment { get; init; }

    /// <summary>The column of prompts. Where there is none of that name, rows with preferences give theirs.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Only the first so many words of a prompt: of texts, the beginnings that are to be completed; 0: all of it.</summary>
    [Range(0, 10000)]
    public int Words { get; init; }

    /// <summary>The most tokens of a completion. Published: 1024.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>Temperature of sampling. Published: 0.7, where the divergence that is shown is not that of what is sampled.</summary>
    [Range(0.01, 10)]
    public double Temperature { get; init; } = 1;

    /// <summary>Rounds of sampling and learning.</summary>
    [Range(1, 1000000)]
    public int Iterations { get; init; } = 60;

    /// <summary>Completions of an iteration. Published: 512.</summary>
    [Range(1, 65536)]
    public int Rollouts { get; init; } = 128;

    /// <summary>Completions of a step. Published: 64.</summary>
    [Range(1, 65536)]
    public int Minibatch { get; init; } = 64;

    /// <summary>How often an iteration's completions are gone through. Published: 1, or 4.</summary>
    [Range(1, 100)]
    public int Epochs { get; init; } = 1;

    /// <summary>The learning rate of the policy. Published for 13 billion parameters: 1e-6.</summary>
    [Range(1e-9, 1)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>The learning rate of the value network; 0: that of the policy.</summary>
    [Range(0, 1)]
    public double ValueLearningRate { get; init; }

    /// <summary>How the rates go on after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Constant;

    /// <summary>The share of the steps over which the rates rise. Published: 0.1.</summary>
    [Range(0, 1)]
    public double WarmUp { get; init; } = 0.1;

    /// <summary>What a nat away from the starting policy costs. Published: 0.05; above 0 or nothing bounds how far it goes.</summary>
    [Range(0, 1e6)]
    public double Kl { get; init; } = 0.05;

    /// <summary>What a reward of the next token counts now.</summary>
    [Range(0, 1)]
    public double Gamma { get; init; } = 1;

    /// <summary>Between the next value (0) and what came of the completion (1).</summary>
    [Range(0, 1)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>How far a token's ratio to the policy that sampled it still counts.</summary>
    [Range(1e-6, 1)]
    public double Clip { get; init; } = 0.2;

    /// <summary>How far a value may move in an iteration.</summary>
    [Range(1e-6, 1e9)]
    public double ValueClip { get; init; } = 0.2;

    /// <summary>Whether rewards of tokens are divided by their deviation.</summary>
    public bool WhitenRewards { get; init; }

    /// <summary>
    /// The score of a completion that was cut before its end, whatever it is worth; empty: its own. Published: -10, which teaches only to stop
    /// where most completions are cut.
    /// </summary>
    public double? MissingEnd { get; init; }

    /// <summary>Factor on scores.</summary>
    public double Gain { get; init; } = 1;

    /// <summary>Added to scores, after the factor.</summary>
    public double Bias { get; init; }
}
