using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Evidence;

/// <summary>Do published scores give the published aggregates, does a small scale predict a large one, and what does a small DataComp of ours say?</summary>
public sealed class DataCompEvidence : IExperiment
{
    private const string Folder = "datacomp",
        Wikipedia = "wikipedia",
        Good = "good";
    private const int DocumentBytes = 600,
        NanoBytes = 16_000,
        MicroBytes = 48_000,
        Inner = 2;

    private static readonly string[] Halves = ["random", "classifier", "dsir", "perplexity"];
    private static readonly int[] Percents = [10, 25, 50, 100];

    /// <inheritdoc/>
    public string Slug => "datacomp";

    /// <inheritdoc/>
    public string Title =>
        "DataComp: In search of the next generation of multimodal datasets (2023), and DataComp-LM (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "The published aggregates of 156 models and the correlations between their scales recomputed (the same for every seed). Then a contest of our own: a pool of 48 kB of starts of documents of the Pile and of web pages, of which four methods keep half, and all of it; "
        + "models of 0.25 M parameters see 16,000 bytes (nano) or 48,000 (micro), two of each, measured by bits per byte on WikiText-2's test lines and on good web pages apart. Subsets of 10, 25, 50 and 100 % of the pool by classifier score at the same bytes seen.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder, SurveyCorpora.Folder, TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Published(trial, figures);
        trial.Report("published", 1, 10);
        Own(trial, figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        Finding Predicts(string claim, string paper, string name) =>
            new(
                claim,
                paper,
                FormattableString.Invariant(
                    $"{trials[name][0]:0.000} [{trials[name + "/low"][0]:0.000}, {trials[name + "/high"][0]:0.000}] over data sets"
                ),
                trials[name + "/low"][0] > 0.5 ? Verdict.Replicated
                    : trials[name + "/high"][0] <= 0.5 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "Fisher's 95 % interval lies above 0.5"
            );
        return
        [
            Finding.Below(
                "542 published aggregates follow from the tasks' accuracies (largest difference)",
                "core and extended, versions 1 and 2",
                trials.Mean("aggregates/largest-difference"),
                bound: 1e-9,
                format: "0.0e+0"
            ),
            Predicts("Core at 400 M parameters predicts core at 7 B", "about .84", "pearson/400M-7B"),
            Predicts("Core at 1 B parameters predicts core at 7 B", "about .96", "pearson/1B-7B"),
            new(
                "MMLU at 400 M parameters says nothing of MMLU at 7 B",
                "chance level at small scales",
                FormattableString.Invariant(
                    $"{trials["pearson/mmlu"][0]:0.000} [{trials["pearson/mmlu/low"][0]:0.000}, {trials["pearson/mmlu/high"][0]:0.000}] over data sets"
                ),
                trials["pearson/mmlu/low"][0] <= 0 ? Verdict.Replicated : Verdict.NotReplicated,
                "Fisher's 95 % interval does not lie above 0"
            ),
            Finding.Below(
                "DSIR towards WikiText is better than a random half, at the smaller tier (bits per byte, difference)",
                "selectors that know the target win",
                trials.Difference("bits/nano/dsir", minus: "bits/nano/random")
            ),
            Finding.Below(
                "DSIR towards WikiText is better than a random half, at the larger tier",
                "selectors that know the target win",
                trials.Difference("bits/micro/dsir", minus: "bits/micro/random")
            ),
            Finding.Below(
                "A classifier of WikiText is better than a random half, at the larger tier",
                "selectors that know the target win",
                trials.Difference("bits/micro/classifier", minus: "bits/micro/random")
            ),
            Finding.Below(
                "All rows catch up with DSIR's half at the larger tier, where the half is repeated (change of the difference, bits per byte)",
                "expected at our size",
                trials.Of(figures =>
                    figures["bits/micro/all"]
                    - figures["bits/micro/dsir"]
                    - (figures["bits/nano/all"] - figures["bits/nano/dsir"])
                )
            ),
            Finding.Above(
                "The smaller tier ranks submissions as the larger one does (Spearman over five)",
                "rankings correlate between scales",
                trials.Mean("spearman/nano-micro")
            ),
            Finding.Above(
                "The best share of the pool is larger at the larger tier (log2 of the shares' ratio)",
                "the best fraction depends on compute",
                trials.Of(figures => Math.Log2(figures["best-percent/micro"] / figures["best-percent/nano"]))
            ),
            Finding.Above(
                "At the larger tier a tenth of the pool, repeated ten times, is worse than half of it (bits per byte, difference)",
                "small subsets pay by repetition",
                trials.Difference("percent/micro/10", minus: "percent/micro/50")
            ),
        ];
    }

    private static void Published(Trial trial, Figures figures)
    {
        using TableFile evaluations = new(trial.Path(Folder, "dclm_evals.csv.gz")),
            meta = new(trial.Path(Folder, "dclm_task_meta.csv"));
        StudyTable table = StudyTable.Of(evaluations.View, trial.Cancellation);
        double largest = 0;
        foreach (string version in (string[])["v1", "v2"])
        {
            Aggregates aggregates = new(ScoreTable.Tasks(StudyTable.Of(meta.View, trial.Cancellation), version));
            IReadOnlyList<Submission> runs = ScoreTable.Submissions(table, aggregates.Tasks, new());
            foreach (string name in (string[])[Aggregates.Core, Aggregates.Extended])
            {
                double[] published = table.NumbersOrNaN($"{name}_{version}");
                for (int run = 0; run < runs.Count; run++)
                    if (!double.IsNaN(published[run]))
                        largest = Math.Max(
                            largest,
                            Math.Abs(published[run] - aggregates.Of(name, runs[run].Accuracies))
                        );
            }
            if (version != "v1")
                continue;
            void Add(string name, string small, string large, string by)
            {
                MeanInterval r = new ScaleTable(runs, run => aggregates.Of(by, run.Accuracies))
                    .Transfer(small, large)
                    .Pearson;
                (figures[name], figures[name + "/low"], figures[name + "/high"]) = (r.Mean, r.Low, r.High);
            }
            Add("pearson/400M-7B", "400M-1x at 0.003", "7B-1x at 0.0003", Aggregates.Core);
            Add("pearson/1B-7B", "1B-1x at 0.003", "7B-1x at 0.0003", Aggregates.Core);
            Add("pearson/400M-1B", "400M-1x at 0.003", "1B-1x at 0.003", Aggregates.Core);
            Add("pearson/mmlu", "400M-1x at 0.003", "7B-1x at 0.0003", "mmlu_fewshot");
        }
        figures["aggregates/largest-difference"] = largest;
    }

    private static void Own(Trial trial, Figures figures)
    {
        using SurveyCorpora corpora = new(trial);
        RandomStream random = trial.Random.Child("pool");
        (bool IsGood, string Text)[] pages = [.. corpora.Pages];
        random.Child("pages").Shuffle<(bool, string)>(pages);
        string[] good = [.. pages.Where(page => page.IsGood).Take(16).Select(page => Start(page.Text))];
        string[] documents =
        [
            .. corpora.Pile.Select(document => Start(document.Text)),
            .. pages.Select(page => Start(page.Text)).Except(good),
        ];
        random.Child("documents").Shuffle<string>(documents);
        List<string> rows = [];
        for (int i = 0, bytes = 0; i < documents.Length && bytes < trial.Size(MicroBytes, 16_000); i++)
        {
            rows.Add(documents[i]);
            bytes += System.Text.Encoding.UTF8.GetByteCount(documents[i]);
        }
        View pool = SurveyCorpora.ViewOf(rows),
            target = SurveyCorpora.ViewOf(TextDomains.Lines(trial, "wikipedia").Where(line => line.Length > 100)),
            test = SurveyCorpora.ViewOf(
                TextDomains.Lines(trial, "wikipedia-test").Where(line => line.Length > 200).Take(16).Select(Start)
            );
        int all = rows.Sum(System.Text.Encoding.UTF8.GetByteCount);
        (string Name, View View)[] submissions =
        [
            ("all", pool),
            .. Halves.Select(arm => (arm, new ChosenText(trial, corpora, all / 2).Choose(arm, pool, target))),
            .. Percents[..^2]
                .Select(percent =>
                    (
                        $"top-{percent}",
                        new ChosenText(trial, corpora, all * percent / 100).Choose("classifier", pool, target)
                    )
                ),
        ];
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces)
        {
            Random = trial.Random.Child("own"),
            Threads = trial.Threads,
            Cancellation = trial.Cancellation,
            Datasets = new Dictionary<string, View> { [Wikipedia] = test, [Good] = SurveyCorpora.ViewOf(good) },
        };
        TierJudge judge = new(new() { Tests = [Wikipedia, Good], Seeds = Inner });
        foreach (
            Tier tier in (Tier[])
                [
                    new("nano", "gpt-250k", trial.Size(NanoBytes, 3000)),
                    new("micro", "gpt-250k", trial.Size(MicroBytes, 9000)),
                ]
        )
        {
            foreach (
                IGrouping<string, TierJudge.TierRun> runs in judge
                    .RunsOf(tier, submissions, work)
                    .GroupBy(run => run.Scores.Dataset)
            )
                figures[$"bits/{tier.Name}/{runs.Key}"] = runs.Average(run => run.BitsPerByte.Average());
            double OfPercent(int percent) =>
                figures[
                    percent switch
                    {
                        100 => $"bits/{tier.Name}/all",
                        50 => $"bits/{tier.Name}/classifier",
                        _ => $"bits/{tier.Name}/top-{percent}",
                    }
                ];
            foreach (int percent in Percents)
                figures[$"percent/{tier.Name}/{percent}"] = OfPercent(percent);
            figures[$"best-percent/{tier.Name}"] = Percents.MinBy(OfPercent);
            trial.Report(tier.Name, tier.Name == "nano" ? 4 : 10, 10);
        }
        figures["spearman/nano-micro"] = RankCorrelation.Spearman(Bits("nano"), Bits("micro"));

        double[] Bits(string tier) => [.. ((string[])["all", .. Halves]).Select(arm => figures[$"bits/{tier}/{arm}"])];
        static string Start(string text) => text.Length > DocumentBytes ? text[..DocumentBytes] : text;
    }
}
