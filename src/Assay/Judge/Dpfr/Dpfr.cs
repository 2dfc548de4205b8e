using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Judges recommenders by their distance to what is jointly achievable in relevance and fairness to items.</summary>
/// <remarks>
/// Source: "Joint Evaluation of Fairness and Relevance in Recommender Systems with Pareto Frontier", arXiv 2502.11921. The frontier is made from the test data alone; a
/// recommender is as good as it is close to the point halfway along it.
/// </remarks>
[Method("judge/dpfr", Paper = "dpfr")]
public sealed class Dpfr(DpfrOptions options) : IStudy
{
    private const int MostEaseItems = 4000; // its matrix has as many squared

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows have none of the forms, or a recommender is not known.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        StudyTable? lists =
            options.Lists.Length > 0 ? StudyTable.Of(work.Dataset(options.Lists), work.Cancellation) : null;
        RecommendationData read = ListsObject.Is(table)
            ? ListsObject.Read(table, options, data.Dataset.Name)
            : InteractionTables.Read(table, lists, options, work.Random, data.Dataset.Name);
        List<string> notes = [.. read.Notes];
        IReadOnlyList<RecommendationRun> runs = read.Runs.Count > 0 ? read.Runs : Train(read, notes, work);
        using Workers.LimitScope limit = Workers.Limit(work.Threads);
        JudgedRun[] judged =
        [
            .. runs.SelectMany(run => options.Rerank ? JudgedRun.WithRerankings(read.Test, run) : [run])
                .Select(run => JudgedRun.Of(read.Test, run)),
        ];
        IReadOnlyList<FairnessPoint> frontier = FairnessFrontier.Of(read.Test, options.Points, work.Cancellation);
        return DpfrStudy.Of(read.Test, frontier, judged, options, notes);
    }

    private List<RecommendationRun> Train(RecommendationData data, List<string> notes, Work work)
    {
        List<RecommendationRun> runs = [];
        foreach ((int done, string name) in options.Models.Index())
        {
            work.Cancellation.ThrowIfCancellationRequested();
            work.Progress?.Report(new("recommenders", done, options.Models.Count, "recommenders"));
            if (name == "ease" && data.Known.Items > MostEaseItems)
            {
                notes.Add(
                    $"ease was left out: it inverts a matrix of items by items, and {data.Known.Items:N0} are more than {MostEaseItems:N0}."
                );
                continue;
            }
            IRecommender model = Fit(name, data.Known, work);
            (int[] Items, double[] Scores)[] tops = new (int[], double[])[data.Test.Users];
            work.Each(
                tops.Length,
                user =>
                    tops[user] = model.Top(
                        user,
                        Math.Max(options.Depth, options.Length),
                        item => data.Known.Has(user, item)
                    )
            );
            int depth = tops.Min(top => top.Items.Length);
            runs.Add(
                new(name, [.. tops.Select(top => top.Items[..depth])], [.. tops.Select(top => top.Scores[..depth])])
            );
        }
        return runs.Count > 0
            ? runs
            : throw new AssayException(
                "there is no recommender to judge",
                hint: "Name some with 'models', or give lists."
            );
    }

    private static IRecommender Fit(string name, Interactions known, Work work) =>
        name switch
        {
            "popularity" => PopularityRecommender.Fit(known),
            "item-knn" => ItemKnnRecommender.Fit(known, new()),
            "bpr" => BprRecommender.Fit(known, new(), work.Random.Child(name), work.Cancellation),
            // A penalty of the size that the paper's data ask for, per user.
            "ease" => EaseRecommender.Fit(known, Math.Max(10, known.Users / 100.0)),
            _ => throw new AssayException(
                $"there is no recommender '{name}'",
                hint: "Known: popularity, item-knn, bpr, ease."
            ),
        };
}
