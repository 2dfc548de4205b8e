namespace Assay.Plan;

/// <summary>What the frontier weighs: at least one metric in the two lists together, none twice.</summary>
public sealed record FrontierOptions
{
    /// <summary>Metrics of which less is better, as the recipe writes them: <c>bits-per-byte@target</c>, <c>bytes</c>, <c>rows</c>.</summary>
    public IReadOnlyList<string> Minimise { get; init; } = [];

    /// <summary>Metrics of which more is better: <c>diversity</c>.</summary>
    public IReadOnlyList<string> Maximise { get; init; } = [];

    /// <summary>
    /// Of a table of measurements, the column that names the candidate; rows of one name are its seeds. Of no use in a recipe's
    /// 'frontier:', which knows its candidates.
    /// </summary>
    public string Candidate { get; init; } = "candidate";
}
