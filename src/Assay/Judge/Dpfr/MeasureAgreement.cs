using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How alike DPFR and other measures order runs, for a pair of measures: Kendall's tau, NaN where a measure does not vary.</summary>
/// <param name="Relevance">The measure of relevance.</param>
/// <param name="Exposure">The measure of fairness.</param>
/// <param name="Gradient">Rise of fairness over rise of relevance from end to end of the frontier; a pair with 0, or none, says nothing.</param>
/// <param name="Best">The run closest to the reference.</param>
/// <param name="BestByAverage">The run with the best mean of the two.</param>
/// <param name="BetterOff">Tau of IBO.</param>
/// <param name="Envy">Tau of MME.</param>
/// <param name="Attention">Tau of IAA.</param>
/// <param name="Individual">Tau of II-F.</param>
/// <param name="Aggregate">Tau of AI-F.</param>
/// <param name="Average">Tau of the mean of the two measures.</param>
public sealed record MeasureAgreement(
    RelevanceMeasure Relevance,
    ExposureMeasure Exposure,
    double Gradient,
    string Best,
    string BestByAverage,
    double BetterOff,
    double Envy,
    double Attention,
    double Individual,
    double Aggregate,
    double Average
)
{
    /// <summary>Of all pairs of measures that a frontier can be made of.</summary>
    /// <param name="frontier">The frontier.</param>
    /// <param name="runs">Two at least.</param>
    /// <param name="alpha">Where the reference is.</param>
    public static IReadOnlyList<MeasureAgreement> Of(
        IReadOnlyList<FairnessPoint> frontier,
        IReadOnlyList<JudgedRun> runs,
        double alpha
    ) =>
        [
            .. from relevance in Enum.GetValues<RelevanceMeasure>()
            from exposure in Enum.GetValues<ExposureMeasure>()
            select Of(frontier, runs, relevance, exposure, alpha),
        ];

    private static MeasureAgreement Of(
        IReadOnlyList<FairnessPoint> frontier,
        IReadOnlyList<JudgedRun> runs,
        RelevanceMeasure relevance,
        ExposureMeasure exposure,
        double alpha
    )
    {
        FrontierDistance distance = FrontierDistance.Of(frontier, relevance, exposure, alpha);
        double[] nearness = [.. runs.Select(run => -distance.To(run.Relevance[relevance], run.Exposure[exposure]))];
        double[] averages = [.. runs.Select(run => run.Average(relevance, exposure))];
        double run = frontier[0].Relevance[relevance] - frontier[^1].Relevance[relevance];
        return new(
            relevance,
            exposure,
            (frontier[0].Exposure[exposure] - frontier[^1].Exposure[exposure]) / run,
            BestOf(nearness),
            BestOf(averages),
            Tau(one => one.Joint.BetterOff),
            Tau(one => -one.Joint.Envy),
            Tau(one => -one.Joint.Attention),
            Tau(one => -one.Joint.Individual),
            Tau(one => -one.Joint.Aggregate),
            RankCorrelation.Kendall(nearness, averages)
        );

        double Tau(Func<JudgedRun, double> measure) => RankCorrelation.Kendall(nearness, [.. runs.Select(measure)]);
        string BestOf(double[] scores) => runs[Array.IndexOf(scores, scores.Max())].Name;
    }
}
