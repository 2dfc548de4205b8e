using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="TierJudge"/>.</summary>
public sealed record TierOptions
{
    /// <summary>The tiers: nano (0.25 M parameters, 1 M bytes seen), micro (1 M, 4 M), mini (4 M, 12 M).</summary>
    [Required, MinLength(1), AllowedValues("nano", "micro", "mini")]
    public IReadOnlyList<string> Tiers { get; init; } = ["nano"];

    /// <summary>Datasets of the recipe that models are measured on: by compression of their text, and by cloze questions made of it.</summary>
    [Required, MinLength(1), DatasetName]
    public IReadOnlyList<string> Tests { get; init; } = ["target"];

    /// <summary>Seeds of every submission, 2 to 100.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 2;

    /// <summary>Share of a tier's tokens, for a first look; the scale is then called so: 'nano at 10%'.</summary>
    [Range(0.0001, 1.0)]
    public double Part { get; init; } = 1;

    /// <summary>Submissions beside the recipe's candidates: files of ids of rows of the pool, a line of 32 hexadecimal digits each (or a .npy of pairs of 64 bits).</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Submissions of data of one's own: other datasets of the recipe. They are checked for text of the tests.</summary>
    [DatasetName]
    public IReadOnlyList<string> Own { get; init; } = [];
}
