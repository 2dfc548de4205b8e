namespace Assay.Learning;

/// <summary>How <see cref="KMeans"/> finds clusters.</summary>
public sealed record KMeansOptions
{
    /// <summary>Number of clusters, at least 1. Default: 8.</summary>
    public int Clusters { get; init; } = 8;

    /// <summary>Passes over all rows at most, or batches with <see cref="BatchRows"/>; at least 1. Default: 300.</summary>
    public int MaxIterations { get; init; } = 300;

    /// <summary>
    /// Passes end when the centres' squared movement is at most this times the mean variance of a feature, or when no row
    /// changes its cluster; at least 0. Default: 1e-4.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Starts from different centres, of which the best result is taken, at least 1. Default: 1.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Rows of a mini-batch, at least 1; null to use all rows in each iteration (Lloyd). Default: null.</summary>
    public int? BatchRows { get; init; }

    /// <summary>
    /// Whether centres are scaled to length 1 (spherical k-means, which clusters directions); rows must have length 1, and there are no
    /// mini-batches. Default: false.
    /// </summary>
    public bool Spherical { get; init; }

    internal void Check()
    {
        if (Spherical && BatchRows is not null)
            throw new ArgumentOutOfRangeException(nameof(BatchRows), BatchRows, "Spherical k-means has no batches.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Clusters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxIterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Restarts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows ?? 1, 1);
        if (!(Tolerance >= 0))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "Tolerance must be >= 0.");
    }
}
