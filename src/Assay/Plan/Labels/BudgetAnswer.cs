using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>What a budget is best spent on, measured on seeds that the choice was not made by.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Regime">What is scarce at it: labels or their quality.</param>
/// <param name="Best">The split to buy: the mix where it beats both pure choices, else the better pure one.</param>
/// <param name="Accuracy">What that split came to.</param>
/// <param name="AllWeak">Cheap labels only.</param>
/// <param name="AllGold">Dear labels only.</param>
/// <param name="Mix">The best mix, or null if there was none.</param>
/// <param name="IsDecided">Whether the pure choices differ by two pooled standard errors, or a mix beats both; else the noise decides.</param>
public sealed record BudgetAnswer(
    double Budget,
    LabelRegime Regime,
    LabelSplit Best,
    MeanInterval Accuracy,
    MeanInterval AllWeak,
    MeanInterval AllGold,
    MeanInterval? Mix,
    bool IsDecided
)
{
    private const double Confidence = 0.95;

    /// <summary>The answer from accuracies of the splits: all cheap, all dear, and the best mix if there is one.</summary>
    internal static BudgetAnswer Of(double budget, IReadOnlyList<LabelSplit> splits, IReadOnlyList<double[]> accuracies)
    {
        (LabelRegime regime, double lead) = LabelRegimes.Of(
            accuracies[0],
            accuracies[1],
            accuracies.Count > 2 ? accuracies[2] : []
        );
        int best = regime switch
        {
            LabelRegime.QuantityDominant => 0,
            LabelRegime.QualityDominant => 1,
            _ => 2,
        };
        MeanInterval[] means = [.. accuracies.Select(values => MeanInterval.Of(values, Confidence))];
        return new(
            budget,
            regime,
            splits[best],
            means[best],
            means[0],
            means[1],
            means.Length > 2 ? means[2] : null,
            regime == LabelRegime.Mixed || Math.Abs(lead) > 2 * LabelRegimes.Noise(accuracies[0], accuracies[1])
        );
    }

    /// <summary>The answer in a sentence.</summary>
    internal string Words =>
        $"At {LabelPlan.Number(Budget)}: "
        + Regime switch
        {
            LabelRegime.QuantityDominant => "cheap labels only",
            LabelRegime.QualityDominant => "dear labels only",
            _ => $"{Best.Share:P0} on dear labels",
        }
        + (IsDecided ? "." : ", by less than the noise.");
}
