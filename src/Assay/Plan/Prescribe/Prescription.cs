namespace Assay.Plan.Prescribe;

/// <summary>What is advised for a row.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Options">All changes that it allows, each with the value that it leads to.</param>
/// <param name="Chosen">The changes to make.</param>
/// <param name="Before">Its score.</param>
/// <param name="After">The score with all changes, computed anew.</param>
internal sealed record Prescription(
    int Row,
    IReadOnlyList<(CandidateChange Change, double Value)> Options,
    ChosenChanges Chosen,
    double Before,
    double After
)
{
    /// <summary>The changes, each with its value.</summary>
    public IEnumerable<(int Column, double Value)> Values => ValuesOf(Chosen);

    /// <summary>The values that changes among the options lead to.</summary>
    public IEnumerable<(int Column, double Value)> ValuesOf(ChosenChanges chosen) =>
        chosen.Changes.Select(change =>
            (
                change.Column,
                Options.First(one => one.Change.Column == change.Column && one.Change.Level == change.Level).Value
            )
        );
}
