using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Train;

/// <summary>Options of <see cref="RegularisedTrainer"/>: a model, and the grid on which its epochs, rate and weight decay are searched.</summary>
/// <remarks>The search starts at the points of the grid that are nearest to epochs, learning-rate and weight-decay, by ratio.</remarks>
public sealed record RegularisedOptions : LanguageModelOptions
{
    /// <summary>Epochs to choose from, ascending. Paper: 1 to 64.</summary>
    [Required, MinLength(1), Range(0.001, 1000)]
    public IReadOnlyList<double> EpochGrid { get; init; } = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>Highest learning rates to choose from, ascending, above 0. Paper: 1e-4 to 3e-2.</summary>
    [Required, MinLength(1), Range(1e-9, 1)]
    public IReadOnlyList<double> RateGrid { get; init; } = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2];

    /// <summary>Weight decays to choose from, ascending; 0.1 alone gives the paper's standard recipe. Paper: 0 to 6.4.</summary>
    [Required, MinLength(1), Range(0, 1000)]
    public IReadOnlyList<double> DecayGrid { get; init; } = [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];

    /// <summary>The share of the rows that models are not trained on but chosen by.</summary>
    [Range(0.001, 0.9)]
    public double Validation { get; init; } = 0.1;

    /// <summary>Models that may be trained at most; the search then ends without a certificate.</summary>
    [Range(1, 10_000)]
    public int Trials { get; init; } = 60;
}
