using System.Globalization;
using Assay.Learning;
using Assay.Numerics;
using Assay.Plan.Prescribe;

namespace Assay.Evidence;

/// <summary>Do few optimised changes turn a model's verdict, more often than random ones, and in the eyes of a model that learned from other rows?</summary>
public sealed class SleepPrescriptiveEvidence : IExperiment
{
    private const string Folder = "sleep-prescriptive",
        File = "sleep_health_and_lifestyle.csv";
    private const int Draws = 20,
        Bootstraps = 10;
    private const double Budget = 4,
        Effort = 4,
        SameEffort = 0.5;

    private static readonly int[] Counts = [1, 2, 3, 5];
    private static readonly double[] Lambdas = [0, 0.5, 1, 2];

    private static readonly PrescribeOptions Options = new()
    {
        Label = "quality",
        Wanted = "at least 7",
        Change = new Dictionary<string, string>
        {
            ["duration"] = "+0.5 +1 +1.5 +2",
            ["activity"] = "+15 +30 +45",
            ["stress"] = "-1 -2 -3 resistance 2",
            ["bmi"] = "Obese > Overweight > Normal/Normal Weight/Underweight steps 1 resistance 3",
            ["steps"] = "+1000 +2000 +3000",
        },
    };

    /// <inheritdoc/>
    public string Slug => "sleep-prescriptive";

    /// <inheritdoc/>
    public string Title =>
        "Integrating Explainable Machine Learning and Mixed-Integer Optimization for Personalized Sleep Quality Intervention (2026)";

    /// <inheritdoc/>
    public string Protocol =>
        "The public sleep table (374 synthetic rows, few of them distinct; not the paper's data, which are not public): good sleep is a quality of 7 or more; nine columns, five of which may change. "
        + "A seed deals rows into thirds, those of the same columns together: a logistic model on the first advises each distinct row of the last that it scores as poor; models that learned from the second third alone "
        + "(logistic, boosted trees) judge the advice. Controls: all pairs of feasible changes of the same effort, within half a unit; as many changes at random (20 draws a row); greedy choice within a budget; the paper's gains by global SHAP weights; rows dealt without "
        + "keeping copies together. The paper's programme is a reconstruction.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Folder];

    /// <inheritdoc/>
    public int Seeds => 20;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        FeatureTable table = Read(trial);
        Accuracies(trial, table, figures);
        trial.Report("models", 1, 2);
        int[] groups = table.Groups(),
            thirds = HeldOutFolds.Deal(groups, 3, trial.Random.Child("thirds"));
        int[] Of(int third) => [.. Enumerable.Range(0, table.Rows).Where(i => thirds[i] == third)];
        int[] first = Of(0),
            second = Of(1);
        Prescriber prescriber = Prescriber.Fit(
                table,
                ScoreKind.Logistic,
                GainKind.Model,
                first,
                trial.Random.Child("first")
            ),
            byWeight = Prescriber.Fit(table, ScoreKind.Logistic, GainKind.Weight, first, trial.Random.Child("first"));
        ScoreModel[] judges =
        [
            .. ((ScoreKind[])[ScoreKind.Logistic, ScoreKind.Boosting]).Select(kind =>
                ScoreModel.Fit(
                    kind,
                    table.Features.Take(second),
                    [.. second.Select(i => table.IsWanted[i])],
                    trial.Random.Child("second")
                )
            ),
        ];
        int[] rows = [.. Of(2).DistinctBy(i => groups[i]).Where(i => prescriber.Scores[i] < 0)];
        figures["rows"] = rows.Length;
        Advise(trial, prescriber, byWeight, judges, rows, figures);
        EqualEffort(prescriber, judges, rows, figures);
        Prices(prescriber, rows, figures);
        Rivals(prescriber, rows, figures);
        Weights(trial, table, prescriber, first, groups, figures);
        trial.Report("advice", 2, 2);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        MeanInterval weight = trials.Difference("model/2/flip", "weight/2/flip");
        return
        [
            Finding.Above(
                "A classifier tells good sleep from poor (accuracy on unseen rows, copies together)",
                "accuracy .9366, F1 .9544, on other data",
                trials.Mean("together/logistic/accuracy"),
                0.9
            ),
            Finding.Above(
                "Copies in both parts flatter boosted trees (accuracy, rows dealt freely less copies together)",
                "-",
                trials.Difference("free/boosting/accuracy", "together/boosting/accuracy"),
                format: "0.0000"
            ),
            Finding.Above(
                "One change turns the model's verdict for nearly all rows",
                "few changes are enough",
                trials.Mean("model/1/flip"),
                0.9
            ),
            Finding.Above("Two do", "usually one or two changes", trials.Mean("model/2/flip"), 0.9),
            Finding.Above(
                "With an effort of 4, two optimised changes turn it more often than any two of the same effort do on average (share of rows; 0.1 is too little)",
                "-",
                trials.Difference("effort/best/flip", "effort/random/flip"),
                0.1
            ),
            Finding.Above(
                "So judged by a logistic model that learned from other rows",
                "-",
                trials.Difference("effort/best/judge0", "effort/random/judge0"),
                0.1
            ),
            Finding.Above(
                "So judged by boosted trees that learned from other rows",
                "-",
                trials.Difference("effort/best/judge1", "effort/random/judge1"),
                0.1
            ),
            Finding.Above(
                "Without a limit of effort, two optimised changes turn it more often than two at random, judged by those boosted trees",
                "-",
                trials.Difference("model/2/judge1", "random/2/judge1"),
                0.1
            ),
            Finding.Above(
                "Of rows whose verdict two changes turn, the share that the other logistic model turns too",
                "-",
                trials.Mean("model/2/kept0"),
                0.9
            ),
            Finding.Above(
                "The second change gains less than the first, in log-odds of the other logistic model (on the advising model it is certain)",
                "diminishing returns",
                trials.Of(seed => 2 * seed["model/1/gain0"] - seed["model/2/gain0"])
            ),
            Finding.Above(
                "and the third less than the second",
                "diminishing returns",
                trials.Of(seed => 2 * seed["model/2/gain0"] - seed["model/1/gain0"] - seed["model/3/gain0"])
            ),
            new(
                "Mostly one or two changes are advised, and none past a price of effort (K = 5)",
                "one or two, sometimes none",
                "share of rows with one or two: "
                    + string.Join(
                        ", ",
                        Lambdas.Select(lambda =>
                            FormattableString.Invariant($"lambda {lambda}: ")
                            + trials.Text(FormattableString.Invariant($"price/{lambda}/few"), "0.00")
                        )
                    )
                    + "; with none at lambda 2: "
                    + trials.Text("price/2/none", "0.00"),
                trials.Mean("price/0.5/few").Low > 0.5
                    && trials.Mean("price/1/few").Low > 0.5
                    && trials.Mean("price/2/none").Low > 0
                        ? Verdict.Replicated
                    : trials.Mean("price/0.5/few").High < 0.5 && trials.Mean("price/1/few").High < 0.5
                        ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the intervals of the share with one or two lie above 0.5 at lambda 0.5 and 1, and that of none above 0 at lambda 2"
            ),
            new(
                "Gains by global SHAP weights turn as many verdicts as gains of the model's own score (K = 2)",
                "the paper weighs by SHAP",
                "difference " + Trials.Text(weight),
                weight.High < 0.05 ? Verdict.Replicated
                    : weight.Low > 0.05 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the 95 % interval of the difference lies below 0.05"
            ),
            Finding.Above(
                $"Within a budget of {Budget} steps and 3 changes the optimum gains more than taking the largest gains first (share of the optimum's gain)",
                "mixed-integer optimisation",
                trials.Mean("budget/over-gain"),
                0.01
            ),
            Finding.Above(
                "and more than taking the largest gains per step first",
                "mixed-integer optimisation",
                trials.Mean("budget/over-ratio"),
                0.01
            ),
            Finding.Above(
                "SHAP weights keep their order when rows are drawn anew (Spearman, bootstraps of the advising third)",
                "-",
                trials.Mean("weights/spearman"),
                0.8
            ),
        ];
    }

    private static void Accuracies(Trial trial, FeatureTable table, Figures figures)
    {
        foreach (ScoreKind kind in Enum.GetValues<ScoreKind>())
        foreach (bool together in (bool[])[true, false])
        {
            string name = $"{(together ? "together" : "free")}/{kind.ToString().ToLowerInvariant()}";
            (double accuracy, double f1) = HeldOutFolds
                .Of(table, kind, trial.Random.Child("folds"), together)!
                .Measure(table);
            (figures[name + "/accuracy"], figures[name + "/f1"]) = (accuracy, f1);
        }
    }

    private static void Advise(
        Trial trial,
        Prescriber prescriber,
        Prescriber byWeight,
        ScoreModel[] judges,
        int[] rows,
        Figures figures
    )
    {
        FeatureTable table = prescriber.Table;
        double[][] before = [.. judges.Select(judge => judge.Scores(table.Features))];
        foreach (int k in Counts)
        {
            ChangeLimits limits = new() { MaxChanges = k };
            List<Prescription> best = [],
                weighed = [],
                random = [];
            foreach (int row in rows)
            {
                Prescription one = prescriber.Choose(row, prescriber.Options(row), limits, 0);
                best.Add(one);
                weighed.Add(byWeight.Choose(row, byWeight.Options(row), limits, 0));
                RandomStream draws = trial.Random.Child("random").Child(row).Child(k);
                for (int draw = 0; draw < Draws; draw++)
                {
                    ChosenChanges chosen = Random(one, draws);
                    random.Add(one with { Chosen = chosen, After = prescriber.Rescore(one, chosen) });
                }
            }
            Keep($"model/{k}", best);
            Keep($"weight/{k}", weighed);
            Keep($"random/{k}", random);
        }

        void Keep(string name, List<Prescription> advice)
        {
            figures[name + "/changes"] = advice.Average(one => one.Chosen.Changes.Count);
            figures[name + "/effort"] = advice.Average(one => one.Chosen.Effort);
            figures[name + "/gain"] = advice.Average(one => one.After - one.Before);
            figures[name + "/flip"] = Share(advice, one => one.After >= 0);
            for (int judge = 0; judge < judges.Length; judge++)
            {
                double[] after = judges[judge]
                    .Scores(Matrix.Of([.. advice.Select(one => table.With(one.Row, one.Values))]));
                int of = judge;
                figures[$"{name}/judge{judge}"] = after.Count(score => score >= 0) / (double)after.Length;
                figures[$"{name}/gain{judge}"] = advice.Select((one, at) => after[at] - before[of][one.Row]).Average();
                int[] turned = [.. Enumerable.Range(0, advice.Count).Where(at => advice[at].After >= 0)];
                figures[$"{name}/kept{judge}"] =
                    turned.Length > 0 ? turned.Count(at => after[at] >= 0) / (double)turned.Length : 0;
            }
        }
    }

    // As many columns at random levels.
    private static ChosenChanges Random(Prescription like, RandomStream random)
    {
        int[] columns = [.. like.Options.Select(one => one.Change.Column).Distinct()];
        random.Shuffle(columns.AsSpan());
        CandidateChange[] drawn =
        [
            .. columns
                .Take(like.Chosen.Changes.Count)
                .Select(column =>
                {
                    CandidateChange[] levels =
                    [
                        .. like.Options.Select(one => one.Change).Where(change => change.Column == column),
                    ];
                    return levels[random.NextInt32(levels.Length)];
                }),
        ];
        return new(drawn, drawn.Sum(change => change.Gain), []);
    }

    // The best that at most two changes do with so much effort, beside all others of its effort.
    private static void EqualEffort(Prescriber prescriber, ScoreModel[] judges, int[] rows, Figures figures)
    {
        ScoreModel[] models = [prescriber.Model, .. judges];
        double[] best = new double[models.Length],
            others = new double[models.Length];
        double count = 0;
        foreach (int row in rows)
        {
            IReadOnlyList<(CandidateChange Change, double Value)> options = prescriber.Options(row);
            Prescription of = new(row, options, new([], 0, []), 0, 0);
            CandidateChange[] candidates = [.. options.Select(one => one.Change)];
            ChosenChanges chosen = ChangeProgramme
                .Front(candidates, new() { MaxChanges = 2 })
                .Last(point => point.Effort <= Effort + 1e-9);
            ChosenChanges[] peers =
            [
                .. Sets(candidates).Where(set => Math.Abs(set.Effort - chosen.Effort) <= SameEffort + 1e-9),
            ];
            count += peers.Length;
            for (int m = 0; m < models.Length; m++)
            {
                ScoreModel model = models[m];
                double Turns(ChosenChanges set) =>
                    model.Scores(Matrix.Of([prescriber.Table.With(row, of.ValuesOf(set))]))[0] >= 0 ? 1 : 0;
                best[m] += Turns(chosen);
                others[m] += peers.Average(Turns);
            }
        }
        figures["effort/peers"] = count / rows.Length;
        string[] names = ["flip", "judge0", "judge1"];
        for (int m = 0; m < models.Length; m++)
        {
            figures["effort/best/" + names[m]] = best[m] / rows.Length;
            figures["effort/random/" + names[m]] = others[m] / rows.Length;
        }
    }

    private static IEnumerable<ChosenChanges> Sets(CandidateChange[] candidates)
    {
        yield return new([], 0, []);
        for (int a = 0; a < candidates.Length; a++)
        {
            yield return new([candidates[a]], 0, []);
            for (int b = a + 1; b < candidates.Length; b++)
                if (candidates[a].Column != candidates[b].Column)
                    yield return new([candidates[a], candidates[b]], 0, []);
        }
    }

    private static void Prices(Prescriber prescriber, int[] rows, Figures figures)
    {
        foreach (double lambda in Lambdas)
        {
            Prescription[] advice =
            [
                .. rows.Select(row =>
                    prescriber.Choose(row, prescriber.Options(row), new() { MaxChanges = 5 }, lambda)
                ),
            ];
            string name = FormattableString.Invariant($"price/{lambda}");
            figures[name + "/changes"] = advice.Average(one => one.Chosen.Changes.Count);
            figures[name + "/few"] = Share(advice, one => one.Chosen.Changes.Count is 1 or 2);
            figures[name + "/none"] = Share(advice, one => one.Chosen.Changes.Count == 0);
        }
    }

    // By how much of its gain the optimum within a budget is ahead of two greedy choices.
    private static void Rivals(Prescriber prescriber, int[] rows, Figures figures)
    {
        double best = 0,
            byGain = 0,
            byRatio = 0;
        foreach (int row in rows)
        {
            CandidateChange[] candidates = [.. prescriber.Options(row).Select(one => one.Change)];
            best += ChangeProgramme.Best(candidates, new() { MaxChanges = 3, Budget = Budget }, 0).Gain;
            byGain += Greedy(candidates.OrderByDescending(change => change.Gain));
            byRatio += Greedy(
                candidates
                    .OrderByDescending(change => change.Gain / change.Cost)
                    .ThenByDescending(change => change.Gain)
            );
        }
        figures["budget/over-gain"] = best > 0 ? (best - byGain) / best : 0;
        figures["budget/over-ratio"] = best > 0 ? (best - byRatio) / best : 0;

        static double Greedy(IEnumerable<CandidateChange> order)
        {
            List<CandidateChange> taken = [];
            foreach (CandidateChange change in order)
                if (
                    change.Gain > 0
                    && taken.Count < 3
                    && taken.All(other => other.Column != change.Column)
                    && taken.Sum(other => other.Cost) + change.Cost <= Budget
                )
                    taken.Add(change);
            return taken.Sum(change => change.Gain);
        }
    }

    private static void Weights(
        Trial trial,
        FeatureTable table,
        Prescriber prescriber,
        int[] rows,
        int[] groups,
        Figures figures
    )
    {
        double[] weights = prescriber.Attributions.MeanMagnitudes();
        ILookup<int, int> members = rows.ToLookup(row => groups[row]);
        int[] known = [.. members.Select(group => group.Key).Order()];
        double sum = 0;
        for (int draw = 0; draw < Bootstraps; draw++)
        {
            RandomStream random = trial.Random.Child("bootstrap").Child(draw);
            int[] drawn;
            do drawn = [.. known.SelectMany(_ => members[known[random.NextInt32(known.Length)]])];
            while (drawn.Select(row => table.IsWanted[row]).Distinct().Count() < 2);
            sum += RankCorrelation.Spearman(
                weights,
                Prescriber.Fit(table, ScoreKind.Logistic, GainKind.Model, drawn, random).Attributions.MeanMagnitudes()
            );
        }
        figures["weights/spearman"] = sum / Bootstraps;
    }

    private static double Share(IReadOnlyCollection<Prescription> advice, Func<Prescription, bool> holds) =>
        advice.Count(holds) / (double)advice.Count;

    // The columns of the description; systolic pressure is the first part of '126/83'.
    private static FeatureTable Read(Trial trial)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".csv");
        try
        {
            System.IO.File.WriteAllLines(
                path,
                [
                    "sex,age,duration,quality,activity,stress,bmi,systolic,heart,steps",
                    .. System
                        .IO.File.ReadLines(trial.Path(Folder, File))
                        .Skip(1)
                        .Select(line => line.Split(','))
                        .Select(cells =>
                            string.Join(
                                ',',
                                cells[1],
                                cells[2],
                                cells[4],
                                cells[5],
                                cells[6],
                                cells[7],
                                cells[8],
                                cells[9].Split('/')[0],
                                cells[10],
                                cells[11]
                            )
                        ),
                ]
            );
            using TableFile file = new(path);
            return FeatureTable.Of(file.View, Options, trial.Cancellation);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
