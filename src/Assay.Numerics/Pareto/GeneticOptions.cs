using System.ComponentModel.DataAnnotations;

namespace Assay.Numerics;

/// <summary>How long and how widely a genetic search goes (<see cref="Nsga2"/>, <see cref="Moead"/>). Defaults are those of Deb and others (2002), section V.</summary>
public sealed record GeneticOptions
{
    /// <summary>Designs of a generation, at least 4.</summary>
    [Range(4, 100_000)]
    public int Population { get; init; } = 100;

    /// <summary>Generations, at least 1.</summary>
    [Range(1, 1_000_000)]
    public int Generations { get; init; } = 250;

    /// <summary>Probability that two parents are crossed.</summary>
    [Range(0.0, 1.0)]
    public double Crossover { get; init; } = 0.9;

    /// <summary>Distribution index of the crossover: the higher, the closer children are to their parents.</summary>
    [Range(0.0, 1000.0)]
    public double CrossoverIndex { get; init; } = 20;

    /// <summary>Distribution index of the mutation: the higher, the smaller the steps.</summary>
    [Range(0.0, 1000.0)]
    public double MutationIndex { get; init; } = 20;
}
