using Assay.Recipes;

namespace Assay.Reports;

/// <summary>A step and where it stands: shared by all candidates, or of one of them.</summary>
/// <param name="Step">The step.</param>
/// <param name="Candidate">The candidate's name, or null for a shared step.</param>
public sealed record PlacedStep(StepReport Step, string? Candidate)
{
    /// <summary>Method, with its candidate if it has one.</summary>
    public string Title => Candidate is null ? Step.Method : $"{Candidate} \u203A {Step.Method}";

    /// <summary>All steps of a run: the shared ones, then those of each candidate.</summary>
    public static IReadOnlyList<PlacedStep> Of(RunReport report) =>
        [
            .. report.Steps.Select(step => new PlacedStep(step, null)),
            .. report.Candidates.SelectMany(candidate =>
                candidate.Steps.Select(step => new PlacedStep(step, candidate.Name))
            ),
        ];
}
