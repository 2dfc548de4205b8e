using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Evidence;

/// <summary>Do published leaderboards follow from their logs, and does a small benchmark of ours say what the large one says?</summary>
public sealed class AlgoPerfEvidence : IExperiment
{
    private const string Folder = "algoperf",
        Digits = "data-shapley";

    private static readonly (
        string Board,
        string Version,
        string Ruleset,
        (string Name, double Score)[] Published
    )[] Boards =
    [
        (
            "v05ext",
            "0.5",
            "external",
            [
                ("shampoo_submission", 0.7784),
                ("schedule_free_adamw", 0.7077),
                ("generalized_adam", 0.6383),
                ("cyclic_lr", 0.6301),
                ("nadamp", 0.5909),
                ("baseline", 0.5707),
                ("amos", 0.4918),
                ("caspr_adaptive", 0.4722),
                ("lawa_queue", 0.3699),
                ("lawa_ema", 0.3384),
                ("schedule_free_prodigy", 0),
            ]
        ),
        (
            "v05self",
            "0.5",
            "self-tuning",
            [
                ("schedule_free_adamw", 0.8542),
                ("baseline", 0.8194),
                ("nadamw_sequential", 0.3308),
                ("sinv6_75", 0.1420),
                ("sinv6", 0.0903),
                ("adamg", 0),
            ]
        ),
        ("v06ext", "0.6", "external", [("shampoo", 0.6244), ("baseline", 0.4590)]),
    ];

    /// <inheritdoc/>
    public string Slug => "algoperf";

    /// <inheritdoc/>
    public string Title => "Benchmarking Neural Network Training Algorithms (2023)";

    /// <inheritdoc/>
    public string Protocol =>
        "The three published leaderboards recomputed from their 4,377 logs (the same for every seed). Then a benchmark of our own: logistic regression, a perceptron and a small convolutional network on 1,797 digits, "
        + "a transformer of 0.07 M parameters over bytes of WikiText-2; targets by four rules with 4 trials each and 3 reruns of the best, then SGD with momentum, AdamW and NadamW in the paper's spaces with "
        + "3 sessions of 3 trials, 120 steps of 32 rows. Time is counted in steps.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder, Digits, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Leaderboards(trial, figures);
        trial.Report("leaderboards", 1, 10);
        Own(trial, figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        int swept = trials.Seeds(figures => figures["one-wins-all"] > 0),
            crossed = trials.Seeds(figures => figures["crossings"] > 0),
            changed = trials.Seeds(figures => figures["order-changes"] > 0);
        MeanInterval nadamw = trials.Mean("log-time/nadamw-adamw");
        double bound = Math.Log(1.3);
        return
        [
            Finding.Below(
                "The published scores of 19 submissions follow from their logs (largest difference)",
                "scores to four digits",
                trials.Mean("leaderboards/largest-difference"),
                bound: 5e-5,
                format: "0.000000"
            ),
            new(
                "Which trial of a session is the fastest, by time or by the index of its evaluation, matters little: one score of version 0.5 changes",
                "index in the code, time in the rules",
                $"{trials["leaderboards/changed-by-rule"][0]:0} of 17 scores of version 0.5 change, by {trials["leaderboards/largest-change"][0]:0.0000} at most",
                trials["leaderboards/changed-by-rule"][0] == 1 ? Verdict.Replicated : Verdict.NotReplicated,
                "exactly one score changes"
            ),
            new(
                "NadamW and AdamW take times within a factor of 1.3 of each other (geometric mean over workloads)",
                "expected at our size; the baselines differ by workload",
                $"log ratio {Trials.Text(nadamw)}",
                nadamw.Low > -bound && nadamw.High < bound ? Verdict.Replicated
                    : nadamw.Low > bound || nadamw.High < -bound ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the 95 % interval of the log ratio over seeds lies within log 1.3 = 0.262 on both sides"
            ),
            Finding.Above(
                "SGD with momentum loses more on the transformer than on the other workloads (log of its time over the faster Adam's, difference)",
                "expected at our size",
                trials.Of(figures =>
                    figures["log-time/momentum/transformer"]
                    - (
                        figures["log-time/momentum/logistic"]
                        + figures["log-time/momentum/mlp"]
                        + figures["log-time/momentum/convnet"]
                    ) / 3
                )
            ),
            new(
                "No optimiser is the fastest on every workload",
                "none is best everywhere",
                $"one is in {swept} of {trials.Count} seeds",
                swept == 0 ? Verdict.Replicated
                    : swept == trials.Count ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "in no seed replicated, in all refuted"
            ),
            new(
                "Training curves cross, so that the best at some step is no ranking",
                "curves cross",
                $"a pair crosses in {crossed} of {trials.Count} seeds; {trials.Text("crossings", "0.0")} of 12 pairs",
                crossed == trials.Count ? Verdict.Replicated
                    : crossed == 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "in every seed at least one pair of the best trials' curves changes its order by more than 2 % of the metric both ways"
            ),
            new(
                "The order of the scores changes when one workload is left out",
                "expected at our size",
                $"in {changed} of {trials.Count} seeds",
                changed == trials.Count ? Verdict.Replicated
                    : changed == 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "in every seed replicated, in none refuted"
            ),
        ];
    }

    private static void Leaderboards(Trial trial, Figures figures)
    {
        double largest = 0,
            largestChange = 0;
        int changed = 0;
        foreach ((string board, string version, string ruleset, (string, double)[] published) in Boards)
        {
            using TableFile file = new(trial.Path(Folder, $"evals_{board}.csv.gz"));
            bool self = ruleset == "self-tuning";
            IReadOnlyList<Workload> workloads =
                version == "0.5" ? PublishedWorkloads.Version05(self) : PublishedWorkloads.Version06(self);
            IReadOnlyList<RunLog> logs = RunTable.Logs(StudyTable.Of(file.View, trial.Cancellation), new());
            TargetTimes times = TargetTimes.Of(logs, workloads, FastestTrial.Index);
            PerformanceProfiles byIndex = new(times),
                byTime = new(TargetTimes.Of(logs, workloads));
            foreach ((string name, double score) in published)
            {
                int s = times.Submissions.ToList().IndexOf(name);
                largest = Math.Max(largest, Math.Abs(byIndex.Score(s) - score));
                double change = Math.Abs(byIndex.Score(s) - byTime.Score(s));
                if (version == "0.5" && change > 1e-9)
                    changed++;
                if (version == "0.5")
                    largestChange = Math.Max(largestChange, change);
            }
        }
        figures["leaderboards/largest-difference"] = largest;
        figures["leaderboards/changed-by-rule"] = changed;
        figures["leaderboards/largest-change"] = largestChange;
    }

    private static void Own(Trial trial, Figures figures)
    {
        OptimiserOptions options = new()
        {
            Label = LabelledTable.Label,
            Image = [1, 8, 8],
            Corpus = "corpus",
            Steps = trial.Size(120, 20),
            Evaluations = 20,
            Batch = 32,
            TargetTrials = trial.Size(4, 1),
            Reruns = trial.Size(3, 1),
            Studies = trial.Size(3, 1),
            Trials = trial.Size(3, 1),
        };
        using Pieces pieces = Pieces.Temporary();
        View corpus = new(
            Dataset.OfTexts(
                TextDomains.Lines(trial, "wikipedia").Where(line => line.Trim().Length > 0),
                rowsPerTable: 256
            )
        );
        Work work = new(pieces)
        {
            Random = trial.Random.Child("own"),
            Threads = trial.Threads,
            Cancellation = trial.Cancellation,
            Datasets = new Dictionary<string, View> { ["corpus"] = corpus },
        };
        (IReadOnlyList<RunLog> logs, IReadOnlyList<OptimiserBenchmark.SetTarget> targets) = new OptimiserBenchmark(
            options
        ).Measure(LabelledTable.Read(trial.Path(Digits, "digits.csv.gz")).ViewOf("digits"), work);
        Workload[] goals = [.. targets.Select(target => target.Goal)];
        TargetTimes times = TargetTimes.Of(logs, goals);
        PerformanceProfiles profiles = new(times);
        string[] names = [.. times.Submissions];
        double Time(string submission, int w) =>
            double.IsFinite(times[Array.IndexOf(names, submission), w])
                ? times[Array.IndexOf(names, submission), w]
                : goals[w].Budget + 1;
        for (int w = 0; w < goals.Length; w++)
        {
            figures[$"target/{goals[w].Name}"] = goals[w].Target;
            foreach (string name in options.Submissions)
                figures[$"time/{name}/{goals[w].Name}"] = Time(name, w);
            figures[$"log-time/momentum/{goals[w].Name}"] =
                Math.Log(Time("momentum", w)) - Math.Log(Math.Min(Time("adamw", w), Time("nadamw", w)));
        }
        for (int s = 0; s < names.Length; s++)
            figures[$"score/{names[s]}"] = profiles.Score(s);
        figures["log-time/nadamw-adamw"] = Enumerable
            .Range(0, goals.Length)
            .Average(w => Math.Log(Time("nadamw", w)) - Math.Log(Time("adamw", w)));
        figures["one-wins-all"] = Enumerable
            .Range(0, names.Length)
            .Count(s => Enumerable.Range(0, goals.Length).All(w => profiles.Ratio(s, w) == 1));
        figures["crossings"] = goals.Sum(goal => Crossings(logs, goal));
        figures["order-changes"] = goals.Any(goal => !Order(times).SequenceEqual(Order(times.Without(goal.Name))))
            ? 1
            : 0;
    }

    private static string[] Order(TargetTimes times)
    {
        PerformanceProfiles profiles = new(times);
        return
        [
            .. Enumerable
                .Range(0, times.Submissions.Count)
                .OrderByDescending(profiles.Score)
                .Select(s => times.Submissions[s]),
        ];
    }

    // Pairs of the best trials' curves of which each is clearly below the other somewhere.
    private static int Crossings(IReadOnlyList<RunLog> logs, Workload goal)
    {
        const double margin = 0.02;
        IReadOnlyList<TimedMetric>[] best =
        [
            .. logs.Where(log => log.Workload == goal.Name)
                .GroupBy(log => log.Submission)
                .Select(submission =>
                    submission
                        .OrderBy(log => log.Hit(goal)?.Time ?? double.PositiveInfinity)
                        .ThenBy(log =>
                            log.Evaluations.Select(at => at.Metric)
                                .Where(double.IsFinite)
                                .DefaultIfEmpty(double.MaxValue)
                                .Min()
                        )
                        .First()
                        .Evaluations
                ),
        ];
        int crossings = 0;
        for (int a = 0; a < best.Length; a++)
        for (int b = a + 1; b < best.Length; b++)
        {
            (double A, double B)[] both =
            [
                .. best[a]
                    .Join(best[b], at => at.Time, at => at.Time, (x, y) => (x.Metric, y.Metric))
                    .Where(pair => double.IsFinite(pair.Item1) && double.IsFinite(pair.Item2)),
            ];
            if (both.Any(pair => pair.A < (1 - margin) * pair.B) && both.Any(pair => pair.B < (1 - margin) * pair.A))
                crossings++;
        }
        return crossings;
    }
}
