namespace Assay.Studies;

/// <summary>What a study found.</summary>
public sealed record Study
{
    /// <summary>What it is about, in a few words: <c>How hard to filter</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The answer, in a sentence or two that a reader can act on.</summary>
    public required string Answer { get; init; }

    /// <summary>The few figures that matter most, at most six.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>Plots and tables, in reading order.</summary>
    public IReadOnlyList<Panel> Panels { get; init; } = [];

    /// <summary>What a reader should know before believing it: assumptions, warnings, what was left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Further files for the user, beside the report and the tables: a leaderboard, a list of row ids.</summary>
    public IReadOnlyList<StudyFile> Files { get; init; } = [];
}

/// <summary>A figure that matters.</summary>
/// <param name="Name">What it is: <c>Pools to keep</c>.</param>
/// <param name="Value">The figure as it is to be read: <c>2 of 4</c>.</param>
/// <param name="Note">What to know of it, in a few words; may be empty.</param>
public sealed record Fact(string Name, string Value, string Note = "");

/// <summary>A file of text that a study gives.</summary>
/// <param name="Name">Its name, without a folder: <c>leaderboard.md</c>.</param>
/// <param name="Text">What stands in it.</param>
public sealed record StudyFile(string Name, string Text);
