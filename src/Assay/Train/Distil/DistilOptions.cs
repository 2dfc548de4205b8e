using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Train;

/// <summary>Options of <see cref="DistilTrainer"/>: those of the student, and whom it learns from.</summary>
public sealed record DistilOptions : LanguageModelOptions
{
    /// <summary>The folder of the teacher: an ensemble of <c>assay train ensemble</c>, or one model; one of the student's size distils itself.</summary>
    [Required, ModelFolder]
    public string Teacher { get; init; } = "";

    /// <summary>The share of the teacher's text in training, from 0 to below 1. Paper: 0.9 for an ensemble, 0.75 for itself.</summary>
    [Range(0, 0.99)]
    public double Share { get; init; } = 0.9;

    /// <summary>
    /// How many times the bytes of the corpus the teacher writes; 0 writes share / (1 - share) times, so that both texts are gone through equally often.
    /// </summary>
    [Range(0, 1000)]
    public double Samples { get; init; }
}
