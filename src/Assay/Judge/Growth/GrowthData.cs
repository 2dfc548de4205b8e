namespace Assay.Judge;

/// <summary>What abilities were scored at, and how many rows they have.</summary>
/// <param name="Abilities">Their scores.</param>
/// <param name="Available">Rows of each.</param>
/// <param name="Transfers">What abilities get from the others; there may be none.</param>
/// <param name="Pairs">What single abilities give to others; there may be none.</param>
/// <param name="Notes">What a reader should know.</param>
internal sealed record GrowthData(
    IReadOnlyList<AbilityScores> Abilities,
    IReadOnlyList<int> Available,
    IReadOnlyList<AbilityTransfer> Transfers,
    IReadOnlyList<PairTransfer> Pairs,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Scores over checkpoints at the largest size, in place of sizes; for abilities of which they are known.</summary>
    public IReadOnlyList<AbilityScores> OverCheckpoints { get; init; } = [];
}

/// <summary>What an ability gets from training on all others: Transference, by our definition the score then minus that without training.</summary>
/// <param name="Ability">Which.</param>
/// <param name="FromOthers">Scores after training on all other abilities, one for each run.</param>
/// <param name="Untrained">The score without training: as measured, else chance.</param>
public sealed record AbilityTransfer(string Ability, IReadOnlyList<double> FromOthers, double Untrained)
{
    /// <summary>The mean over runs of the difference.</summary>
    public double Transference => FromOthers.Average() - Untrained;
}

/// <summary>What one ability gives to another.</summary>
/// <param name="Source">What was trained on.</param>
/// <param name="Target">What was tested.</param>
/// <param name="Scores">One for each run.</param>
/// <param name="Chance">The target's score of guessing.</param>
public sealed record PairTransfer(string Source, string Target, IReadOnlyList<double> Scores, double Chance);
