using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>How permutations are walked, and when there are enough of them.</summary>
public record PermutationOptions : LearnerGameOptions
{
    /// <summary>Permutations at most, at least 2. About three times the number of rows usually suffices.</summary>
    [Range(2, 9_999_999), Extendable]
    public int Permutations { get; init; } = 1000;

    /// <summary>
    /// Stops when the values changed by less than this share over the last 100 permutations, looked at every 100; 0 makes all.
    /// The paper's: 0.05.
    /// </summary>
    [Range(0.0, 1.0), Extendable]
    public double Error { get; init; } = 0.05;

    /// <summary>
    /// A permutation ends when the score was this near to the score of all rows six times running; rows not reached count 0. 0
    /// asks for equality, a negative number never ends one early.
    /// </summary>
    public double Tolerance { get; init; } = 0.01;

    /// <summary>What the tolerance is measured in.</summary>
    public ToleranceUnit ToleranceUnit { get; init; } = ToleranceUnit.Auto;
}

/// <summary>What a tolerance of scores is measured in.</summary>
public enum ToleranceUnit
{
    /// <summary>Shares of the score, or the score's own unit where it can be near or below 0 (R2, log loss, squared error).</summary>
    Auto,

    /// <summary>Shares of the score of all rows.</summary>
    Share,

    /// <summary>The score's own unit.</summary>
    Absolute,

    /// <summary>Standard deviations of the score of all rows over resamples of the test set.</summary>
    Deviations,
}
