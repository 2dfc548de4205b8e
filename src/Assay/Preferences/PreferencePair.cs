namespace Assay.Preferences;

/// <summary>A prompt and two completions, one of which was preferred; or one completion with a label.</summary>
/// <param name="Row">The row of the dataset that it comes from.</param>
/// <param name="Prompt">UTF-8; may be empty.</param>
/// <param name="Chosen">The preferred completion, or one labelled desirable; null where the row has none.</param>
/// <param name="Rejected">The other completion, or one labelled undesirable; null where the row has none.</param>
public sealed record PreferencePair(int Row, byte[] Prompt, byte[]? Chosen, byte[]? Rejected)
{
    /// <summary>How much better the chosen one was scored, where the row says it; not negative.</summary>
    public double? Margin { get; init; }

    /// <summary>The share of raters that preferred the chosen one, from 0.5 to 1, where the row says it.</summary>
    public double? Agreement { get; init; }

    /// <summary>The reference's log-probabilities of both completions, where the row has them (TRL's <c>ref_chosen_logps</c>, <c>ref_rejected_logps</c>).</summary>
    public (double Chosen, double Rejected)? Reference { get; init; }

    /// <summary>Why the chosen one is better, in words, where the row has a <c>rationale</c>.</summary>
    public byte[]? Rationale { get; init; }

    /// <summary>Whether there are two completions.</summary>
    public bool IsPair => Chosen is not null && Rejected is not null;
}
