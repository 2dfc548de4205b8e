using System.Globalization;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan.Labels;

/// <summary>Says how to split a labelling budget between many cheap, error-prone labels and few dear, correct ones.</summary>
/// <remarks>
/// Source: "Balancing Label Quantity and Quality for Scalable Elicitation", arXiv 2410.13215. Every split of every budget is bought and trained on, cheap labels first,
/// then dear ones; the best is confirmed on fresh seeds, since the best of many noisy figures is too good.
/// </remarks>
[Method("plan/labels", Paper = "label-quantity-quality")]
public sealed class LabelPlan(LabelOptions options) : IStudy
{
    private const double Confidence = 0.95;

    /// <inheritdoc/>
    public Study Run(View data, Work work) =>
        options.Cost.Length > 0
            ? MeasuredRuns.Study(StudyTable.Of(data, work.Cancellation), options)
            : Measure(data, work);

    private Study Measure(View data, Work work)
    {
        LabelTrial trial = Read(data, work, out string positive);
        List<LabelSplit> skipped = [];
        List<LabelSplit> splits = [];
        foreach (double budget in options.Budgets.Distinct().Order())
        foreach (double share in options.Shares.Append(0).Append(1).Distinct().Order())
        {
            if (!(budget >= 1) || !(share is >= 0 and <= 1))
                throw new AssayException(
                    $"plan/labels: a budget of {budget} with a share of {share}",
                    hint: "Budgets are 1 or more dear labels, shares lie between 0 and 1."
                );
            LabelSplit split = LabelSplit.Of(budget, share, options.WeakPrice);
            // Small shares of small budgets buy no dear label, and are the same as none.
            if (
                splits
                    .Concat(skipped)
                    .Any(other => other.Budget == budget && other.Gold == split.Gold && other.Weak == split.Weak)
            )
                continue;
            ((long)split.Weak + split.Gold <= trial.Pool ? splits : skipped).Add(split);
        }
        // Both pure choices are what a mix is compared with; a budget that the rows cannot meet with either has no answer.
        double[] budgets =
        [
            .. options
                .Budgets.Distinct()
                .Order()
                .Where(budget =>
                    splits.Any(split => split.Budget == budget && split.Gold == 0)
                    && splits.Any(split => split.Budget == budget && split.Weak == 0)
                ),
        ];
        double[] unanswered = [.. options.Budgets.Distinct().Order().Except(budgets)];
        splits.RemoveAll(split => unanswered.Contains(split.Budget));
        if (budgets.Length == 0)
            throw new AssayException(
                $"plan/labels: {trial.Pool:N0} rows are too few to buy labels for",
                hint: "Give more rows, or smaller --budgets."
            );
        IReadOnlyList<LabelResult[]> results = RunAll(trial, splits, 0, "splits", work);
        double Mean(int at) => results[at].Average(result => result.Accuracy);
        List<BudgetAnswer> answers = [];
        foreach (double budget in budgets)
        {
            int[] of = [.. Enumerable.Range(0, splits.Count).Where(i => splits[i].Budget == budget)];
            int[] mixes = [.. of.Where(i => splits[i].Gold > 0 && splits[i].Weak > 0)];
            LabelSplit[] compared =
            [
                splits[of.MinBy(i => splits[i].Share)],
                splits[of.MaxBy(i => splits[i].Share)],
                .. mixes.Length > 0 ? [splits[mixes.MaxBy(Mean)]] : (LabelSplit[])[],
            ];
            // Fresh seeds: the best mix was chosen on the others.
            IReadOnlyList<LabelResult[]> fresh = RunAll(trial, compared, options.Seeds, "confirmation", work);
            answers.Add(
                BudgetAnswer.Of(
                    budget,
                    compared,
                    [.. fresh.Select(seeds => seeds.Select(seed => seed.Accuracy).ToArray())]
                )
            );
        }
        return Report(trial, positive, splits, results, answers, unanswered);
    }

    private LabelResult[][] RunAll(
        LabelTrial trial,
        IReadOnlyList<LabelSplit> splits,
        int firstSeed,
        string stage,
        Work work
    )
    {
        LabelResult[][] results = [.. splits.Select(_ => new LabelResult[options.Seeds])];
        int done = 0,
            count = splits.Count * options.Seeds;
        work.Each(
            count,
            i =>
            {
                (int seed, int split) = Math.DivRem(i, splits.Count);
                results[split][seed] = trial.Run(
                    splits[split],
                    options.Gold,
                    options.Temperature,
                    work.Random.Child("seed").Child(firstSeed + seed)
                );
                work.Progress?.Report(new(stage, Interlocked.Increment(ref done), count, "trainings"));
            }
        );
        return results;
    }

    private LabelTrial Read(View data, Work work, out string positive)
    {
        IReadOnlyList<int> rows = data.Selection.Rows;
        List<string> labels = LabelledRows.KeysOf(data, rows, options.Label, work.Cancellation);
        IReadOnlyList<string> classes = LabelledRows.ClassesOf(data, labels, options.Label);
        if (classes.Count != 2)
            throw new AssayException(
                $"plan/labels: '{options.Label}' has {classes.Count} classes ({string.Join(", ", classes.Take(4))}{(classes.Count > 4 ? ", ..." : "")})",
                hint: "It plans for two classes; keep two of them (select/where), or join some."
            );
        positive = classes[1];
        int[] gold = [.. labels.Select(label => label == classes[1] ? 1 : 0)];
        double[] weak =
            options.Weak.Length == 0 ? Simulated(gold, work.Random.Child("cheap labels")) : Given(data, classes, work);
        Matrix vectors = RowEmbedding.Fit(options, work, data).Apply(data, work, "vectors");
        return new(
            Standardised(vectors),
            gold,
            weak,
            options.Test,
            new()
            {
                Steps = options.Steps,
                Validation = options.Validation,
                LogConfidence = options.LogConfidence,
            }
        );
    }

    private double[] Simulated(int[] gold, RandomStream random) =>
        [.. gold.Select(label => random.NextDouble() < options.WeakAccuracy ? label : 1.0 - label)];

    private double[] Given(View data, IReadOnlyList<string> classes, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        string[] words = table.Words(options.Weak);
        double[] weak = new double[words.Length];
        for (int row = 0; row < words.Length; row++)
            weak[row] =
                words[row] == classes[0] ? 0
                : words[row] == classes[1] ? 1
                : double.TryParse(words[row], CultureInfo.InvariantCulture, out double p) && p is >= 0 and <= 1 ? p
                : throw table.Wrong(
                    row,
                    options.Weak,
                    $"a cheap label is '{words[row]}'",
                    $"Expected {classes[0]}, {classes[1]}, or the probability of {classes[1]}."
                );
        return weak;
    }

    // Each column to mean 0 and deviation 1, so that one learning rate suits all; a column without deviation to 0.
    internal static Matrix Standardised(Matrix rows)
    {
        float[] values = [.. rows.Values];
        for (int j = 0; j < rows.Columns; j++)
        {
            double mean = 0,
                square = 0;
            for (int i = 0; i < rows.Rows; i++)
                mean += rows[i, j] / (double)rows.Rows;
            for (int i = 0; i < rows.Rows; i++)
                square += (rows[i, j] - mean) * (rows[i, j] - mean) / rows.Rows;
            double deviation = Math.Sqrt(square);
            for (int i = 0; i < rows.Rows; i++)
                values[i * rows.Columns + j] = deviation > 0 ? (float)((rows[i, j] - mean) / deviation) : 0;
        }
        return new(values, rows.Columns);
    }

    private Study Report(
        LabelTrial trial,
        string positive,
        List<LabelSplit> splits,
        IReadOnlyList<LabelResult[]> results,
        List<BudgetAnswer> answers,
        double[] unanswered
    )
    {
        BudgetAnswer last = answers[^1];
        MeanInterval[] means =
        [
            .. results.Select(seeds => MeanInterval.Of([.. seeds.Select(seed => seed.Accuracy)], Confidence)),
        ];
        List<Panel> panels = [ByShare(splits, means, answers, trial), Regimes(answers)];
        foreach (double price in options.OtherPrices.Prepend(options.WeakPrice).Distinct())
            panels.Add(Frontier(splits, means, price, trial));
        panels.Add(Splits(splits, results, means));
        return new()
        {
            Title = "How many labels, of what quality",
            Answer =
                string.Join(" ", answers.Select(answer => answer.Words))
                + (
                    answers.Count == 1
                        ? ""
                        : $" With {Number(last.Budget)} dear labels' worth, buy {last.Best.Weak:N0} cheap and {last.Best.Gold:N0} dear ones."
                ),
            Facts =
            [
                new(
                    $"At a budget of {Number(last.Budget)}",
                    $"{last.Best.Weak:N0} cheap, {last.Best.Gold:N0} dear",
                    $"{Name(last.Regime)}; a dear label costs 1, a cheap one {Number(options.WeakPrice)}"
                ),
                new(
                    "Accuracy",
                    Share(last.Accuracy.Mean),
                    $"{Share(last.Accuracy.Low)} to {Share(last.Accuracy.High)}, on fresh seeds"
                ),
                new(
                    "Cheap labels are right",
                    Share(trial.WeakAccuracy),
                    options.Weak.Length > 0 ? "as given" : "simulated"
                ),
                new("Rows", $"{trial.Pool:N0} to buy labels for", $"class 1 is '{positive}'"),
            ],
            Panels = panels,
            Notes = [.. Notes(trial, unanswered, answers)],
        };
    }

    private static CurvePanel ByShare(
        List<LabelSplit> splits,
        MeanInterval[] means,
        List<BudgetAnswer> answers,
        LabelTrial trial
    ) =>
        new()
        {
            Title = "Accuracy by how the budget is split",
            Note =
                "0 % buys cheap labels only, 100 % dear ones only. The band of the largest budget is a 95 % interval over seeds.",
            X = new("share of the budget for dear labels", "share"),
            Y = new("accuracy", "share", Better.More),
            Curves =
            [
                .. answers.Select(
                    (answer, at) =>
                    {
                        int[] of = [.. Enumerable.Range(0, splits.Count).Where(i => splits[i].Budget == answer.Budget)];
                        bool isLast = at == answers.Count - 1;
                        return new Curve(
                            $"budget {Number(answer.Budget)}",
                            [.. of.Select(i => splits[i].Share)],
                            [.. of.Select(i => means[i].Mean)]
                        )
                        {
                            Emphasis = isLast ? Emphasis.Main : Emphasis.Plain,
                            Low = isLast ? [.. of.Select(i => means[i].Low)] : null,
                            High = isLast ? [.. of.Select(i => means[i].High)] : null,
                        };
                    }
                ),
            ],
            Levels = [new(trial.WeakAccuracy, "the cheap labels themselves")],
        };

    private static TablePanel Regimes(List<BudgetAnswer> answers) =>
        new()
        {
            Title = "What each budget is best spent on",
            Note =
                "All on fresh seeds, which the best mix was not chosen by. A mix counts only if it beats both pure choices by two pooled standard errors.",
            Columns =
            [
                TableColumn.Of("budget", answers.Select(answer => answer.Budget)),
                TableColumn.Of(
                    "regime",
                    answers.Select(answer => Name(answer.Regime) + (answer.IsDecided ? "" : " (noise)"))
                ),
                TableColumn.Of("all cheap", answers.Select(answer => answer.AllWeak.Mean), 1, "share"),
                TableColumn.Of("best mix", answers.Select(answer => answer.Mix?.Mean ?? double.NaN), 1, "share"),
                TableColumn.Of("all dear", answers.Select(answer => answer.AllGold.Mean), 1, "share"),
                TableColumn.Of("cheap", answers.Select(answer => (double)answer.Best.Weak)),
                TableColumn.Of("dear", answers.Select(answer => (double)answer.Best.Gold)),
                TableColumn.Of("accuracy", answers.Select(answer => answer.Accuracy.Mean), 1, "share"),
                TableColumn.Of("low", answers.Select(answer => answer.Accuracy.Low), 1, "share"),
                TableColumn.Of("high", answers.Select(answer => answer.Accuracy.High), 1, "share"),
            ],
        };

    private CurvePanel Frontier(List<LabelSplit> splits, MeanInterval[] means, double price, LabelTrial trial)
    {
        double[] costs = [.. splits.Select(split => split.Cost(price))],
            accuracies = [.. means.Select(mean => mean.Mean)];
        return MeasuredRuns.Frontier(
            $"Frontier, a cheap label at {Number(price)}",
            costs,
            accuracies,
            [
                .. splits.Select(split =>
                    split.Gold == 0 ? "all cheap"
                    : split.Weak == 0 ? "all dear"
                    : "mixed"
                ),
            ],
            options
        ) with
        {
            Levels = [new(trial.WeakAccuracy, "the cheap labels themselves")],
        };
    }

    private static TablePanel Splits(
        List<LabelSplit> splits,
        IReadOnlyList<LabelResult[]> results,
        MeanInterval[] means
    ) =>
        new()
        {
            Title = "All splits",
            Columns =
            [
                TableColumn.Of("budget", splits.Select(split => split.Budget)),
                TableColumn.Of("share", splits.Select(split => split.Share), 0, "share"),
                TableColumn.Of("cheap", splits.Select(split => (double)split.Weak)),
                TableColumn.Of("dear", splits.Select(split => (double)split.Gold)),
                TableColumn.Of("accuracy", means.Select(mean => mean.Mean), 1, "share"),
                TableColumn.Of("low", means.Select(mean => mean.Low), 1, "share"),
                TableColumn.Of("high", means.Select(mean => mean.High), 1, "share"),
                TableColumn.Of("area under ROC", results.Select(seeds => seeds.Average(seed => seed.Area)), 3),
            ],
        };

    private IEnumerable<string> Notes(LabelTrial trial, double[] unanswered, List<BudgetAnswer> answers)
    {
        if (unanswered.Length > 0)
            yield return $"No answer for {(unanswered.Length == 1 ? "a budget" : "budgets")} of {string.Join(", ", unanswered.Select(Number))}: spent on cheap labels alone it needs more rows than the {trial.Pool:N0} that labels can be bought for.";
        if (options.Weak.Length == 0)
            yield return "Cheap labels were simulated: wrong at random. Real cheap labels are wrong together, on the same kinds of rows, which is worse; give a pilot with --weak.";
        if (answers.All(answer => answer.Regime != LabelRegime.Mixed))
            yield return "No mix beat both pure choices beyond the noise.";
        yield return "The model is linear on fixed features: what a large model that is trained along would do with the same labels may differ, above all with few of them.";
    }

    internal static string Name(LabelRegime regime) =>
        regime switch
        {
            LabelRegime.QuantityDominant => "quantity",
            LabelRegime.QualityDominant => "quality",
            _ => "mixed",
        };

    internal static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);
}
