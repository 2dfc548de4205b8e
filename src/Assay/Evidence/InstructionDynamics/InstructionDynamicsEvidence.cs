using Assay.Data;
using Assay.Judge;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Do abilities grow at paces of their own, does it help to share rows out by them, and do human labels beat synthetic ones?</summary>
public sealed class InstructionDynamicsEvidence : IExperiment
{
    private const int Runs = 3,
        Budget = 1000;
    private static readonly string[] Tasks = ["film", "subjectivity", "customer", "opinion", "question", "treebank"];
    private static readonly int[] Sizes = [4, 16, 64, 256, 1000];
    private static readonly string[] Arms = ["equal", "recipe", "curves"];

    /// <inheritdoc/>
    public string Slug => "instruction-dynamics";

    /// <inheritdoc/>
    public string Title =>
        "Dynamics of Instruction Tuning: Each Ability of Large Language Models Has Its Own Growth Pace (2023)";

    /// <inheritdoc/>
    public string Protocol =>
        "Six tasks on sentences stand in for abilities (polarity of film reviews, customer reviews, opinions and the treebank; subjectivity; type of a question), 1,000 rows to train on, 700 to decide by and 700 to test each, drawn by the seed. "
        + "Softmax regression on hashed words is trained on 4, 16, 64, 256 and 1,000 rows of each task, three times a seed, and scored on the rows to decide by; so is transfer, from another task of the same classes. Re-allocation: 1,000 rows in all, shared out equally, "
        + "by the recipe and by the fitted curves of that seed, to a classifier for each task, and to one network of 64 hidden units on 64 directions of tf-idf for all tasks, which is told the task; scored on the test rows. "
        + "Synthetic rows: labelled by a model of 64 human rows.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TextDomains.Folder, "instruction-dynamics"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        SentenceTasks tasks = SentenceTasks.Draw(trial, trial.Size(1000, 300), trial.Size(700, 60));
        int[] sizes = trial.Quick ? [4, 16, 64, 256] : Sizes;
        View train = tasks.ViewOf("train", tasks.Train),
            test = tasks.ViewOf("test", tasks.Test);
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces)
        {
            Random = trial.Random.Child("growth"),
            Threads = trial.Threads,
            Cancellation = trial.Cancellation,
            Datasets = new Dictionary<string, View> { ["test"] = tasks.ViewOf("validation", tasks.Validation) },
        };
        GrowthOptions options = new()
        {
            Test = "test",
            Sizes = sizes,
            Seeds = Runs,
        };
        GrowthData grown = GrowthTraining.Of(train, options, work);
        foreach (AbilityScores ability in grown.Abilities)
        {
            figures[$"chance/{ability.Ability}"] = ability.Chance;
            figures[$"deviation/{ability.Ability}"] = ability.Deviation();
            foreach ((double size, double mean) in ability.Sizes.Zip(ability.Means()))
                figures[FormattableString.Invariant($"accuracy/{ability.Ability}/{size}")] = mean;
        }
        foreach (PairTransfer pair in grown.Pairs)
            figures[$"transfer/{pair.Source}/{pair.Target}"] = pair.Scores.Average() - pair.Chance;
        trial.Report("growth", 1, 3);
        Allocate(trial, tasks, grown, train, test, figures);
        trial.Report("allocation", 2, 3);
        SyntheticLabels.Measure(tasks, sizes[2..], figures, trial.Cancellation);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        int last = trials.Seeds(figures => figures.Has("accuracy/film/1000")) > 0 ? 1000 : 256,
            before = last == 1000 ? 256 : 64;
        double Share(Figures figures, string task) =>
            (figures[$"accuracy/{task}/{before}"] - figures[$"chance/{task}"])
            / Math.Max(1e-9, figures[$"accuracy/{task}/{last}"] - figures[$"chance/{task}"]);
        MeanInterval[] shares = [.. Tasks.Select(task => trials.Of(figures => Share(figures, task)))];
        int slow = Array.IndexOf(shares, shares.MinBy(share => share.Mean)),
            fast = Array.IndexOf(shares, shares.MaxBy(share => share.Mean));
        GrowthPace[] paces = [.. Tasks.Select(task => Pace(trials, task, last))];
        string Classes(GrowthClass of) =>
            string.Join(", ", paces.Where(pace => pace.Class == of).Select(pace => pace.Scores.Ability));
        double Mean(Figures figures, string kind, int size) => Tasks.Average(task => figures[$"{kind}/{task}/{size}"]);
        (int few, int many) = last == 1000 ? (64, 256) : (64, 64); // synthetic rows
        return
        [
            new(
                $"Abilities reach their gain at different paces: the share of the gain at {last} rows that {before} rows give",
                "some abilities are saturated by 64 rows, others grow up to 1,000",
                string.Join(", ", Tasks.Zip(shares, (task, share) => $"{task} {Trials.Text(share, "0.00")}")),
                shares[slow].High < 0.6 && shares[fast].Low > 0.8 ? Verdict.Replicated
                    : shares[slow].High >= shares[fast].Low ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the slowest task's interval lies below 0.6 and the fastest's above 0.8; not replicated if the two overlap"
            ),
            Finding.Above(
                "The order of the paces is stable (Kendall's tau between a seed and the others, over six tasks)",
                "-",
                Stability(trials, Share),
                0.6,
                "0.00"
            ),
            new(
                "Some abilities stop after a few dozen rows",
                "ethics and role-play at 64 rows",
                $"plateau: {Classes(GrowthClass.Plateau)}; resistant: {Classes(GrowthClass.Resistant)}; responsive: {Classes(GrowthClass.Responsive)}",
                paces.Any(pace => pace.Class == GrowthClass.Plateau) ? Verdict.Replicated : Verdict.NotReplicated,
                "a task is at a plateau by the rules of judge/growth, over all seeds"
            ),
            Finding.Above(
                "The harder an ability remains (Complexity), the slower it is: Spearman of Complexity and rows to half of the gain",
                "Complexity explains the sensitivity to scaling",
                trials.Of(figures => ComplexityAndPace(figures, last)),
                0,
                "0.00"
            ),
            Finding.Above(
                "Film reviews teach customer reviews (accuracy above chance)",
                "trial: .611 - .5",
                trials.Mean("transfer/film/customer")
            ),
            Finding.Above(
                "and customer reviews film reviews",
                "trial: .573 - .5",
                trials.Mean("transfer/customer/film")
            ),
            Finding.Below(
                "but film reviews do not teach opinions",
                "trial: .493 - .5",
                trials.Mean("transfer/film/opinion"),
                0.03
            ),
            Finding.Above(
                "Re-allocation by the recipe beats an equal split of 1,000 rows (a classifier for each task)",
                "+0 to +4 points",
                trials.Difference("separate/recipe", "separate/equal")
            ),
            Finding.Above(
                "The same in one network for all tasks",
                "+0 to +4 points",
                trials.Difference("shared/recipe", "shared/equal")
            ),
            Finding.Above(
                "Re-allocation by the fitted curves beats an equal split (a classifier for each task)",
                "not in the paper",
                trials.Difference("separate/curves", "separate/equal")
            ),
            Finding.Above(
                "The same in one network for all tasks",
                "not in the paper",
                trials.Difference("shared/curves", "shared/equal")
            ),
            Finding.Above(
                $"Human labels beat synthetic ones at {many} rows",
                "at every size",
                trials.Of(figures => Mean(figures, "human", many) - Mean(figures, "synthetic", many))
            ),
            Finding.Below(
                $"More synthetic rows do not help: gain from {few} to {many} of them",
                "synthetic curves do not rise",
                trials.Of(figures => Mean(figures, "synthetic", many) - Mean(figures, "synthetic", few)),
                0.02
            ),
            Finding.Below(
                "and the students stay at the level of their teacher (their mean minus the teacher's)",
                "-",
                trials.Of(figures =>
                    Mean(figures, "synthetic", many) - Tasks.Average(task => figures[$"teacher/{task}"])
                ),
                0.02
            ),
        ];
    }

    private static MeanInterval Stability(Trials trials, Func<Figures, string, double> share)
    {
        List<double[]> seeds = [];
        trials.Of(figures =>
        {
            seeds.Add([.. Tasks.Select(task => share(figures, task))]);
            return 0;
        });
        return MeanInterval.Of(
            [
                .. seeds.Select(
                    (own, i) => seeds.Where((_, j) => j != i).Average(other => RankCorrelation.Kendall(own, other))
                ),
            ],
            Trials.Confidence
        );
    }

    private static GrowthPace Pace(Trials trials, string task, int last) =>
        GrowthPace.Of(
            new(
                task,
                trials[$"chance/{task}"].Average(),
                [.. Sizes.Where(size => size <= last).Select(size => (double)size)],
                [.. Sizes.Where(size => size <= last).Select(size => trials[$"accuracy/{task}/{size}"])]
            ),
            new() { Resamples = 0 },
            new(0, "unused")
        );

    private static double ComplexityAndPace(Figures figures, int last)
    {
        double[] complexities = new double[Tasks.Length],
            halves = new double[Tasks.Length];
        foreach ((int i, string task) in Tasks.Index())
        {
            double[] sizes = [.. Sizes.Where(size => size <= last).Select(size => (double)size)],
                means = [.. sizes.Select(size => figures[$"accuracy/{task}/{size}"])];
            double chance = figures[$"chance/{task}"];
            GrowthCurve curve = GrowthCurve.Fit(chance, 1, sizes, means);
            complexities[i] = 1 - (means[^1] - chance) / (1 - chance);
            halves[i] = curve.Gain > 0 ? curve.RowsTo(0.5, last) : last;
        }
        return RankCorrelation.Spearman(complexities, halves);
    }

    private static void Allocate(
        Trial trial,
        SentenceTasks tasks,
        GrowthData grown,
        View train,
        View test,
        Figures figures
    )
    {
        GrowthPace[] paces =
        [
            .. grown.Abilities.Select(scores => GrowthPace.Of(scores, new() { Resamples = 0 }, trial.Random)),
        ];
        RowDemand[] demands =
        [
            .. paces.Zip(
                grown.Available,
                (pace, rows) => new RowDemand(pace.Class, (int)pace.PlateauRows, (int)pace.Scores.Sizes[0], rows)
            ),
        ];
        int budget = trial.Size(Budget, 200);
        int[][] arms =
        [
            RowAllocation.Of([.. demands.Select(demand => demand with { Class = GrowthClass.Responsive })], budget),
            RowAllocation.Of(demands, budget),
            RowAllocation.ByCurves([.. paces.Select(pace => pace.Curve!)], demands, budget),
        ];
        using Pieces pieces = Pieces.Temporary();
        SharedNetwork network = new(tasks, trial.Work("network", pieces));
        foreach ((int arm, int[] counts) in arms.Index())
        {
            double separate = 0,
                shared = 0;
            for (int run = 0; run < Runs; run++)
            {
                int[][] taken = [.. counts.Select((count, task) => Draw(trial, tasks, task, run, count))];
                separate += Separate(tasks, taken, train, test, trial) / Runs;
                shared += network.Accuracy(taken, trial.Random.Child("network").Child(run), trial.Cancellation) / Runs;
            }
            figures[$"separate/{Arms[arm]}"] = separate;
            figures[$"shared/{Arms[arm]}"] = shared;
            foreach ((int task, int count) in counts.Index())
                figures[$"rows/{Arms[arm]}/{tasks.Names[task]}"] = count;
        }
    }

    // The head of a random order that every arm has.
    private static int[] Draw(Trial trial, SentenceTasks tasks, int task, int run, int count)
    {
        int[] order = [.. Enumerable.Range(0, tasks.Train[task].Length)];
        trial.Random.Child("arms").Child(run).Child(tasks.Names[task]).Shuffle<int>(order);
        return order[..count];
    }

    private static double Separate(SentenceTasks tasks, int[][] taken, View train, View test, Trial trial)
    {
        double sum = 0;
        int first = 0,
            firstTest = 0;
        for (int task = 0; task < taken.Length; task++)
        {
            int[] rows = [.. taken[task].Order().Select(row => first + row)],
                held = [.. Enumerable.Range(firstTest, tasks.Test[task].Length)];
            string[] labels = [.. taken[task].Select(row => tasks.Train[task][row].Label).Distinct()];
            sum +=
                labels.Length > 1
                    ? ClassifierFit
                        .Of(new(), train, rows, trial.Random.Child("model"), 1L << 30, cancellation: trial.Cancellation)
                        .Measure(test, held, trial.Cancellation)
                        .Accuracy
                    : tasks.Test[task].Average(row => row.Label == labels[0] ? 1.0 : 0);
            first += tasks.Train[task].Length;
            firstTest += tasks.Test[task].Length;
        }
        return sum / taken.Length;
    }
}
