using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Order;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Do Shapley values find wrong labels, and does dropping the lowest rows help, better than leaving one out, chance and the row's loss?</summary>
public sealed class DataShapleyEvidence : IExperiment
{
    private const int Wrong = 20,
        WrongDigits = 30;
    private const double Looked = 0.2;
    private static readonly string[] Arms =
    [
        "tmc",
        "gradient",
        "knn-shapley",
        "beta-shapley",
        "data-oob",
        "loo",
        "loss",
        "random",
    ];

    /// <inheritdoc/>
    public string Slug => "data-shapley";

    /// <inheritdoc/>
    public string Title => "Data Shapley: Equitable Valuation of Data for Machine Learning (2019)";

    /// <inheritdoc/>
    public string Protocol =>
        "Breast cancer (569 rows, 30 numbers): 100 rows to value, 20 of them with the other label, 100 to judge by, the rest to report on; logistic regression "
        + "(C = 1) on columns standardised by the valued rows. TMC-Shapley (60 permutations, tolerance 1 %), G-Shapley (60 permutations), Beta(4, 1)-Shapley from "
        + "TMC marginals, KNN-Shapley (K = 5), Data-OOB (300 bags), leave-one-out, and as controls the row's own log loss under the model of all rows and random values. A fifth of the "
        + "rows is looked at, or dropped. Digits (1,797 rows, 64 pixels): 300 rows to value, 30 with another label, 300 to judge by; KNN-Shapley "
        + "beside leave-one-out of 5 nearest neighbours. A game of eight rows on a line whose exact values are known: error of 100 to 10,000 permutations, mean of 20 runs.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Slug];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Cancer(trial, figures);
        trial.Report("digits", 9, 11);
        Digits(trial, figures);
        trial.Report("convergence", 10, 11);
        figures["slope"] = Slope(trial.Random.Child("line"), trial.Size(20, 3), trial.Size(10_000, 1000));
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string All(string figure) =>
            string.Join(", ", Arms.Select(arm => $"{arm} {trials.Mean($"{figure}/{arm}").Mean:0.000}"));
        Finding With(Finding finding, string figure) => finding with { Ours = $"{finding.Ours}; {All(figure)}" };
        MeanInterval slope = trials.Mean("slope");
        return
        [
            With(
                Finding.Above(
                    "Rows with wrong labels have lower TMC-Shapley values than others, by more than they have lower leave-one-out values (difference of AUC, above 0.05)",
                    "inspecting rows from the lowest value finds flipped labels far sooner than by leave-one-out (curves)",
                    trials.Difference("auc/tmc", minus: "auc/loo"),
                    bound: 0.05
                ),
                "auc"
            ),
            With(
                Finding.Above(
                    "G-Shapley too (difference of AUC to leave-one-out, above 0.05)",
                    "as TMC-Shapley (curves)",
                    trials.Difference("auc/gradient", minus: "auc/loo"),
                    bound: 0.05
                ),
                "auc"
            ),
            With(
                Finding.Above(
                    "Among the lowest fifth there are more of the wrong rows than in a random fifth (share found, difference)",
                    "inspection curves far above random",
                    trials.Difference("found/tmc", minus: "found/random")
                ),
                "found"
            ),
            Finding.Above(
                "TMC-Shapley tells wrong rows better than the simplest rival, the row's loss under the model of all rows (difference of AUC)",
                "not compared",
                trials.Difference("auc/tmc", minus: "auc/loss")
            ),
            Finding.Above(
                "KNN-Shapley, which trains nothing, is within 0.02 of TMC-Shapley's AUC or above it",
                "not compared",
                trials.Difference("auc/knn-shapley", minus: "auc/tmc"),
                bound: -0.02
            ),
            With(
                Finding.Above(
                    "Accuracy is higher without the lowest fifth by TMC-Shapley than without the highest fifth",
                    "removal curves: removing high values hurts, removing low values helps",
                    trials.Difference("drop-low/tmc", minus: "drop-high/tmc")
                ),
                "drop-low"
            ),
            Finding.Above(
                $"Accuracy is higher without the lowest fifth by TMC-Shapley than with all rows ({trials.Text("accuracy/all")})",
                "accuracy rises at first",
                trials.Difference("drop-low/tmc", minus: "accuracy/all")
            ),
            Finding.Above(
                "Accuracy is higher without the lowest fifth by TMC-Shapley than without a random fifth",
                "curves above the random one",
                trials.Difference("drop-low/tmc", minus: "drop-low/random")
            ),
            Finding.Above(
                "Accuracy is higher without the lowest fifth by TMC-Shapley than without the lowest fifth by leave-one-out",
                "curves above the one of leave-one-out",
                trials.Difference("drop-low/tmc", minus: "drop-low/loo")
            ),
            Finding.Above(
                "Accuracy is higher without the lowest fifth by TMC-Shapley than without the fifth of highest loss (the simplest rival)",
                "not compared",
                trials.Difference("drop-low/tmc", minus: "drop-low/loss")
            ),
            Finding.Above(
                $"On digits KNN-Shapley ({trials.Text("digits/knn-shapley")}) tells wrong rows better than leave-one-out of the same neighbours ({trials.Text("digits/loo")}) (difference of AUC)",
                "Shapley values above leave-one-out",
                trials.Difference("digits/knn-shapley", minus: "digits/loo")
            ),
            new(
                "The error of the estimate falls as one over the square root of the number of permutations (slope of log error over log permutations)",
                "a Monte Carlo estimate",
                Trials.Text(slope, "0.000"),
                slope is { Low: >= -0.6, High: <= -0.4 } ? Verdict.Replicated
                    : slope.High < -0.6 || slope.Low > -0.4 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the 95 % interval over seeds lies within -0.5 +- 0.1"
            ),
        ];
    }

    private static void Cancer(Trial trial, Figures figures)
    {
        LabelledTable all = LabelledTable
            .Read(trial.Path("data-shapley", "breast_cancer.csv"))
            .Shuffled(trial.Random.Child("cancer"));
        View rows = all.Part(0, 100).WithWrong(Wrong, trial.Random.Child("cancer-wrong")).ViewOf("rows"),
            judges = all.Part(100, 100).ViewOf("test"),
            others = all.Part(200, all.Rows.Length - 200).ViewOf("others");
        int permutations = trial.Size(60, 5);
        ShapleyOptions shapley = new()
        {
            Label = LabelledTable.Label,
            Permutations = permutations,
            Error = 0,
        };
        bool[] wrong = [.. Enumerable.Range(0, 100).Select(row => row < Wrong)];
        using Pieces pieces = Pieces.Temporary();
        LearnerGameOptions learner = new() { Label = LabelledTable.Label };
        Work reporting = WorkOf(trial, "report", pieces, others);
        ValuedTable table = ValuedTable.Read(learner, rows, others, null, reporting);
        TrainingGame report = TrainingGame.Of(learner, table, table.Sources(null, trial.Cancellation), reporting);
        figures["accuracy/all"] = report.Worth([.. Enumerable.Range(0, 100)]);
        for (int arm = 0; arm < Arms.Length; arm++)
        {
            trial.Report(Arms[arm], arm, 11);
            double[] values = Arms[arm] switch
            {
                "tmc" => Run(new Shapley(shapley)),
                "gradient" => Run(new Shapley(shapley with { Estimator = ShapleyEstimator.Gradient })),
                "knn-shapley" => Run(new KnnShapley(new() { Label = LabelledTable.Label })),
                "beta-shapley" => Run(
                    new BetaShapley(
                        new()
                        {
                            Label = LabelledTable.Label,
                            Permutations = permutations,
                            Error = 0,
                        }
                    )
                ),
                "data-oob" => Run(new DataOob(new() { Label = LabelledTable.Label, Models = trial.Size(300, 20) })),
                "loo" => Run(new LeaveOneOut(new() { Label = LabelledTable.Label })),
                "loss" => Losses(table),
                _ => Random(100, trial.Random.Child("random")),
            };
            WrongRows found = WrongRows.Of(values, wrong, Looked);
            figures["auc/" + Arms[arm]] = found.Auc;
            figures["found/" + Arms[arm]] = found.Found;
            figures["f1/" + Arms[arm]] = found.F1;
            int[] order = ValueCurve.Ascending(values);
            int dropped = (int)(Looked * order.Length);
            figures["drop-low/" + Arms[arm]] = report.Worth(order.AsSpan(dropped));
            figures["drop-high/" + Arms[arm]] = report.Worth(order.AsSpan(0, order.Length - dropped));
        }

        double[] Run(IValuer valuer) => Value(trial, valuer, rows, judges);
    }

    private static void Digits(Trial trial, Figures figures)
    {
        LabelledTable all = LabelledTable
            .Read(trial.Path("data-shapley", "digits.csv.gz"))
            .Shuffled(trial.Random.Child("digits"));
        int count = trial.Size(300, 60),
            wrong = WrongDigits * count / 300;
        View rows = all.Part(0, count).WithWrong(wrong, trial.Random.Child("digits-wrong")).ViewOf("rows"),
            judges = all.Part(count, count).ViewOf("test");
        bool[] isWrong = [.. Enumerable.Range(0, count).Select(row => row < wrong)];
        foreach (
            (string name, IValuer valuer) in new (string, IValuer)[]
            {
                ("knn-shapley", new KnnShapley(new() { Label = LabelledTable.Label })),
                ("loo", new LeaveOneOut(new() { Label = LabelledTable.Label, Model = "knn" })),
            }
        )
            figures["digits/" + name] = WrongRows.Of(Value(trial, valuer, rows, judges), isWrong, Looked).Auc;
    }

    private static double Slope(RandomStream random, int runs, int permutations)
    {
        LineGame game = new();
        double[] exact = game.Exact();
        int[] counts = [.. ((int[])[100, 316, 1000, 3162, 10_000]).Where(count => count <= permutations)];
        double[] squares = new double[counts.Length];
        PermutationSampler sampler = new(game);
        for (int run = 0; run < runs; run++)
        {
            RandomStream own = random.Child(run);
            RunningMeans means = new(game.Players);
            for (int t = 0; t < permutations; t++)
            {
                means.Add(sampler.Walk(Shuffle.Of(game.Players, own.Child(t))));
                int at = Array.IndexOf(counts, t + 1);
                if (at >= 0)
                    squares[at] += means.Means().Zip(exact, (found, wanted) => Math.Pow(found - wanted, 2)).Average();
            }
        }
        double[] x = [.. counts.Select(count => Math.Log(count))],
            y = [.. squares.Select(square => Math.Log(square / runs) / 2)];
        double meanX = x.Average(),
            meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }

    private static double[] Value(Trial trial, IValuer valuer, View rows, View judges)
    {
        using Pieces pieces = Pieces.Temporary();
        return valuer.Value(rows, WorkOf(trial, "values", pieces, judges))[0].Values;
    }

    private static Work WorkOf(Trial trial, string name, Pieces pieces, View test) =>
        new(pieces)
        {
            Random = trial.Random.Child(name),
            Threads = trial.Threads,
            Cancellation = trial.Cancellation,
            Datasets = new Dictionary<string, View> { ["test"] = test },
        };

    // Minus the log loss of each row under the model of all rows.
    private static double[] Losses(ValuedTable table)
    {
        LogisticModel model = new LogisticRegression(new()).Fit(new(table.Features, table.Labels, table.Classes));
        double[] probabilities = model.Probabilities(table.Features);
        return
        [
            .. table.Labels.Select(
                (label, row) => Math.Log(Math.Max(1e-300, probabilities[row * table.Classes + label]))
            ),
        ];
    }

    private static double[] Random(int count, RandomStream random) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
}
