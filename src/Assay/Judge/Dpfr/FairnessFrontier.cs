namespace Assay.Judge;

/// <summary>What is jointly achievable in relevance and fairness to items with these test data, from most relevant to fairest.</summary>
/// <remarks>
/// Oracle2Fair of "Joint Evaluation of Fairness and Relevance in Recommender Systems with Pareto Frontier", arXiv 2502.11921. From the most relevant lists on, the most
/// shown item gives one of its places to an item that was never shown, or, when all were, to the least shown one; that of a user for whom it matters least. It is a heuristic: a
/// point beyond it is not excluded. Ties: items by id, users by index. Where no user can make a wanted exchange, the next item is tried (the
/// released code throws).
/// </remarks>
public static class FairnessFrontier
{
    /// <summary>Builds the whole frontier, or an estimate of it.</summary>
    /// <param name="test">Users and items.</param>
    /// <param name="between">Points between start and end; 0 keeps every step.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>The points in order; the first is the most relevant one, the last the fairest.</returns>
    public static IReadOnlyList<FairnessPoint> Of(
        RecommendationTest test,
        int between = 0,
        CancellationToken cancellation = default
    ) => Of(test, between, cancellation, out _);

    /// <summary>The same, with the fairest lists.</summary>
    internal static IReadOnlyList<FairnessPoint> Of(
        RecommendationTest test,
        int between,
        CancellationToken cancellation,
        out int[][] lists
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(between);
        ListExchange exchange = new(test, OracleLists.Of(test));
        // The number of exchanges is not known before; this is what the paper estimates it by.
        int every = between == 0 ? 1 : Math.Max(1, exchange.Excess() / (between + 1)),
            made = 0;
        List<FairnessPoint> points = [exchange.Point(0)];
        while (exchange.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            made++;
            if (made % every == 0 && (between == 0 || points.Count <= between))
                points.Add(exchange.Point(made));
        }
        if (points[^1].Replacements < made)
            points.Add(exchange.Point(made));
        lists = exchange.Lists;
        return points;
    }
}

/// <summary>A point of the frontier.</summary>
/// <param name="Replacements">Exchanges made since the most relevant lists.</param>
/// <param name="Relevance">How relevant the lists are.</param>
/// <param name="Exposure">How evenly items are shown.</param>
public sealed record FairnessPoint(int Replacements, RelevanceScores Relevance, ExposureScores Exposure);
