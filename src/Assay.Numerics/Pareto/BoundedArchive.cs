namespace Assay.Numerics;

/// <summary>Keeps at most so many mutually non-dominated points: when there is one too many, the least useful goes.</summary>
/// <remarks>
/// What goes can have kept out a point that would be welcome later, so unlike <see cref="Archive"/> this depends on the order in which
/// points are offered, and a set can get worse again; only by contribution its hypervolume never falls.
/// </remarks>
public sealed class BoundedArchive : IArchive
{
    private readonly Archive _archive;
    private readonly int _m;
    private readonly int _capacity;
    private readonly Func<double[], double[]> _usefulness;

    private BoundedArchive(int m, int capacity, Func<double[], double[]> usefulness)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (_archive, _m, _capacity, _usefulness) = (new(m), m, capacity, usefulness);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Members => _archive.Members;

    /// <summary>On overflow the point with the smallest crowding distance goes; among equals the latest.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="capacity">The most points, at least 1.</param>
    public static BoundedArchive ByCrowding(int m, int capacity) =>
        new(m, capacity, points => Crowding.Distances(points, m));

    /// <summary>On overflow the point with the smallest hypervolume contribution goes; among equals the latest.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="capacity">The most points, at least 1.</param>
    /// <param name="reference">m numbers, each finite, fixed: points not below it are the first to go.</param>
    public static BoundedArchive ByContribution(int m, int capacity, ReadOnlySpan<double> reference)
    {
        double[] corner = reference.ToArray();
        if (Numerics.Points.Check(corner, m) != 1)
            throw new ArgumentException($"The reference point has {corner.Length} numbers for {m} objectives.");
        return new(m, capacity, points => Hypervolume.Contributions(points, m, corner));
    }

    /// <summary>On overflow the point nearest to its neighbours goes: by the product of the distances to the m nearest; among equals the latest.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="capacity">The most points, at least 1.</param>
    public static BoundedArchive ByNearest(int m, int capacity) =>
        new(m, capacity, points => CrowdingPruning.NeighbourProducts(points, m, m));

    /// <inheritdoc/>
    public ArchiveChange Add(ReadOnlySpan<double> point)
    {
        ArchiveChange change = _archive.Add(point);
        if (_archive.Count <= _capacity)
            return change;
        double[] usefulness = _usefulness(_archive.Points());
        IReadOnlyList<int> members = _archive.Members;
        int least = Array.LastIndexOf(usefulness, usefulness.Min());
        _archive.Remove(members[least]);
        // The new point is the last; one too many means that it put out nothing itself.
        return least == members.Count - 1 ? new(false, []) : new(true, [members[least]]);
    }

    /// <inheritdoc/>
    public double[] Points() => _archive.Points();
}
