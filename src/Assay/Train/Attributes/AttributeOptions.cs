using System.ComponentModel.DataAnnotations;
using Assay.Preferences;

namespace Assay.Train;

/// <summary>Options of <see cref="AttributeTrainer"/>.</summary>
public sealed record AttributeOptions : IReadsPreferences
{
    /// <summary>The folder of the model whose states are read; it is saved beside the network.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "";

    /// <summary>The columns of numbers that are predicted: scores of the whole completion.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>The column of prompts, texts or lists of messages; empty where texts begin from nothing.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of completions: as a rule what the model itself has written.</summary>
    [Required]
    public string Completion { get; init; } = "completion";

    /// <summary>lambda of the temporal differences: 0 learns from the next state's value, 1 from the final scores alone.</summary>
    [Range(0, 1)]
    public double Lambda { get; init; } = 0.9;

    /// <summary>Whether targets are constants; false lets gradients go through them, as published.</summary>
    public bool Detach { get; init; } = true;

    /// <summary>How often the texts are gone through at most.</summary>
    [Range(0.01, 10000)]
    public double Epochs { get; init; } = 30;

    /// <summary>Texts of a step.</summary>
    [Range(1, 4096)]
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate; a cosine to 5 %. Published: 1e-4 for states of width 3,072.</summary>
    [Range(1e-8, 1)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight decay of the layers' weights.</summary>
    [Range(0, 10)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Units of each layer between.</summary>
    [Range(1, 16384)]
    public int Width { get; init; } = 128;

    /// <summary>Layers between.</summary>
    [Range(0, 8)]
    public int Layers { get; init; } = 2;

    /// <summary>Ends after so many epochs without a better loss on held-out texts, and goes back to the best; 0: never.</summary>
    [Range(0, 1000)]
    public int Patience { get; init; } = 10;
}
