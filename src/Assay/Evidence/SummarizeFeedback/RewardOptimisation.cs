using System.Globalization;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>
/// Reward models of more and more comparisons, and what becomes of the gold reward when answers are chosen by one, best of N, or a policy is trained
/// on it for less and less of a price.
/// </summary>
internal static class RewardOptimisation
{
    private const int TestPairs = 2000,
        ValidationPairs = 500,
        Samples = 64,
        Prompts = 150,
        Answers = 2,
        Short = 40,
        Long = 60,
        Judgements = 5;

    /// <summary>Comparisons that reward models are fitted to.</summary>
    public static readonly int[] Comparisons = [500, 1000, 2000, 4500];

    /// <summary>N of best of N.</summary>
    public static readonly int[] Sizes = [1, 4, 16, 64];

    /// <summary>Trainings: what a nat costs, iterations, and comparisons of the reward model.</summary>
    private static readonly (string Name, double Kl, int Iterations, int Comparisons)[] Runs =
    [
        ("0.2", 0.2, Short, 4500),
        ("0.05", 0.05, Long, 4500),
        ("0.01", 0.01, Long, 4500),
        ("0.01 of 500", 0.01, Long, 500),
    ];

    /// <summary>Measures one seed.</summary>
    public static void Measure(Trial trial, Figures figures)
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        RandomStream random = trial.Random.Child("reward optimisation");
        Dictionary<int, RewardModel> rewards = Rewards(trial, task, random, figures);
        RewardModel reward = rewards[Comparisons[^1]];
        Best(trial, task, reward, random.Child("best of n"), figures);
        foreach ((string name, double kl, int iterations, int comparisons) in Runs)
            Train(trial, task, rewards[comparisons], (name, kl, trial.Size(iterations, 2)), random, figures);
    }

    /// <summary>What the seeds say.</summary>
    public static IEnumerable<Finding> Conclude(Trials trials)
    {
        string best = Curve(trials, [.. Sizes.Select(size => $"best/{size}")]),
            trained = Curve(trials, [.. Runs.Select(run => $"ppo/{run.Name}")]);
        yield return With(
            Finding.Above(
                "A reward model is more often right with more comparisons: points of accuracy on held-out pairs per doubling.",
                "+1.1 points per doubling, from 8,000 to 64,000 comparisons",
                trials.Of(figures => 100 * Slope(figures, "accuracy")),
                format: "0.00"
            ),
            "accuracy at "
                + string.Join(", ", Comparisons.Select(n => Text($"{n}: {trials.Mean($"accuracy/{n}").Mean:P1}")))
                + Text(
                    $"; of the true order at {Comparisons[^1]}: {trials.Mean($"accuracy of gold/{Comparisons[^1]}").Mean:P1}"
                )
        );
        yield return With(
            Finding.Above(
                "The best of 16 by the reward model is better by the gold reward than one sample.",
                "best of N beats the supervised policy",
                trials.Difference("best/16/gold", "best/1/gold")
            ),
            "gold/predicted/nats: " + best
        );
        yield return With(
            Finding.Above(
                "A policy trained on the reward model with a lower price goes farther and is worth more: gold reward at beta 0.05 less that at 0.2.",
                "preference rises with the divergence at first",
                trials.Difference("ppo/0.05/gold", "ppo/0.2/gold")
            ),
            "gold/predicted/nats: " + trained
        );
        yield return With(
            Finding.Above(
                "At the gold reward that PPO ends with (beta 0.2), it is farther from the supervised policy than best of N: nats more.",
                "PPO is farther in divergence at equal reward",
                trials.Of(figures => figures["ppo/0.2/kl"] - At(BestPath(figures), figures["ppo/0.2/gold"], Gold, Nats))
            ),
            "best of N between its N, which flatters PPO"
        );
        yield return With(
            Finding.Above(
                "At the divergence that PPO ends with (beta 0.2), best of N is worth more.",
                "PPO is farther in divergence at equal reward",
                trials.Of(figures => At(BestPath(figures), figures["ppo/0.2/kl"], Nats, Gold) - figures["ppo/0.2/gold"])
            ),
            Text(
                $"gold reward, best of N minus PPO, at {trials.Text("ppo/0.2/kl", "0.0")} nats; against the path of beta 0.05 at 1.84 nats, whose chords flatter best of N, {Trials.Text(trials.Difference("best/16/gold", "ppo/gold at 1.84 nats"))}"
            )
        );
        yield return With(
            Finding.Below(
                "Optimised hard, a reward model of few comparisons turns against what is wanted: gold reward of the last policy less that of the path at half its divergence.",
                "true preference rises, then falls below the start",
                trials.Difference("ppo/0.01 of 500/gold", "ppo/0.01 of 500/gold half way")
            ),
            Text(
                $"reward model of 500 comparisons, beta 0.01, {Long} iterations; gold {trials.Text("ppo/0.01 of 500/gold", "0.00")} at {trials.Text("ppo/0.01 of 500/kl", "0.0")} nats; with 4,500 comparisons {trials.Text("ppo/0.01/gold", "0.00")} at {trials.Text("ppo/0.01/kl", "0.0")}"
            )
        );
        yield return With(
            Finding.Above(
                "More comparisons make a better policy at the same price: gold reward with 4,500 comparisons less that with 500, at beta 0.01.",
                "(implied by the scaling of reward models)",
                trials.Difference("ppo/0.01/gold", "ppo/0.01 of 500/gold")
            ),
            "gold reward"
        );
    }

    private static Dictionary<int, RewardModel> Rewards(
        Trial trial,
        SentimentTask task,
        RandomStream random,
        Figures figures
    )
    {
        int most = trial.Size(Comparisons[^1], 60),
            validation = trial.Size(ValidationPairs, 20);
        SampledPairs all = task.Pairs(most + validation + trial.Size(TestPairs, 40), random.Child("pairs"));
        TokenPair[] chooses = all.Pairs[most..(most + validation)],
            tests = all.Pairs[(most + validation)..];
        // The true order, which the noisy labels hide: a tie of the gold reward has none.
        (TokenPair Pair, double Margin)[] true_ =
        [
            .. tests.Zip(all.Margins[(most + validation)..]).Where(one => one.Second != 0),
        ];
        Dictionary<int, RewardModel> rewards = [];
        foreach (int count in Comparisons)
        {
            trial.Report($"reward model of {count}", rewards.Count, Comparisons.Length);
            RewardFit fit = new RewardTraining(
                new()
                {
                    Epochs = trial.Size(3, 1),
                    Batch = 64,
                    LearningRate = 3e-4,
                    Pooling = RewardPooling.Mean,
                }
            ).Run(
                task.Start,
                all.Pairs[..Math.Min(most, count)],
                chooses,
                random.Child("reward").Child(count),
                cancellation: trial.Cancellation
            );
            // One sample of the supervised policy is the reference that scores 0.
            fit.Model.NormaliseTo([
                .. all.Pairs[..most].Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen]),
                .. all.Pairs[..most].Select(pair => (int[])[.. pair.Prompt, .. pair.Rejected]),
            ]);
            rewards[count] = fit.Model;
            figures[$"accuracy/{count}"] = RewardScores.Of(fit.Model, tests).Accuracy;
            figures[$"accuracy of gold/{count}"] = RewardScores
                .Of(
                    fit.Model,
                    [
                        .. true_.Select(one =>
                            one.Margin > 0
                                ? one.Pair
                                : new TokenPair(one.Pair.Prompt, one.Pair.Rejected, one.Pair.Chosen)
                        ),
                    ]
                )
                .Accuracy;
        }
        return rewards;
    }

    private static void Best(Trial trial, SentimentTask task, RewardModel reward, RandomStream random, Figures figures)
    {
        int prompts = trial.Size(Prompts, 10);
        double[] gold = new double[Sizes.Length],
            predicted = new double[Sizes.Length];
        for (int prompt = 0; prompt < prompts; prompt++)
        {
            if (prompt % 50 == 0)
                trial.Report("best of n", prompt, prompts);
            IReadOnlyList<Rollout> samples = Rollouts.Sample(
                task.Start,
                [.. Enumerable.Repeat(task.TestPrompts[prompt], Samples)],
                SentimentTask.Sampling,
                random.Child(prompt),
                trial.Cancellation
            );
            double[] scores = reward.Score([.. samples.Select(sample => sample.Tokens)]),
                worth = task.Gold([.. samples.Select(sample => (sample.Prompt, sample.Completion))]);
            for (int i = 0; i < Sizes.Length; i++)
            {
                gold[i] += BestOfN.Expected(scores, worth, Sizes[i]) / prompts;
                predicted[i] += BestOfN.Expected(scores, scores, Sizes[i]) / prompts;
            }
        }
        for (int i = 0; i < Sizes.Length; i++)
        {
            figures[$"best/{Sizes[i]}/gold"] = gold[i];
            figures[$"best/{Sizes[i]}/predicted"] = predicted[i];
            figures[$"best/{Sizes[i]}/kl"] = BestOfN.Kl(Sizes[i]);
        }
    }

    private static void Train(
        Trial trial,
        SentimentTask task,
        RewardModel reward,
        (string Name, double Kl, int Iterations) run,
        RandomStream random,
        Figures figures
    )
    {
        Transformer policy = task.Start.Copy();
        List<Point> path = [Judge(trial, task, policy, reward, random.Child("judged").Child(0))];
        int every = Math.Max(1, run.Iterations / Judgements);
        PpoOptions options = new()
        {
            Iterations = run.Iterations,
            Rollouts = trial.Size(64, 16),
            Minibatch = trial.Size(32, 8),
            Epochs = 2,
            Kl = run.Kl,
            MissingEnd = null,
            Sampling = SentimentTask.Sampling,
        };
        new PpoTraining(options)
        {
            Stepped = iteration =>
            {
                trial.Report($"ppo {run.Name}", iteration.Iteration, run.Iterations);
                if (iteration.Iteration % every == 0 || iteration.Iteration == run.Iterations)
                    path.Add(Judge(trial, task, policy, reward, random.Child("judged").Child(iteration.Iteration)));
            },
        }.Run(
            policy,
            task.Start,
            ValueModel.Of(reward),
            task.Prompts,
            rollouts => reward.Score([.. rollouts.Select(rollout => rollout.Tokens)]),
            random.Child("ppo").Child(run.Name),
            trial.Cancellation
        );
        string name = $"ppo/{run.Name}";
        figures[$"{name}/gold"] = path[^1].Gold;
        figures[$"{name}/predicted"] = path[^1].Predicted;
        figures[$"{name}/kl"] = path[^1].Kl;
        figures[$"{name}/gold half way"] = At(path, path[^1].Kl / 2, Nats, Gold);
        if (run.Name != "0.05")
            return;
        figures["ppo/gold at 1.84 nats"] = At(path, BestOfN.Kl(16), Nats, Gold);
        figures["ppo/nats at the gold of best of 16"] = At(path, figures["best/16/gold"], Gold, Nats);
    }

    private static Point Judge(
        Trial trial,
        SentimentTask task,
        Transformer policy,
        RewardModel reward,
        RandomStream random
    )
    {
        int[][] prompts =
        [
            .. Enumerable.Repeat(task.TestPrompts.Take(trial.Size(Prompts, 10)), Answers).SelectMany(of => of),
        ];
        IReadOnlyList<Rollout> rollouts = Rollouts.Sample(
            policy,
            prompts,
            SentimentTask.Sampling,
            random,
            trial.Cancellation
        );
        (int[], int[])[] answers = [.. rollouts.Select(rollout => (rollout.Prompt, rollout.Completion))];
        return new(
            PolicyDivergence.OfAnswers(policy, task.Start, answers, trial.Cancellation).Average(),
            task.Gold(answers).Average(),
            reward.Score([.. rollouts.Select(rollout => rollout.Tokens)]).Average()
        );
    }

    private static List<Point> BestPath(Figures figures) =>
        [
            .. Sizes.Select(size => new Point(
                figures[$"best/{size}/kl"],
                figures[$"best/{size}/gold"],
                figures[$"best/{size}/predicted"]
            )),
        ];

    private static double Nats(Point point) => point.Kl;

    private static double Gold(Point point) => point.Gold;

    // Where a path first reaches a height, between its points; the last point where it never does.
    private static double At(List<Point> path, double height, Func<Point, double> x, Func<Point, double> y)
    {
        for (int i = 1; i < path.Count; i++)
        {
            double from = x(path[i - 1]),
                to = x(path[i]);
            if (from < height && to >= height)
                return y(path[i - 1]) + (height - from) / (to - from) * (y(path[i]) - y(path[i - 1]));
        }
        return y(x(path[0]) >= height ? path[0] : path[^1]);
    }

    private static double Slope(Figures figures, string what)
    {
        double[] doublings = [.. Comparisons.Select(n => Math.Log2(n))],
            accuracies = [.. Comparisons.Select(n => figures[$"{what}/{n}"])];
        double middle = doublings.Average(),
            mean = accuracies.Average();
        return doublings.Zip(accuracies, (x, y) => (x - middle) * (y - mean)).Sum()
            / doublings.Sum(x => (x - middle) * (x - middle));
    }

    private static string Curve(Trials trials, IReadOnlyList<string> names) =>
        string.Join(
            "; ",
            names.Select(name =>
                Text(
                    $"{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}: {trials.Mean(name + "/gold").Mean:F2}/{trials.Mean(name + "/predicted").Mean:F2}/{trials.Mean(name + "/kl").Mean:F1}"
                )
            )
        );

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Point(double Kl, double Gold, double Predicted);
}
