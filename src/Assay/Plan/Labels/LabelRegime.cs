using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>What kind of labels a budget is best spent on.</summary>
public enum LabelRegime
{
    /// <summary>Many cheap labels are better than few dear ones.</summary>
    QuantityDominant,

    /// <summary>A mix beats both by more than the noise.</summary>
    Mixed,

    /// <summary>Few dear labels are better than many cheap ones.</summary>
    QualityDominant,
}

/// <summary>Which regime accuracies show.</summary>
/// <remarks>After the figures of arXiv 2410.13215; the rule is ours: a mix counts only beyond two pooled standard errors of what it is compared with.</remarks>
public static class LabelRegimes
{
    /// <summary>The regime, and by how much the better pure choice is ahead of the other.</summary>
    /// <param name="allWeak">Accuracies with cheap labels only, one for each seed, at least two.</param>
    /// <param name="allGold">Accuracies with dear labels only.</param>
    /// <param name="bestMix">Accuracies of the best mix, or empty if there is none.</param>
    public static (LabelRegime Regime, double Lead) Of(
        IReadOnlyList<double> allWeak,
        IReadOnlyList<double> allGold,
        IReadOnlyList<double> bestMix
    )
    {
        double weak = allWeak.Average(),
            gold = allGold.Average(),
            lead = gold - weak;
        if (bestMix.Count > 1)
        {
            IReadOnlyList<double> better = weak > gold ? allWeak : allGold;
            if (bestMix.Average() > Math.Max(weak, gold) + 2 * Noise(better, bestMix))
                return (LabelRegime.Mixed, lead);
        }
        return (weak > gold ? LabelRegime.QuantityDominant : LabelRegime.QualityDominant, lead);
    }

    /// <summary>The standard error of the difference of two means.</summary>
    internal static double Noise(IReadOnlyList<double> some, IReadOnlyList<double> others) =>
        Math.Sqrt(SquaredError(some) + SquaredError(others));

    private static double SquaredError(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return values.Count < 2
            ? 0
            : values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count;
    }
}
