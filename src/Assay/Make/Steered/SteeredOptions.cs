using System.ComponentModel.DataAnnotations;

namespace Assay.Make;

/// <summary>Options of <see cref="SteeredMaker"/>.</summary>
public sealed record SteeredOptions
{
    /// <summary>The folder of a model with its network of attributes, as <c>assay train attributes</c> makes it.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "";

    /// <summary>The targets: each a list of attributes with their values, such as <c>style=3</c> or <c>style=3 length=1</c>; attributes that are not named are free.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>The column of prompts; empty where texts begin from nothing, once for each row.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Whether each prompt is also answered without edits: the control.</summary>
    public bool Unsteered { get; init; } = true;

    /// <summary>The most tokens of a text.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>Temperature of sampling; 0 takes the most likely token (published).</summary>
    [Range(0, 10)]
    public double Temperature { get; init; } = 1;

    /// <summary>The learning rate of a step of an edit.</summary>
    [Range(1e-6, 100)]
    public double Rate { get; init; } = 0.1;

    /// <summary>The most steps of an edit. Published: 1000; small models are fooled by far fewer.</summary>
    [Range(1, 100000)]
    public int Steps { get; init; } = 60;

    /// <summary>Ends an edit after so many steps without a better loss.</summary>
    [Range(1, 100000)]
    public int Patience { get; init; } = 10;

    /// <summary>Weight decay of the state in a step. Published: 0.01.</summary>
    [Range(0, 1)]
    public double WeightDecay { get; init; }

    /// <summary>The furthest that a state is moved, as a share of its norm; 0: any distance.</summary>
    [Range(0, 1000)]
    public double MostMove { get; init; }
}
