namespace Assay.Learning;

/// <summary>How <see cref="DecisionTree"/> and <see cref="RegressionTree"/> grow.</summary>
public sealed record TreeOptions
{
    /// <summary>What classification trees lower. Default: Gini.</summary>
    public TreeCriterion Criterion { get; init; } = TreeCriterion.Gini;

    /// <summary>Levels below the root at most, at least 0; null for any. Default: null.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>Rows (whatever their weights) that a leaf must have, at least 1. Default: 1.</summary>
    public int MinLeafRows { get; init; } = 1;

    /// <summary>Rows that a node must have to be split, at least 2. Default: 2.</summary>
    public int MinSplitRows { get; init; } = 2;

    /// <summary>
    /// Features drawn at random for each split, at least 1; null for all. More are looked at until one can split. Default: null.
    /// </summary>
    public int? FeaturesPerSplit { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxDepth ?? 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinLeafRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinSplitRows, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(FeaturesPerSplit ?? 1, 1);
    }
}
