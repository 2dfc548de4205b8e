using System.ComponentModel.DataAnnotations;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Make;

/// <summary>Which of the samples become rows.</summary>
public enum KeptSamples
{
    /// <summary>The best of each prompt: prompt, completion, score.</summary>
    Best,

    /// <summary>All of them, with their ranks.</summary>
    All,

    /// <summary>The best and the worst of each prompt as a pair: prompt, chosen, rejected, margin.</summary>
    Pairs,
}

/// <summary>Options of <see cref="BestOfNMaker"/>.</summary>
public sealed record BestOfNOptions : IReadsPreferences
{
    /// <summary>The folder of the model that writes.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "";

    /// <summary>The folder of the reward model that chooses, as train/reward makes it.</summary>
    [ModelFolder]
    public string Reward { get; init; } = "";

    /// <summary>In place of a reward model, a check of answers by a program: <c>arithmetic</c> or <c>rewriting</c>.</summary>
    public CheckedTask Environment { get; init; }

    /// <summary>The folder of another reward model, fitted to other comparisons, that judges what was chosen; empty: nobody does.</summary>
    [ModelFolder]
    public string Judge { get; init; } = "";

    /// <summary>The column of prompts. Where there is none of that name, rows with preferences give theirs.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Only the first so many words of a prompt; 0: all of it.</summary>
    [Range(0, 10000)]
    public int Words { get; init; }

    /// <summary>Samples of a prompt.</summary>
    [Range(1, 4096)]
    public int N { get; init; } = 16;

    /// <summary>Which of them become rows.</summary>
    public KeptSamples Keep { get; init; }

    /// <summary>The most tokens of a completion.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>Temperature of sampling. Published: 0.7.</summary>
    [Range(0.01, 10)]
    public double Temperature { get; init; } = 0.7;
}
