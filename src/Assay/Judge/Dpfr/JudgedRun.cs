namespace Assay.Judge;

/// <summary>Lists and all that is measured of them.</summary>
/// <param name="Name">The recommender, and <c>+BC</c>, <c>+CM</c> or <c>+GS</c> where its lists were re-ranked.</param>
/// <param name="Relevance">How relevant they are.</param>
/// <param name="Exposure">How evenly items are shown.</param>
/// <param name="Joint">Both in one number, in five ways.</param>
public sealed record JudgedRun(string Name, RelevanceScores Relevance, ExposureScores Exposure, JointScores Joint)
{
    /// <summary>Measures lists.</summary>
    public static JudgedRun Of(RecommendationTest test, RecommendationRun run) =>
        new(
            run.Name,
            RelevanceScores.Of(test, run.Lists),
            ExposureScores.Of(test, run.Lists),
            JointScores.Of(test, run.Lists)
        );

    /// <summary>The run and its re-rankings; lists that are no longer than k, or have no scores, have fewer.</summary>
    public static IEnumerable<RecommendationRun> WithRerankings(RecommendationTest test, RecommendationRun run)
    {
        yield return run;
        if (run.Lists[0].Length <= test.Length)
            yield break;
        yield return new(run.Name + "+BC", Rerankings.Borda(test, run.Lists));
        if (run.Scores is null)
            yield break;
        yield return new(run.Name + "+CM", Rerankings.CombMnz(test, run.Lists, run.Scores));
        yield return new(run.Name + "+GS", Rerankings.GreedySubstitution(test, run.Lists, run.Scores));
    }

    /// <summary>The mean of relevance and fairness, the simplest rival of DPFR; Gini is turned round.</summary>
    public double Average(RelevanceMeasure relevance, ExposureMeasure exposure) =>
        (Relevance[relevance] + (exposure == ExposureMeasure.Gini ? 1 - Exposure.Gini : Exposure[exposure])) / 2;
}
