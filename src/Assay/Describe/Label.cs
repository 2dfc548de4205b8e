namespace Assay.Describe;

/// <summary>What is in a dataset, column by column.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">One entry per column.</param>
public sealed record Label(long Rows, IReadOnlyList<ColumnLabel> Columns);

/// <summary>What is in one column.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">Its type.</param>
public sealed record ColumnLabel(string Name, Assay.Data.ColumnType Type);
