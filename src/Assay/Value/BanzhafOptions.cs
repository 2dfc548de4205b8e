using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>Options of <see cref="Banzhaf"/>.</summary>
public sealed record BanzhafOptions : LearnerGameOptions
{
    /// <summary>Random sets that a model is trained on, at least 2.</summary>
    [Range(2, 9_999_999), Extendable]
    public int Sets { get; init; } = 1000;

    /// <summary>Whether every set of sources is tried (at most 20 of them) instead of random ones.</summary>
    public bool Exact { get; init; }
}
