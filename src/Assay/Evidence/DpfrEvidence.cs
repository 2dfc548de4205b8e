using System.Globalization;
using System.IO.Compression;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Are the published measures those of the published lists, and do other measures say what the distance to the frontier says?</summary>
public sealed class DpfrEvidence : IExperiment
{
    private const string Folder = "dpfr";

    // Distances at alpha = 0.5 in the method's description, computed with the released code's frontier: ItemKNN, BPR, MultiVAE, NCL.
    private static readonly (RelevanceMeasure X, ExposureMeasure Y, double[] Distances)[] Reference =
    [
        (RelevanceMeasure.Precision, ExposureMeasure.Jain, [.5294, .5713, .7335, .7416]),
        (RelevanceMeasure.Map, ExposureMeasure.Entropy, [.8291, .8470, .9891, 1.0161]),
        (RelevanceMeasure.Recall, ExposureMeasure.Gini, [.9809, 1.0372, 1.1725, 1.1788]),
        (RelevanceMeasure.Ndcg, ExposureMeasure.Entropy, [.8667, .8877, 1.0216, 1.0477]),
        (RelevanceMeasure.Ndcg, ExposureMeasure.Gini, [1.0282, 1.0825, 1.2114, 1.2185]),
    ];

    private static readonly string[] Models = ["ItemKNN", "BPR", "MultiVAE", "NCL"];

    private static readonly (string Name, Func<JudgedRun, double> Of)[] Measures =
    [
        ("HR", run => run.Relevance.HitRate),
        ("MRR", run => run.Relevance.Mrr),
        ("P", run => run.Relevance.Precision),
        ("MAP", run => run.Relevance.Map),
        ("R", run => run.Relevance.Recall),
        ("NDCG", run => run.Relevance.Ndcg),
        ("Jain_our", run => run.Exposure.Jain),
        ("QF_our", run => run.Exposure.Qualification),
        ("Ent_our", run => run.Exposure.Entropy),
        ("FSat_our", run => run.Exposure.Satisfaction),
        ("Gini_our", run => run.Exposure.Gini),
        ("IBO_our", run => run.Joint.BetterOff),
        ("IAA_true_ori", run => run.Joint.Attention),
        ("MME_ori", run => run.Joint.Envy),
        ("II-F_ori", run => run.Joint.Individual),
        ("AI-F_ori", run => run.Joint.Aggregate),
    ];

    private static readonly (string Name, Func<MeasureAgreement, double> Of)[] Rivals =
    [
        ("IBO", pair => pair.BetterOff),
        ("MME", pair => pair.Envy),
        ("IAA", pair => pair.Attention),
        ("II-F", pair => pair.Individual),
        ("AI-F", pair => pair.Aggregate),
        ("average", pair => pair.Average),
    ];

    /// <inheritdoc/>
    public string Slug => "dpfr";

    /// <inheritdoc/>
    public string Title =>
        "Joint Evaluation of Fairness and Relevance in Recommender Systems with Pareto Frontier (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "The published top-25 lists of four models for 437 users and 791 items (Amazon Luxury Beauty). Measures, CombMNZ re-ranking, Borda re-ranking, the ends of the frontier and the distances are "
        + "recomputed and compared with the published ones; these are deterministic and the same for every seed. For the agreement of measures a seed draws 437 users with replacement and "
        + "orders 12 runs (four models, plain, BC, CM) by each measure and by DPFR in 12 pairs of measures. The same is done with 12 runs of our own recommenders (popularity, ItemKNN, BPR, EASE), which learn from a random "
        + "80 % of the interactions of these users and are tested on the rest. On tests of 4 users and 6 items all lists are tried.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public int Revision => 3;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        RecommendationData data = Read(trial);
        Recompute(trial, data, figures);
        trial.Report("measures", 1, 4);
        Frontier(trial, data, figures);
        trial.Report("frontier", 2, 4);
        RandomStream draws = trial.Random.Child("users");
        int[] users = [.. Enumerable.Range(0, data.Test.Users).Select(_ => draws.NextInt32(data.Test.Users))];
        RecommendationTest drawn = new(
            data.Test.Items,
            data.Test.Length,
            [.. users.Select(user => data.Test.Known(user).ToArray())],
            [.. users.Select(user => data.Test.Relevant(user).ToArray())]
        );
        Agree("drawn", drawn, [.. data.Runs.Select(run => Take(run, users))], trial, figures);
        trial.Report("drawn users", 3, 4);
        OwnRecommenders(trial, data, figures);
        figures["toys/dominated"] = ToyFrontiers.DominatedShare(trial.Random.Child("toys"), trial.Size(30, 3));
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        (string Name, MeanInterval Tau)[] taus =
        [
            .. Rivals[..^1].Select(rival => (rival.Name, trials.Mean($"drawn/tau/{rival.Name}"))),
        ];
        (string Name, MeanInterval Tau) lowest = taus.MinBy(tau => tau.Tau.Mean),
            highest = taus.MaxBy(tau => tau.Tau.Mean);
        string Taus(string of) =>
            string.Join(", ", Rivals.Select(rival => $"{rival.Name} {trials.Text($"{of}/tau/{rival.Name}", "0.00")}"));
        return
        [
            Within(
                "The published 16 measures of four models are those of their lists",
                "64 figures to 10 digits",
                trials.Mean("measures/largest"),
                5e-10
            ),
            Within(
                "So are those after CombMNZ re-ranking",
                "64 figures to 10 digits",
                trials.Mean("measures/combmnz"),
                5e-10
            ),
            Within(
                "And those of BPR after Borda re-ranking",
                "11 figures to 6 digits",
                trials.Mean("measures/borda"),
                1e-6
            ),
            Within(
                "The frontier starts at P .382609, MAP 1, R .991438, NDCG 1",
                "printed to 6 digits",
                trials.Mean("frontier/relevance"),
                5e-7
            ),
            Within(
                "with Jain .355592, Ent .936316, Gini .213694",
                "printed to 6 digits; ties are broken otherwise there",
                trials.Mean("frontier/fairness"),
                2e-4
            ),
            Within(
                "and ends where all counts are even: Jain 1, Ent 1, Gini 0",
                "1, 1, 0",
                trials.Mean("frontier/end"),
                1e-9
            ),
            Within(
                "DPFR of four models in five pairs of measures",
                "20 distances with the released code's frontier",
                trials.Mean("distance/largest"),
                0.01
            ),
            Finding.Below(
                "No lists dominate a point of the frontier (share of points that some do in P and Jain; all lists of 30 tests of 4 users and 6 items a seed tried)",
                "a heuristic, called a Pareto frontier",
                trials.Mean("toys/dominated"),
                0.01
            ),
            Within(
                "Greedy substitution shows items as evenly as published (BPR: Jain, Ent, Gini)",
                "printed to 6 digits",
                trials.Mean("greedy/fairness"),
                1e-6
            ),
            Within(
                "and leaves P, MAP, R and NDCG as they were",
                "equal to those without re-ranking in all 6 digits",
                trials.Mean("greedy/relevance"),
                1e-6
            ),
            new(
                "Other joint measures relate inconsistently to DPFR",
                "tau from 0 to .97 over five measures",
                $"drawn users: {Taus("drawn")}",
                lowest.Tau.High < 0.5 && highest.Tau.Low > 0.8 ? Verdict.Replicated
                    : taus.All(tau => tau.Tau.Low > 0.8) || taus.All(tau => tau.Tau.High < 0.8) ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "one measure's interval of the mean tau over 12 pairs lies below 0.5 and another's above 0.8"
            ),
            new(
                "The same with recommenders of our own, on other splits of the interactions",
                "-",
                Taus("own"),
                Rivals[..^1].Any(rival => trials.Mean($"own/tau/{rival.Name}").High < 0.5)
                && Rivals[..^1].Any(rival => trials.Mean($"own/tau/{rival.Name}").Low > 0.8)
                    ? Verdict.Replicated
                    : Verdict.Inconclusive,
                "the same rule"
            ),
            Finding.Above(
                "The average of both measures often names another best run (share of 12 pairs, drawn users)",
                "in 70 to 78 % of cases on synthetic runs",
                trials.Mean("drawn/other-best"),
                0.5
            ),
            Finding.Above(
                "The same with recommenders of our own",
                "in 70 to 78 % of cases on synthetic runs",
                trials.Mean("own/other-best"),
                0.5
            ),
        ];
    }

    private static Finding Within(string claim, string paper, MeanInterval largest, double bound) =>
        new(
            claim,
            paper,
            "largest difference " + largest.Mean.ToString("0.0e+0", CultureInfo.InvariantCulture),
            largest.High <= bound ? Verdict.Replicated : Verdict.NotReplicated,
            "largest difference at most " + bound.ToString("0e+0", CultureInfo.InvariantCulture)
        );

    private static void Recompute(Trial trial, RecommendationData data, Figures figures)
    {
        string[][] published = Table(trial, "published_measures_4_datasets.csv"),
            reranked = Table(trial, "published_reranked_amazon-lb.csv");
        double Largest(string reranking, Func<RecommendationRun, int[][]> lists) =>
            data.Runs.Max(run =>
            {
                JudgedRun judged = JudgedRun.Of(data.Test, new(run.Name, lists(run)));
                int column = Array.IndexOf(published[0], run.Name);
                return Measures.Max(measure =>
                    Math.Abs(
                        measure.Of(judged)
                            - Number(
                                published.Single(row =>
                                    row[0] == "Amazon-lb" && row[1] == measure.Name && row[2] == reranking
                                )[column]
                            )
                    )
                );
            });
        figures["measures/largest"] = Largest("-", run => run.Lists);
        figures["measures/combmnz"] = Largest("CM", run => Rerankings.CombMnz(data.Test, run.Lists, run.Scores!));

        RecommendationRun bpr = data.Runs.Single(run => run.Name == "BPR");
        double Off(string source, int[][] lists, params IEnumerable<string> names)
        {
            JudgedRun judged = JudgedRun.Of(data.Test, new(source, lists));
            string[] row = reranked.Single(row => row[0] == source);
            return Measures
                .Select(measure => (Name: measure.Name.Split('_')[0], Value: measure.Of(judged)))
                .Where(measure => names.Contains(measure.Name))
                .Max(measure => Math.Abs(measure.Value - Number(row[Array.IndexOf(reranked[0], measure.Name)])));
        }
        figures["measures/borda"] = Off("BPR-BC", Rerankings.Borda(data.Test, bpr.Lists), reranked[0]);
        int[][] greedy = Rerankings.GreedySubstitution(data.Test, bpr.Lists, bpr.Scores!);
        figures["greedy/fairness"] = Off("BPR-GS", greedy, "Jain", "Ent", "Gini");
        figures["greedy/relevance"] = Off("BPR-GS", greedy, "P", "MAP", "R", "NDCG");
    }

    private static void Frontier(Trial trial, RecommendationData data, Figures figures)
    {
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(data.Test, cancellation: trial.Cancellation);
        double[] published = [.. Table(trial, "published_frontier_head_amazon-lb.csv")[1].Skip(1).Select(Number)];
        FairnessPoint first = points[0],
            last = points[^1];
        double[] relevance =
            [first.Relevance.Precision, first.Relevance.Map, first.Relevance.Recall, first.Relevance.Ndcg],
            exposure = [first.Exposure.Jain, first.Exposure.Entropy, first.Exposure.Gini];
        figures["frontier/relevance"] = Furthest(relevance, published[..4]);
        figures["frontier/fairness"] = Furthest(exposure, published[4..]);
        figures["frontier/end"] = Furthest([last.Exposure.Jain, last.Exposure.Entropy, last.Exposure.Gini], [1, 1, 0]);
        figures["frontier/end-precision"] = last.Relevance.Precision;
        figures["frontier/rows"] = points.Count;
        figures["distance/largest"] = Reference.Max(pair =>
        {
            FrontierDistance distance = FrontierDistance.Of(points, pair.X, pair.Y);
            return Furthest(
                [
                    .. Models.Select(model =>
                    {
                        JudgedRun run = JudgedRun.Of(data.Test, data.Runs.Single(run => run.Name == model));
                        return distance.To(run.Relevance[pair.X], run.Exposure[pair.Y]);
                    }),
                ],
                pair.Distances
            );
        });
    }

    private static void OwnRecommenders(Trial trial, RecommendationData data, Figures figures)
    {
        // All interactions of these users, dealt anew.
        List<(int User, int Item)> all = [];
        for (int user = 0; user < data.Test.Users; user++)
            all.AddRange([
                .. data.Test.Known(user).ToArray().Select(item => (user, item)),
                .. data.Test.Relevant(user).ToArray().Select(item => (user, item)),
            ]);
        trial.Random.Child("split").Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));
        HashSet<int>[] known = [.. Enumerable.Range(0, data.Test.Users).Select(_ => new HashSet<int>())],
            relevant = [.. Enumerable.Range(0, data.Test.Users).Select(_ => new HashSet<int>())];
        foreach ((int place, (int user, int item)) in all.Index())
            (place < 0.8 * all.Count ? known : relevant)[user].Add(item);
        RecommendationData dealt = RecommendationData.Of(
            data.Test.Items,
            data.Test.Length,
            known,
            relevant,
            [],
            Folder
        );
        RecommendationRun[] runs =
        [
            RunOf("popularity", PopularityRecommender.Fit(dealt.Known), dealt),
            RunOf("item-knn", ItemKnnRecommender.Fit(dealt.Known, new()), dealt),
            RunOf("bpr", BprRecommender.Fit(dealt.Known, new(), trial.Random.Child("bpr"), trial.Cancellation), dealt),
            RunOf("ease", EaseRecommender.Fit(dealt.Known, 10), dealt),
        ];
        IReadOnlyList<FairnessPoint> points = Agree("own", dealt.Test, runs, trial, figures);
        FrontierDistance distance = FrontierDistance.Of(points, RelevanceMeasure.Map, ExposureMeasure.Entropy);
        foreach (RecommendationRun run in runs)
        {
            JudgedRun judged = JudgedRun.Of(dealt.Test, run);
            figures[$"own/dpfr/{run.Name}"] = distance.To(judged.Relevance.Map, judged.Exposure.Entropy);
            figures[$"own/ndcg/{run.Name}"] = judged.Relevance.Ndcg;
        }
    }

    private static RecommendationRun RunOf(string name, IRecommender model, RecommendationData data)
    {
        (int[] Items, double[] Scores)[] tops =
        [
            .. Enumerable
                .Range(0, data.Test.Users)
                .Select(user => model.Top(user, 25, item => data.Known.Has(user, item))),
        ];
        return new(name, [.. tops.Select(top => top.Items)], [.. tops.Select(top => top.Scores)]);
    }

    private static IReadOnlyList<FairnessPoint> Agree(
        string prefix,
        RecommendationTest test,
        IReadOnlyList<RecommendationRun> runs,
        Trial trial,
        Figures figures
    )
    {
        JudgedRun[] judged =
        [
            .. runs.SelectMany(run => JudgedRun.WithRerankings(test, run).Where(one => !one.Name.EndsWith("+GS")))
                .Select(run => JudgedRun.Of(test, run)),
        ];
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(test, trial.Quick ? 10 : 0, trial.Cancellation);
        IReadOnlyList<MeasureAgreement> pairs = MeasureAgreement.Of(points, judged, 0.5);
        foreach ((string name, Func<MeasureAgreement, double> of) in Rivals)
            figures[$"{prefix}/tau/{name}"] = pairs.Average(pair => double.IsNaN(of(pair)) ? 0 : of(pair)); // one that does not vary orders nothing
        figures[$"{prefix}/other-best"] = pairs.Average(pair => pair.Best == pair.BestByAverage ? 0.0 : 1);
        return points;
    }

    private static RecommendationRun Take(RecommendationRun run, int[] users) =>
        new(run.Name, [.. users.Select(user => run.Lists[user])], [.. users.Select(user => run.Scores![user])]);

    private static RecommendationData Read(Trial trial)
    {
        using GZipStream json = new(
            File.OpenRead(trial.Path(Folder, "amazon-lb-recommendations.json.gz")),
            CompressionMode.Decompress
        );
        return ListsObject.Read(json, new());
    }

    private static string[][] Table(Trial trial, string file) =>
        [.. File.ReadLines(trial.Path(Folder, file)).Select(line => line.Split(','))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Furthest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
