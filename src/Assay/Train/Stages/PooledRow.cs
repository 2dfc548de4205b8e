namespace Assay.Train;

/// <summary>A row of a pool as tokens.</summary>
/// <param name="Prompt">With the mark that stands before texts; at least one token.</param>
/// <param name="Completion">With the mark of its end; at least one token.</param>
/// <param name="Rejected">A worse completion, or empty.</param>
/// <param name="Text">The completion as text, for rewards; may be empty.</param>
public sealed record PooledRow(int[] Prompt, int[] Completion, int[] Rejected, string Text = "");
