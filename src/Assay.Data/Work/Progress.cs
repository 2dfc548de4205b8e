namespace Assay.Data;

/// <summary>How far a piece of long work is.</summary>
/// <param name="Stage">What is being done, as a person would say it: <c>signatures</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all, or 0 if unknown.</param>
/// <param name="Unit">What is counted: <c>rows</c>, <c>bytes</c>, <c>tables</c>.</param>
public readonly record struct Progress(string Stage, long Done, long Total, string Unit);
