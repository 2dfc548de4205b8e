namespace Assay.Numerics;

/// <summary>Keeps the points that are not dominated, of all that were ever offered, or some of them.</summary>
/// <remarks>Minimisation throughout. A copy of a point that is in the archive is refused: the first stays.</remarks>
public interface IArchive
{
    /// <summary>The numbers of the points in the archive, ascending; points are numbered from 0 as they are offered.</summary>
    IReadOnlyList<int> Members { get; }

    /// <summary>Offers a point.</summary>
    /// <param name="point">Objectives, each finite.</param>
    /// <exception cref="ArgumentException">A number is not finite, or there are not as many as the archive has objectives.</exception>
    ArchiveChange Add(ReadOnlySpan<double> point);

    /// <summary>The points in the archive, row-major, in the order of <see cref="Members"/>.</summary>
    double[] Points();
}
