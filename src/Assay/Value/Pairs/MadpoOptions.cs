using System.ComponentModel.DataAnnotations;
using Assay.Preferences;

namespace Assay.Value;

/// <summary>Options of <see cref="Madpo"/>.</summary>
public sealed record MadpoOptions : IReadsPreferences
{
    /// <summary>The column of reward margins, chosen less rejected, negative where the reward contradicts the label. Where the rows lack it, <see cref="RewardModel"/> or a cross-fitted reward on words gives them.</summary>
    public string Margin { get; init; } = "margin";

    /// <summary>The folder of a reward model (<c>assay train reward</c>); best one that was trained on other pairs.</summary>
    [ModelFolder]
    public string RewardModel { get; init; } = "";

    /// <summary>Folds of the reward on words, 2 to 20: each pair is scored by the fit on the other folds.</summary>
    [Range(2, 20)]
    public int Folds { get; init; } = 5;

    /// <summary>Whether margins are brought to the scale of log-odds first, by the temperature that fits the labels of these pairs. Leave it out for a reward that was trained on them.</summary>
    public bool Calibrate { get; init; }

    /// <summary>The largest coefficient, above 1: what margins of nearly equal pairs are multiplied by.</summary>
    [Range(1.000001, 1000)]
    public double Most { get; init; } = 2;

    /// <summary>The smallest coefficient, from 0 to below 1: that of pairs that differ much.</summary>
    [Range(0, 0.999999)]
    public double Least { get; init; } = 0.5;

    /// <summary>How fast the coefficient falls, above 0.</summary>
    [Range(1e-6, 1000)]
    public double Steepness { get; init; } = 1;

    /// <summary>The margin at which the coefficient is 1, above 0. The release's class: 2; its notebooks: 6.9068, the log-odds of 0.999.</summary>
    [Range(1e-6, 1000)]
    public double Border { get; init; } = 2;
}
