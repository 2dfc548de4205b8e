using Assay.Preferences;

namespace Assay.Value;

/// <summary>Options of <see cref="Conflict"/>.</summary>
public sealed record ConflictOptions : IReadsPreferences
{
    /// <summary>
    /// The criteria, two at least. Each is a column of margins (chosen less rejected), or a name for which there are columns <c>chosen_</c> and <c>rejected_</c> with it, or of pairs of texts one of
    /// <c>length</c>, <c>brevity</c>, <c>overlap</c> (share of the prompt's words that the completion has), <c>lists</c> (lines that are points of a list).
    /// Without any: brevity and overlap.
    /// </summary>
    public IReadOnlyList<string> Criteria { get; init; } = [];
}
