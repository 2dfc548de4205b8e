using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Runs, the frontier and the distances between them as a study.</summary>
internal static class DpfrStudy
{
    public static Study Of(
        RecommendationTest test,
        IReadOnlyList<FairnessPoint> frontier,
        IReadOnlyList<JudgedRun> runs,
        DpfrOptions options,
        IReadOnlyList<string> notes
    )
    {
        FrontierDistance distance = FrontierDistance.Of(frontier, options.Relevance, options.Fairness, options.Alpha);
        double X(JudgedRun run) => run.Relevance[options.Relevance];
        double Y(JudgedRun run) => run.Exposure[options.Fairness];
        double To(JudgedRun run) => distance.To(X(run), Y(run));
        JudgedRun[] ranked = [.. runs.OrderBy(To).ThenBy(run => run.Name, StringComparer.Ordinal)];
        JudgedRun best = ranked[0],
            mostRelevant = runs.MaxBy(X)!;
        (string relevance, string fairness) = (NameOf(options.Relevance), NameOf(options.Fairness));
        return new()
        {
            Title = "Relevance and fairness against what is achievable",
            Answer =
                $"'{best.Name}' is closest to the reference on the frontier: {Text(To(best))} away in {relevance} and {fairness}"
                + (
                    mostRelevant.Name == best.Name
                        ? ", and it is the most relevant too."
                        : $"; the most relevant, '{mostRelevant.Name}', is {Text(To(mostRelevant))} away."
                ),
            Facts =
            [
                new("Least distance", Text(To(best)), $"DPFR of {best.Name}, of {runs.Count} runs"),
                new(
                    "Reference",
                    $"{Text(distance.Reference.X)}, {Text(distance.Reference.Y)}",
                    $"{relevance}, {fairness}"
                ),
                new("Reached", $"{Text(X(best))}, {Text(Y(best))}", $"{relevance}, {fairness} of the closest"),
                new("Frontier", $"{frontier.Count:N0} points", $"{frontier[^1].Replacements:N0} exchanges"),
                new("Test", $"{test.Users:N0} users", $"{test.Items:N0} items, lists of {test.Length}"),
            ],
            Panels =
            [
                Plane(distance, ranked, X, Y, relevance, fairness, options),
                Ranking(ranked, X, Y, To, relevance, fairness, options),
                Measures(ranked),
                .. runs.Count > 2 ? (Panel[])[Agreement(frontier, runs, options)] : [],
                FrontierTable(frontier),
            ],
            Notes =
            [
                "DPFR takes measures as they are: on data where all recommenders find little, their distance in relevance is almost the same and fairness decides. Look at both coordinates.",
                "The frontier is made by a heuristic from the test data; ties go to the lower user and the lower item.",
                .. notes,
            ],
        };
    }

    private static PointsPanel Plane(
        FrontierDistance distance,
        IReadOnlyList<JudgedRun> ranked,
        Func<JudgedRun, double> x,
        Func<JudgedRun, double> y,
        string relevance,
        string fairness,
        DpfrOptions options
    )
    {
        bool isLess = options.Fairness == ExposureMeasure.Gini;
        double Up(JudgedRun run) => isLess ? -y(run) : y(run);
        return new()
        {
            Title = $"{relevance} and {fairness}",
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"The line of small points is the frontier: what these test data allow at best. The reference lies at {options.Alpha:P0} of its length, and DPFR is the distance to it (of the values, also where an axis is logarithmic). A run is dominated if another run is better in both measures."
            ),
            X = new(relevance, Better: Better.More),
            Y = new(fairness, Better: isLess ? Better.Less : Better.More),
            Staircase = false,
            Clouds =
            [
                new(
                    "frontier",
                    [.. distance.Frontier.Select(point => point.X)],
                    [.. distance.Frontier.Select(point => point.Y)],
                    Emphasis.Faded
                ),
            ],
            Points =
            [
                new(
                    "reference",
                    MeanInterval.Exact(distance.Reference.X),
                    MeanInterval.Exact(distance.Reference.Y),
                    Standing.NonDominated
                ),
                .. ranked.Select(
                    (run, place) =>
                        new PlotPoint(
                            run.Name,
                            MeanInterval.Exact(x(run)),
                            MeanInterval.Exact(y(run)),
                            ranked.Any(other =>
                                x(other) >= x(run) && Up(other) >= Up(run) && (x(other) > x(run) || Up(other) > Up(run))
                            )
                                ? Standing.Dominated
                                : Standing.NonDominated
                        )
                        {
                            IsChosen = place == 0,
                        }
                ),
            ],
        };
    }

    private static TablePanel Ranking(
        IReadOnlyList<JudgedRun> ranked,
        Func<JudgedRun, double> x,
        Func<JudgedRun, double> y,
        Func<JudgedRun, double> to,
        string relevance,
        string fairness,
        DpfrOptions options
    ) =>
        new()
        {
            Title = "Ranking",
            Note = "By DPFR, the closest first; the average of both measures stands beside it.",
            Columns =
            [
                TableColumn.Of("run", ranked.Select(run => run.Name)),
                TableColumn.Of("DPFR", ranked.Select(to), 4),
                TableColumn.Of(relevance, ranked.Select(x), 4),
                TableColumn.Of(fairness, ranked.Select(y), 4),
                TableColumn.Of("average", ranked.Select(run => run.Average(options.Relevance, options.Fairness)), 4),
            ],
            Chosen = 0,
        };

    private static TablePanel Measures(IReadOnlyList<JudgedRun> ranked)
    {
        TableColumn Column(string name, Func<JudgedRun, double> of, int decimals = 4) =>
            TableColumn.Of(name, ranked.Select(of), decimals);
        return new()
        {
            Title = "Measures",
            Note =
                "Relevance: P to MRR, more is better. Fairness: Jain to FSat, more is better; Gini, less is better. Joint: IBO, more is better; the others, less is better.",
            Columns =
            [
                TableColumn.Of("run", ranked.Select(run => run.Name)),
                Column("P", run => run.Relevance.Precision),
                Column("MAP", run => run.Relevance.Map),
                Column("R", run => run.Relevance.Recall),
                Column("NDCG", run => run.Relevance.Ndcg),
                Column("HR", run => run.Relevance.HitRate),
                Column("MRR", run => run.Relevance.Mrr),
                Column("Jain", run => run.Exposure.Jain),
                Column("QF", run => run.Exposure.Qualification),
                Column("Ent", run => run.Exposure.Entropy),
                Column("FSat", run => run.Exposure.Satisfaction),
                Column("Gini", run => run.Exposure.Gini),
                Column("IBO", run => run.Joint.BetterOff),
                Column("MME", run => run.Joint.Envy, 6),
                Column("IAA", run => run.Joint.Attention, 6),
                Column("II-F", run => run.Joint.Individual, 6),
                Column("AI-F", run => run.Joint.Aggregate, 6),
            ],
        };
    }

    private static TablePanel Agreement(
        IReadOnlyList<FairnessPoint> frontier,
        IReadOnlyList<JudgedRun> runs,
        DpfrOptions options
    )
    {
        IReadOnlyList<MeasureAgreement> pairs = MeasureAgreement.Of(frontier, runs, options.Alpha);
        TableColumn Tau(string name, Func<MeasureAgreement, double> of) => TableColumn.Of(name, pairs.Select(of), 2);
        return new()
        {
            Title = "Agreement with DPFR",
            Note =
                "Kendall's tau between the order of the runs by DPFR and by another measure: 1 is the same order, 0 none in common. 'average' is the mean of the two measures of the pair.",
            Columns =
            [
                TableColumn.Of("pair", pairs.Select(pair => $"{NameOf(pair.Relevance)}-{NameOf(pair.Exposure)}")),
                TableColumn.Of("closest", pairs.Select(pair => pair.Best)),
                TableColumn.Of("best average", pairs.Select(pair => pair.BestByAverage)),
                Tau("IBO", pair => pair.BetterOff),
                Tau("MME", pair => pair.Envy),
                Tau("IAA", pair => pair.Attention),
                Tau("II-F", pair => pair.Individual),
                Tau("AI-F", pair => pair.Aggregate),
                Tau("average", pair => pair.Average),
                Tau("gradient", pair => double.IsFinite(pair.Gradient) ? pair.Gradient : double.NaN),
            ],
        };
    }

    private static TablePanel FrontierTable(IReadOnlyList<FairnessPoint> frontier) =>
        new()
        {
            Title = "Frontier",
            Note =
                "From the most relevant lists to the fairest, one exchange after the other; the CSV file has all points.",
            Shown = 8,
            Columns =
            [
                TableColumn.Of("exchanges", frontier.Select(point => (double)point.Replacements), 0),
                TableColumn.Of("P", frontier.Select(point => point.Relevance.Precision), 4),
                TableColumn.Of("MAP", frontier.Select(point => point.Relevance.Map), 4),
                TableColumn.Of("R", frontier.Select(point => point.Relevance.Recall), 4),
                TableColumn.Of("NDCG", frontier.Select(point => point.Relevance.Ndcg), 4),
                TableColumn.Of("Jain", frontier.Select(point => point.Exposure.Jain), 4),
                TableColumn.Of("Ent", frontier.Select(point => point.Exposure.Entropy), 4),
                TableColumn.Of("Gini", frontier.Select(point => point.Exposure.Gini), 4),
            ],
        };

    private static string NameOf(RelevanceMeasure measure) =>
        measure switch
        {
            RelevanceMeasure.Precision => "P",
            RelevanceMeasure.Map => "MAP",
            RelevanceMeasure.Recall => "R",
            _ => "NDCG",
        };

    private static string NameOf(ExposureMeasure measure) =>
        measure switch
        {
            ExposureMeasure.Jain => "Jain",
            ExposureMeasure.Entropy => "Ent",
            _ => "Gini",
        };

    private static string Text(double number) => number.ToString("0.000", CultureInfo.InvariantCulture);
}
