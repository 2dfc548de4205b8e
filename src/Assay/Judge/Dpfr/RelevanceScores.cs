namespace Assay.Judge;

/// <summary>How relevant lists are, as means over users; more is better.</summary>
/// <param name="Precision">P: the share of places with a relevant item.</param>
/// <param name="Map">MAP: the mean over places with a relevant item of the precision up to there, over min(relevant items, k).</param>
/// <param name="Recall">R: the share of the relevant items that is shown.</param>
/// <param name="Ndcg">NDCG: gain 1, discount 1 / log2(rank + 1), over that of the best list.</param>
/// <param name="HitRate">HR: whether any shown item is relevant.</param>
/// <param name="Mrr">MRR: 1 over the rank of the first relevant item, or 0.</param>
public sealed record RelevanceScores(
    double Precision,
    double Map,
    double Recall,
    double Ndcg,
    double HitRate,
    double Mrr
)
{
    /// <summary>One of them.</summary>
    public double this[RelevanceMeasure measure] =>
        measure switch
        {
            RelevanceMeasure.Precision => Precision,
            RelevanceMeasure.Map => Map,
            RelevanceMeasure.Recall => Recall,
            _ => Ndcg,
        };

    /// <summary>Those of lists.</summary>
    /// <param name="test">Who finds what relevant.</param>
    /// <param name="lists">A list for each user, of which the first k items count.</param>
    public static RelevanceScores Of(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        test.Check(lists);
        RelevanceSums sums = new(test);
        for (int user = 0; user < test.Users; user++)
            sums.Set(user, lists[user]);
        return sums.Scores();
    }
}

/// <summary>Measures of relevance that a frontier can be made of.</summary>
public enum RelevanceMeasure
{
    /// <summary>P.</summary>
    Precision,

    /// <summary>MAP.</summary>
    Map,

    /// <summary>R.</summary>
    Recall,

    /// <summary>NDCG.</summary>
    Ndcg,
}
