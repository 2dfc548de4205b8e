namespace Assay.Numerics;

/// <summary>What adding a point to an archive did.</summary>
/// <param name="Accepted">True if the point is in the archive now.</param>
/// <param name="Removed">The numbers of the points that it put out, ascending; points are numbered from 0 as they are offered.</param>
public sealed record ArchiveChange(bool Accepted, IReadOnlyList<int> Removed);
