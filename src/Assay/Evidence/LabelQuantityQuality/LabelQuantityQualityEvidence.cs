using System.Globalization;
using Assay.Numerics;
using Assay.Plan.Labels;

namespace Assay.Evidence;

/// <summary>When are many cheap labels better than few dear ones, and does a mix beat both?</summary>
public sealed class LabelQuantityQualityEvidence : IExperiment
{
    private const string Folder = "label-quantity-quality";
    private const double WeakPrice = 0.1;
    private static readonly int[] Budgets = [8, 16, 64, 256, 600];
    private static readonly double[] Shares = [0, 0.05, 0.2, 0.5, 0.95, 1];
    private static readonly int[] Published = [5, 17, 65, 257, 1025, 4097];

    /// <inheritdoc/>
    public string Slug => "label-quantity-quality";

    /// <inheritdoc/>
    public string Title => "Balancing Label Quantity and Quality for Scalable Elicitation (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "The published table of methods and budgets, recomputed (the same for every seed). Our own runs: whether a handwritten digit is odd, on the 256 features of a network that learned the ten digits from "
        + "1,000 images; cheap labels by a logistic regression on 7 x 7 pixels that saw 300 others, at a tenth of the price of a correct one; every split of five budgets, cheap labels first and correct ones then "
        + "(400 steps of 32 at most, ten a row), tested on 2,000 images. Arms of a seed buy from one order of rows.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder, HandwrittenDigits.Folder];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Envelope(trial, figures);
        OddDigits digits = new(trial);
        LabelTrial plain = digits.Trial(trial.Size(2000, 100)),
            confident = digits.Trial(trial.Size(2000, 100), logConfidence: true);
        figures["weak-accuracy"] = plain.WeakAccuracy;
        RandomStream random = trial.Random.Child("labels");
        int done = 0;
        foreach (int budget in Budgets)
        {
            foreach (double share in Shares)
            {
                LabelSplit split = LabelSplit.Of(budget, share, WeakPrice);
                if (split.Weak + split.Gold > plain.Pool)
                    split = split with
                    {
                        Weak = Math.Max(0, plain.Pool - split.Gold),
                        Gold = Math.Min(split.Gold, plain.Pool),
                    }; // in a smoke pass only
                figures[Name(budget, share)] = plain.Run(split, GoldRows.Random, 0, random).Accuracy;
                if (share == 0.5)
                {
                    figures[$"uncertain/{budget}"] = plain.Run(split, GoldRows.Uncertain, 0, random).Accuracy;
                    figures[$"confident/{budget}"] = confident.Run(split, GoldRows.Random, 0, random).Accuracy;
                }
            }
            trial.Report("budgets", ++done, Budgets.Length);
        }
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Table() =>
            string.Join(
                "; ",
                Budgets.Select(budget =>
                    $"{budget}: "
                    + string.Join(
                        " ",
                        Shares.Select(share =>
                            trials.Mean(Name(budget, share)).Mean.ToString(".000", CultureInfo.InvariantCulture)
                        )
                    )
                )
            );
        Finding Lead(int budget, bool weak) =>
            Finding.Above(
                $"At a budget of {budget}, {(weak ? "cheap labels only beat dear ones only" : "dear labels only beat cheap ones only")} (difference of accuracies)",
                weak ? "quantity-dominant at small budgets" : "quality-dominant at large budgets",
                weak
                    ? trials.Difference(Name(budget, 0), minus: Name(budget, 1))
                    : trials.Difference(Name(budget, 1), minus: Name(budget, 0))
            );
        double[] envelope = [.. Published.Select(budget => trials[$"envelope/{budget}"][0])];
        bool isExact = envelope.SequenceEqual([0.58, 0.63, 0.75, 0.79, 0.84, 0.88]);
        int changes = 0;
        double[] leads = [.. Budgets.Select(budget => trials.Difference(Name(budget, 0), minus: Name(budget, 1)).Mean)];
        for (int i = 1; i < leads.Length; i++)
            changes += Math.Sign(leads[i]) != Math.Sign(leads[i - 1]) ? 1 : 0;
        bool isBetween = leads[0] > 0 && leads[2] < 0;
        Finding[] mixes =
        [
            .. ((int[])[16, 64, 256]).Select(budget =>
                Finding.Above(
                    $"At a budget of {budget}, a mix beats both pure choices (the mix and the pure choice of each seed are those that are best on the other seeds)",
                    "a mixed regime, around 256 to 512 dear labels' worth",
                    Mix(trials, budget)
                )
            ),
        ];
        return
        [
            new(
                "The best of all methods at each published budget, a cheap label at a tenth",
                "0.58, 0.63, 0.75, 0.79, 0.84, 0.88",
                string.Join(", ", envelope.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture))),
                isExact ? Verdict.Replicated : Verdict.NotReplicated,
                "recomputed exactly; deterministic"
            ),
            new(
                "At half the price of a dear label, prompting with a few examples wins at the smallest budgets only",
                "wins up to a budget of 17",
                $"wins or ties up to {trials["few-shot-until"][0]:0}",
                trials["few-shot-until"][0] <= 17 ? Verdict.Replicated : Verdict.NotReplicated,
                "no budget above 17; deterministic"
            ),
            Lead(8, weak: true),
            Lead(256, weak: false),
            new(
                "Which pure choice is better changes once, between budgets of 8 and 64",
                "three regimes in order",
                $"changes {changes} times; accuracy by share 0, 5, 20, 50, 95, 100 %: {Table()}; cheap labels are right in {trials.Text("weak-accuracy")}",
                changes == 1 && isBetween ? Verdict.Replicated : Verdict.NotReplicated,
                "the sign of the mean difference"
            ),
            .. mixes,
            Finding.Above(
                "Dear labels for the least sure rows beat dear labels for random rows (half of the budget, mean over 64 and 256)",
                "at most 2 points, at one of five budgets",
                trials.Of(figures =>
                    (
                        figures["uncertain/64"]
                        + figures["uncertain/256"]
                        - figures[Name(64, 0.5)]
                        - figures[Name(256, 0.5)]
                    ) / 2
                )
            ),
            Finding.Above(
                "The log-confidence loss beats cross-entropy on cheap labels (half of the budget, mean over 64 and 256)",
                "no gain, or one point lost",
                trials.Of(figures =>
                    (
                        figures["confident/64"]
                        + figures["confident/256"]
                        - figures[Name(64, 0.5)]
                        - figures[Name(256, 0.5)]
                    ) / 2
                )
            ),
        ];
    }

    private static string Name(int budget, double share) =>
        FormattableString.Invariant($"accuracy/{budget}/{share * 100:0}");

    private static MeanInterval Mix(Trials trials, int budget)
    {
        double[][] all = [.. Shares.Select(share => trials[Name(budget, share)])];
        double[] gains = new double[trials.Count];
        for (int seed = 0; seed < gains.Length; seed++)
        {
            double Others(int share) => all[share].Where((_, other) => other != seed).Average();
            int mix = Enumerable.Range(1, Shares.Length - 2).Where(IsMix).MaxBy(Others),
                pure = Others(0) > Others(Shares.Length - 1) ? 0 : Shares.Length - 1;
            gains[seed] = all[mix][seed] - all[pure][seed];
        }
        return MeanInterval.Of(gains, Trials.Confidence);

        // A twentieth of a small budget buys no dear label.
        bool IsMix(int share) => LabelSplit.Of(budget, Shares[share], WeakPrice) is { Weak: > 0, Gold: > 0 };
    }

    private static void Envelope(Trial trial, Figures figures)
    {
        string[][] rows =
        [
            .. File.ReadLines(trial.Path(Folder, "methods_by_budget.csv")).Skip(1).Select(line => line.Split(',')),
        ];
        double until = 0;
        foreach (string[] row in rows)
        {
            double price = Number(row[0]),
                budget = Number(row[1]);
            double[] trained = [.. row[2..^1].Where(field => field.Length > 0).Select(Number)];
            double prompted = row[^1].Length > 0 ? Number(row[^1]) : 0;
            if (price == WeakPrice)
                figures[$"envelope/{budget:0}"] = Math.Max(prompted, trained.DefaultIfEmpty().Max());
            if (price == 0.5 && prompted >= trained.DefaultIfEmpty().Max())
                until = Math.Max(until, budget);
        }
        figures["few-shot-until"] = until;
    }

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
