using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Select;

/// <summary>Options of <see cref="SemDedup"/>.</summary>
public sealed record SemDedupOptions : ModelEmbeddingOptions
{
    /// <summary>
    /// Rows with a cosine above 1 minus this to a row before them go, 0 to 2. What a value means depends on the embedding: the
    /// reasons of drops say how many would go at a half, a quarter and an eighth.
    /// </summary>
    [Range(0, 2)]
    public double Epsilon { get; init; } = 0.05;

    /// <summary>Clusters; only rows of one cluster are compared. 0 chooses one for every 1,000 rows. Paper: 50,000 for some hundred million.</summary>
    [Range(0, 1_000_000)]
    public int Clusters { get; init; }

    /// <summary>Which rows of a cluster come first, and so stay.</summary>
    public SemDedupKeep Keep { get; init; } = SemDedupKeep.Hard;

    /// <summary>Rows that clusters are learned from, at most, drawn at random; never fewer than 40 for each.</summary>
    [Range(1, int.MaxValue)]
    public int ClusterRows { get; init; } = 100_000;
}

/// <summary>Which rows of a cluster come first.</summary>
public enum SemDedupKeep
{
    /// <summary>Those least similar to the centre of their cluster.</summary>
    Hard,

    /// <summary>Those most similar to it.</summary>
    Easy,

    /// <summary>Random ones.</summary>
    Random,
}
