namespace Assay.Plan.Labels;

/// <summary>Which runs are worth their cost.</summary>
/// <remarks>
/// Source: arXiv 2410.13215, the official notebook: dearer runs count only if they are better by a tolerance, and if nothing of nearly the same cost is better
/// still. Without tolerances it is the plain front of cost and accuracy.
/// </remarks>
public static class CostFrontier
{
    /// <summary>Indices of the runs on the frontier, by cost.</summary>
    /// <param name="costs">What each run costs.</param>
    /// <param name="accuracies">How good each is.</param>
    /// <param name="costTolerance">Costs that differ by at most this share count as the same.</param>
    /// <param name="accuracyTolerance">By how much a dearer run must be better.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static IReadOnlyList<int> Of(
        IReadOnlyList<double> costs,
        IReadOnlyList<double> accuracies,
        double costTolerance = 0.01,
        double accuracyTolerance = 0.002
    )
    {
        if (costs.Count != accuracies.Count)
            throw new ArgumentException($"{costs.Count} costs for {accuracies.Count} accuracies.");
        int[] order = [.. Enumerable.Range(0, costs.Count).OrderBy(i => costs[i]).ThenByDescending(i => accuracies[i])];
        List<int> frontier = [];
        double best = double.NegativeInfinity;
        foreach (int i in order)
        {
            if (frontier.Count > 0 && accuracies[i] <= best + accuracyTolerance)
                continue;
            bool isBeaten = order.Any(other =>
                other != i
                && Math.Abs(costs[other] - costs[i]) <= costTolerance * costs[i]
                && accuracies[other] >= accuracies[i]
                && (accuracies[other] > accuracies[i] || frontier.Contains(other))
            );
            if (frontier.Count > 0 && isBeaten)
                continue;
            frontier.Add(i);
            best = accuracies[i];
        }
        return frontier;
    }
}
