using Assay.Numerics;

namespace Assay.Plan.Filter;

/// <summary>How many of the best pools to keep at a budget.</summary>
/// <param name="Budget">Samples that the training can see.</param>
/// <param name="Keep">Number of pools, at least one; the fewest of equals.</param>
/// <param name="Error">The error that is predicted for them.</param>
/// <param name="Second">The number of pools that comes second; the same as <paramref name="Keep"/> where there is one pool.</param>
/// <param name="Margin">How much larger its error is.</param>
/// <param name="Interval">95 % interval of the error, over resamples, or null without any.</param>
/// <param name="Sure">Share of the resamples that choose the same, or null without any.</param>
/// <remarks>Source: arXiv 2404.07177, section 6, and the official code's choice of pools.</remarks>
public sealed record FilterChoice(
    double Budget,
    int Keep,
    double Error,
    int Second,
    double Margin,
    (double Low, double High)? Interval,
    double? Sure
)
{
    /// <summary>The choice by a fit, with intervals from resamples of it.</summary>
    public static FilterChoice Of(
        PoolFit fit,
        IReadOnlyList<PoolFit> resampled,
        IReadOnlyList<PoolRuns> runs,
        IReadOnlyList<int> order,
        double budget
    )
    {
        double[] errors = Errors(fit, runs, order, budget);
        int[] ranked = [.. Enumerable.Range(0, errors.Length).OrderBy(i => errors[i])];
        int keep = ranked[0] + 1,
            second = ranked[Math.Min(1, ranked.Length - 1)] + 1;
        (double, double)? interval = null;
        double? sure = null;
        if (resampled.Count > 0)
        {
            double[] ends = Quantiles.Of(
                [.. resampled.Select(one => one.Predict(runs, order, keep, budget))],
                [0.025, 0.975]
            );
            interval = (ends[0], ends[1]);
            sure = resampled.Count(one => Best(one, runs, order, budget) == keep) / (double)resampled.Count;
        }
        return new(budget, keep, errors[keep - 1], second, errors[second - 1] - errors[keep - 1], interval, sure);
    }

    /// <summary>The number of pools with the least predicted error; the fewest of equals.</summary>
    public static int Best(PoolFit fit, IReadOnlyList<PoolRuns> runs, IReadOnlyList<int> order, double budget)
    {
        double[] errors = Errors(fit, runs, order, budget);
        return 1 + Array.IndexOf(errors, errors.Min());
    }

    private static double[] Errors(
        PoolFit fit,
        IReadOnlyList<PoolRuns> runs,
        IReadOnlyList<int> order,
        double budget
    ) => [.. Enumerable.Range(1, order.Count).Select(keep => fit.Predict(runs, order, keep, budget))];
}
