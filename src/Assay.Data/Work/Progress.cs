namespace Assay.Data;

/// <summary>How far a piece of long work is.</summary>
/// <param name="Stage">What is being done, as a person would say it: <c>signatures</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all, or 0 if unknown.</param>
/// <param name="Unit">What is counted: <c>rows</c>, <c>bytes</c>, <c>tables</c>.</param>
/// <param name="Note">How it stands, in a few words: <c>accuracy 0.63, kl 0.8</c>; null where there is nothing to say.</param>
public readonly record struct Progress(string Stage, long Done, long Total, string Unit, string? Note = null);
