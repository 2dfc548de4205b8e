using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>What a split of a budget came to, for one seed.</summary>
/// <param name="Accuracy">Share of the test rows that are right.</param>
/// <param name="Area">Area under the ROC curve.</param>
public readonly record struct LabelResult(double Accuracy, double Area);

/// <summary>Rows with features, correct labels and cheap ones, from which splits of a budget are bought, trained on and tested.</summary>
/// <param name="features">Features of all rows.</param>
/// <param name="gold">The correct class of each, 0 or 1.</param>
/// <param name="weak">The probability of class 1 that its cheap label gives.</param>
/// <param name="test">Share of the rows that are tested on.</param>
/// <param name="stage">How a stage is trained.</param>
public sealed class LabelTrial(Matrix features, int[] gold, double[] weak, double test, StageOptions stage)
{
    /// <summary>Rows that labels can be bought for.</summary>
    public int Pool => features.Rows - (int)(test * features.Rows);

    /// <summary>How often cheap labels are right.</summary>
    public double WeakAccuracy => gold.Index().Average(row => (weak[row.Index] >= 0.5 ? 1 : 0) == row.Item ? 1.0 : 0);

    /// <summary>Buys labels, trains on the cheap ones and then on the dear ones, and tests.</summary>
    /// <remarks>
    /// No row is bought twice, and none that is tested on. All splits of a seed buy from the same order of rows, so that they differ in the split alone.
    /// </remarks>
    /// <param name="split">What to buy; no more labels than there are rows.</param>
    /// <param name="gold">Which rows get dear labels.</param>
    /// <param name="temperature">For uncertain rows.</param>
    /// <param name="random">The seed's random numbers.</param>
    public LabelResult Run(LabelSplit split, GoldRows gold, double temperature, RandomStream random) =>
        Run(split, gold, temperature, random, out _);

    /// <summary>The same, and which rows got dear labels.</summary>
    internal LabelResult Run(
        LabelSplit split,
        GoldRows choice,
        double temperature,
        RandomStream random,
        out IReadOnlyList<int> bought
    )
    {
        if (split.Weak + split.Gold > Pool)
            throw new ArgumentException($"{split.Weak} + {split.Gold} labels cannot be bought for {Pool} rows.");
        int[] order = [.. Enumerable.Range(0, features.Rows)];
        random.Child("rows").Shuffle<int>(order);
        int[] tested = order[Pool..],
            cheap = order[..split.Weak],
            rest = order[split.Weak..Pool];
        TwoStageModel model = new(features.Columns);
        model.Train(features, cheap, [.. cheap.Select(row => weak[row])], stage, random.Child("weak"));
        int[] dear =
            choice == GoldRows.Uncertain && split.Weak > 0
                ?
                [
                    .. UncertainRows
                        .Choose(model.Probabilities(features, rest), split.Gold, temperature, random.Child("choice"))
                        .Select(i => rest[i]),
                ]
                : rest[..split.Gold];
        model.Train(
            features,
            dear,
            [.. dear.Select(row => (double)gold[row])],
            stage with
            {
                LogConfidence = false,
            },
            random.Child("gold")
        );
        bought = dear;
        double[] odds = [.. tested.Select(row => model.LogOdds(features.Row(row)))];
        int[] truth = [.. tested.Select(row => gold[row])];
        return new(
            odds.Index().Average(row => row.Item > 0 == (truth[row.Index] == 1) ? 1.0 : 0),
            truth.Distinct().Count() == 2 ? RankingMetrics.RocAuc(odds, truth) : 0.5
        );
    }
}
