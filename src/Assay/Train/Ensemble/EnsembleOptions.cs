using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Train;

/// <summary>Options of <see cref="EnsembleTrainer"/>: those of its members, and how many they are.</summary>
/// <remarks>
/// Members should overfit a little: the paper finds the best limit of an ensemble at twice the epochs and half the weight decay of the best single
/// model.
/// </remarks>
public sealed record EnsembleOptions : LanguageModelOptions
{
    /// <summary>How many models are trained. Paper: 1 to 5, up to 8 as a teacher.</summary>
    [Range(1, 100)]
    public int Members { get; init; } = 5;
}
