using System.ComponentModel.DataAnnotations;
using Assay.Learning;

namespace Assay.Value;

/// <summary>Options of <see cref="KnnShapley"/>.</summary>
public sealed record KnnShapleyOptions : TestedTableOptions
{
    /// <summary>Neighbours K that vote, at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int Neighbours { get; init; } = 5;

    /// <summary>How far rows are from each other.</summary>
    public NeighbourDistance Distance { get; init; } = NeighbourDistance.Euclidean;
}
