namespace Assay.Learning;

/// <summary>How <see cref="GradientBoosting"/> and <see cref="GradientBoostingRegression"/> fit. Defaults as scikit-learn's histogram boosting.</summary>
public sealed record BoostingOptions
{
    /// <summary>Rounds, at least 1; each adds a tree, or with more than two classes a tree a class. Default: 100.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>What each tree's predictions are multiplied with, above 0. Default: 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Leaves of a tree at most, at least 2. Default: 31.</summary>
    public int MaxLeaves { get; init; } = 31;

    /// <summary>Levels below the root at most, at least 1; null for any. Default: null.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>Whether the leaf of largest gain is split next; if not, leaves are split level by level. Default: true.</summary>
    public bool LeafWise { get; init; } = true;

    /// <summary>Rows (whatever their weights) that a leaf must have, at least 1. Default: 20.</summary>
    public int MinLeafRows { get; init; } = 20;

    /// <summary>Second derivatives that a leaf must have in sum, at least 0. Default: 0.001.</summary>
    public double MinLeafHessian { get; init; } = 1e-3;

    /// <summary>L2 penalty of the leaves' predictions, at least 0. Default: 0.</summary>
    public double L2 { get; init; }

    /// <summary>What a split must gain at least, at least 0. Default: 0.</summary>
    public double MinGain { get; init; }

    /// <summary>Share of the rows that each round learns from, drawn without replacement, in (0, 1]. Default: 1.</summary>
    public double Subsample { get; init; } = 1;

    /// <summary>Bins of each feature at most, 2 to 255. Default: 255.</summary>
    public int MaxBins { get; init; } = 255;

    /// <summary>
    /// Whether NaN is allowed, as a missing value that each split sends to the side where it gains more (to the larger one if
    /// the feature had none when fitting). Default: false, so that NaN is an error.
    /// </summary>
    public bool MissingValues { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLeaves, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinLeafRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBins, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBins, 255);
        Check(LearningRate > 0, LearningRate, nameof(LearningRate));
        Check(Subsample is > 0 and <= 1, Subsample, nameof(Subsample));
        Check(MinLeafHessian >= 0, MinLeafHessian, nameof(MinLeafHessian));
        Check(L2 >= 0, L2, nameof(L2));
        Check(MinGain >= 0, MinGain, nameof(MinGain));
    }

    private static void Check(bool right, double value, string name)
    {
        if (!right || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} is out of its range.");
    }
}
