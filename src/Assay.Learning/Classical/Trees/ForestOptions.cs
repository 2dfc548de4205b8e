namespace Assay.Learning;

/// <summary>How <see cref="RandomForest"/> and <see cref="RandomForestRegression"/> grow.</summary>
public sealed record ForestOptions
{
    /// <summary>Number of trees, at least 1. Default: 100.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>
    /// How each tree grows. Where it does not say how many features are drawn for a split, classification draws the root of
    /// their number, and regression takes all. Default: fully grown trees.
    /// </summary>
    public TreeOptions Tree { get; init; } = new();

    /// <summary>
    /// Whether each tree gets its own draw of as many rows as there are, with replacement; a row drawn c times counts c times
    /// its weight. Default: true.
    /// </summary>
    public bool Bootstrap { get; init; } = true;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Trees, 1);
        Tree.Check();
    }
}
