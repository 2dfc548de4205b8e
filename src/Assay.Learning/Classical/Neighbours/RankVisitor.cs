namespace Assay.Learning;

/// <summary>Takes the rows in order of distance from a query.</summary>
/// <param name="query">Index of the query.</param>
/// <param name="order">Indices of all rows, the nearest first; valid during the call only.</param>
public delegate void RankVisitor(int query, ReadOnlySpan<int> order);
