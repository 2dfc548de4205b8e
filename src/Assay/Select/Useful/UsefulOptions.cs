using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Select;

/// <summary>Options of <see cref="Useful"/>.</summary>
public sealed record UsefulOptions : FollowedNetworkOptions
{
    /// <summary>
    /// The epoch after which the outputs are looked at; 0 finds the one where the training error stops to fall fast, among the first
    /// 15% of the epochs.
    /// </summary>
    [Range(0, 10_000)]
    public int SeparatingEpoch { get; init; }

    /// <summary>
    /// Which rows are repeated. <c>Clusters</c>: those that are learned late, by two clusters of the outputs in each class. The others are controls:
    /// <c>Random</c> as many at random, <c>Misclassified</c> those that the network has wrong, <c>Loss</c> as many of the highest loss.
    /// </summary>
    public UsefulBy By { get; init; } = UsefulBy.Clusters;

    /// <summary>How often a repeated row is there, at least 1; 1 changes nothing.</summary>
    [Range(1, 100)]
    public int Factor { get; init; } = 2;
}

/// <summary>Which rows <see cref="Useful"/> repeats.</summary>
public enum UsefulBy
{
    /// <summary>Rows of the slow cluster of each class.</summary>
    Clusters,

    /// <summary>As many rows at random: a larger set means more updates, and this control has them too.</summary>
    Random,

    /// <summary>Rows that the network has wrong.</summary>
    Misclassified,

    /// <summary>As many rows of the highest loss.</summary>
    Loss,
}
