namespace Assay.Learning;

/// <summary>Neighbours of queries, the nearest first.</summary>
/// <param name="Count">Neighbours of each query.</param>
/// <param name="Indices">Queries x count row indices, row-major.</param>
/// <param name="Distances">Their distances.</param>
public sealed record NeighbourList(int Count, int[] Indices, double[] Distances)
{
    /// <summary>Number of queries.</summary>
    public int Queries => Count == 0 ? 0 : Indices.Length / Count;

    /// <summary>The neighbours of a query, the nearest first.</summary>
    public ReadOnlySpan<int> Of(int query) => Indices.AsSpan(query * Count, Count);

    /// <summary>Their distances, ascending.</summary>
    public ReadOnlySpan<double> DistancesOf(int query) => Distances.AsSpan(query * Count, Count);
}
