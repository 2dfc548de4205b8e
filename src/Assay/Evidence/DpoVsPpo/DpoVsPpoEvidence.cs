using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>"Unpacking DPO and PPO: Disentangling Best Practices for Learning from Preference Feedback", arXiv 2406.09279.</summary>
internal sealed class DpoVsPpoEvidence : IExperiment
{
    private const int Samples = 64;
    private static readonly double[] Betas = [0.5, 0.1, 0.05, 0.02],
        Penalties = [0.4, 0.2, 0.1, 0.05];
    private static readonly int[] BestOf = [1, 2, 4, 16, 64];

    // The published table of category scores of the start, and of DPO and PPO on five datasets of 60,908 pairs.
    private static readonly double[] StartScores = [55.4, 47.8, 45.1, 56.6, 91.8, 44.2],
        Dpo = [56.7, 54.7, 57.8, 58.4, 61.0],
        Ppo = [57.3, 55.9, 57.9, 58.7, 62.2];

    /// <inheritdoc/>
    public string Slug => "dpo-vs-ppo";

    /// <inheritdoc/>
    public string Title =>
        "Unpacking DPO and PPO: Disentangling Best Practices for Learning from Preference Feedback (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A language model of film reviews (about 340,000 parameters, eight epochs) writes two answers to each of 5,000 prompts; a classifier of all labels is the gold reward and "
        + "labels them with the noise of Bradley and Terry. From the same start and pairs: DPO at four temperatures (two epochs, AdamW 3e-4), the same with 30 % of the labels flipped; "
        + "a reward model on 4,500 pairs (best epoch on the other 500) and PPO against it at four penalties (60 iterations of 128 answers, two epochs), PPO against the gold reward, and the best of up to 64 answers by "
        + "either reward. Every policy is scored by the gold reward of one answer to each of 500 unseen prompts and by its divergence from the start; arms are compared at equal divergence, by "
        + "straight lines between policies, in the mean over the range that both cover.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        RandomStream random = trial.Random.Child("arms");
        int count = trial.Size(5000, 128),
            fitted = count * 9 / 10;
        SampledPairs clean = task.Pairs(count, random.Child("pairs")),
            noisy = task.Pairs(count, random.Child("pairs"), flipped: 0.3);
        Figures figures = new();
        Add(figures, "start", 0, task.Score(task.Start, random.Child("answers")) with { Divergence = 0 });
        foreach (double beta in Betas)
        {
            Add(figures, "dpo", beta, Trained(clean, beta));
            Add(figures, "dpo-flipped", beta, Trained(noisy, beta));
        }
        RewardModel learned = new RewardTraining(new() { Epochs = trial.Size(4, 1), Pooling = RewardPooling.Mean })
            .Run(
                task.Start,
                clean.Pairs[..fitted],
                clean.Pairs[fitted..],
                random.Child("reward"),
                cancellation: trial.Cancellation
            )
            .Model;
        learned.NormaliseTo([.. clean.Pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])]);
        SampledPairs fresh = task.Pairs(trial.Size(2000, 64), random.Child("fresh"));
        double[] chosen = learned.Score([.. fresh.Pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])]),
            rejected = learned.Score([.. fresh.Pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Rejected])]);
        figures["reward accuracy"] = chosen.Zip(rejected, (up, down) => up > down ? 1.0 : 0).Average();
        foreach (double penalty in Penalties)
        {
            Add(
                figures,
                "ppo",
                penalty,
                Rewarded(penalty, rollouts => learned.Score([.. rollouts.Select(one => one.Tokens)]))
            );
            Add(
                figures,
                "ppo-gold",
                penalty,
                Rewarded(penalty, rollouts => task.Gold([.. rollouts.Select(one => (one.Prompt, one.Completion))]))
            );
        }
        AddBestOf(figures, task, learned, trial, random.Child("best of"));
        return figures;

        PolicyScore Trained(SampledPairs pairs, double beta)
        {
            Transformer policy = task.Start.Copy();
            new PreferenceTraining(
                policy,
                pairs.Pairs,
                PairProbabilities.Of(task.Start, pairs.Pairs),
                new() { Beta = beta },
                new()
                {
                    Batch = 64,
                    Epochs = trial.Size(2, 1),
                    Schedule = ScheduleShape.Cosine,
                },
                random.Child("dpo")
            )
            {
                Stepped = (step, _) => trial.Report($"dpo {beta}", step.Step, step.Steps),
            }.Run(trial.Cancellation);
            return task.Score(policy, random.Child("answers"));
        }

        PolicyScore Rewarded(double penalty, Func<IReadOnlyList<Rollout>, double[]> reward)
        {
            Transformer policy = task.Start.Copy();
            PpoOptions options = new()
            {
                Iterations = trial.Size(60, 2),
                Rollouts = trial.Size(128, 16),
                Epochs = 2,
                Kl = penalty,
                MissingEnd = null,
                Sampling = SentimentTask.Sampling,
            };
            new PpoTraining(options)
            {
                Stepped = iteration => trial.Report($"ppo {penalty}", iteration.Iteration, options.Iterations),
            }.Run(
                policy,
                task.Start,
                ValueModel.Of(learned),
                task.Prompts,
                rollouts => reward(rollouts),
                random.Child("ppo"),
                trial.Cancellation
            );
            return task.Score(policy, random.Child("answers"));
        }
    }

    private static void AddBestOf(
        Figures figures,
        SentimentTask task,
        RewardModel learned,
        Trial trial,
        RandomStream random
    )
    {
        int samples = trial.Size(Samples, 4);
        int[][] prompts =
        [
            .. task.TestPrompts.Take(trial.Size(500, 20)).SelectMany(prompt => Enumerable.Repeat(prompt, samples)),
        ];
        IReadOnlyList<Rollout> answers = Rollouts.Sample(task.Start, prompts, SentimentTask.Sampling, random);
        double[] gold = task.Gold([.. answers.Select(one => (one.Prompt, one.Completion))]),
            scores = learned.Score([.. answers.Select(one => one.Tokens)]);
        foreach (int n in BestOf.Where(n => n <= samples))
        {
            Add(figures, "best-of", n, new(Mean(scores, n), BestOfN.Kl(n), 0));
            Add(figures, "best-of-gold", n, new(Mean(gold, n), BestOfN.Kl(n), 0));
        }

        double Mean(double[] by, int n) =>
            Enumerable
                .Range(0, prompts.Length / samples)
                .Average(prompt =>
                    BestOfN.Expected(
                        by[(prompt * samples)..((prompt + 1) * samples)],
                        gold[(prompt * samples)..((prompt + 1) * samples)],
                        n
                    )
                );
    }

    private static void Add(Figures figures, string arm, double strength, PolicyScore score)
    {
        figures[FormattableString.Invariant($"gold/{arm}/{strength}")] = score.Gold;
        figures[FormattableString.Invariant($"kl/{arm}/{strength}")] = score.Divergence;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        PolicyCurves curves = CurvesOf(trials);
        string[] arms = ["dpo", "dpo-flipped", "ppo", "ppo-gold", "best-of", "best-of-gold"];
        string all = string.Join(
            "; ",
            arms.Select(arm =>
                $"{arm}: "
                + string.Join(
                    ", ",
                    Points(trials, arm)
                        .Select(point => FormattableString.Invariant($"{point.Gold:0.00} at {point.Kl:0.0}"))
                )
            )
        );
        double macro = StartScores.Average(),
            difference = Ppo.Zip(Dpo, (ppo, dpo) => ppo - dpo).Average();
        return
        [
            new(
                "The published tables add up: macro average of the start, and PPO's mean lead over DPO on five datasets.",
                "56.8, and 0.66",
                FormattableString.Invariant($"{macro:0.0000}, and {difference:0.00} of the printed rows"),
                Math.Abs(macro - 56.8) < 0.05 && Math.Abs(difference - 0.66) < 0.1
                    ? Verdict.Replicated
                    : Verdict.NotReplicated,
                "recomputed from the printed rows: the first to its digit, the second within the rounding of its ten rows (0.1)"
            ),
            Compared(
                "PPO beats DPO at equal divergence, both from the same pairs (gold reward).",
                "ahead by up to 2.5 points",
                "ppo",
                "dpo",
                $"; gold reward at nats: {all}"
            ),
            Compared(
                "Better data: DPO on clean labels beats DPO on labels of which 30 % are flipped.",
                "up to 8 points between datasets",
                "dpo",
                "dpo-flipped"
            ),
            Compared(
                "A better reward model: PPO against the gold reward beats PPO against the learned one.",
                "up to 5 points, in mathematics only",
                "ppo-gold",
                "ppo"
            ),
            Effect(
                "Data matter more than the algorithm: the effect of flipped labels is larger than that of PPO for DPO.",
                "knobs by effect: data, then algorithm",
                seed => Lead(curves, "dpo", "dpo-flipped", seed) - Math.Abs(Lead(curves, "ppo", "dpo", seed))
            ),
            Effect(
                "The algorithm matters more than the reward model.",
                "knobs by effect: data, algorithm, reward model",
                seed => Math.Abs(Lead(curves, "ppo", "dpo", seed)) - Lead(curves, "ppo-gold", "ppo", seed)
            ),
            Compared(
                "The best of n answers by the learned reward beats PPO against it, at equal divergence.",
                "(our control; the paper uses best of n to rate reward models)",
                "best-of",
                "ppo"
            ),
            Compared("It beats DPO too.", "(our control)", "best-of", "dpo"),
        ];

        Finding Compared(string claim, string paper, string arm, string against, string more = "")
        {
            (double low, double high) = curves.Overlap(arm, against) ?? (0, 0);
            MeanInterval lead = Over(seed => Lead(curves, arm, against, seed));
            return Finding.Above(claim, paper, lead) with
            {
                Ours = FormattableString.Invariant($"{Trials.Text(lead)} over {low:0.0} to {high:0.0} nats{more}"),
                Rule = "the 95 % interval over seeds of the mean difference over the common range lies above 0",
            };
        }

        Finding Effect(string claim, string paper, Func<int, double> number) =>
            Finding.Above(claim, paper, Over(number));

        MeanInterval Over(Func<int, double> number) =>
            MeanInterval.Of([.. Enumerable.Range(0, trials.Count).Select(number)], Trials.Confidence);
    }

    private static double Lead(PolicyCurves curves, string arm, string against, int seed)
    {
        (double low, double high) = curves.Overlap(arm, against) ?? (0, 0);
        return curves.Of(arm, seed)!.Mean(low, high) - curves.Of(against, seed)!.Mean(low, high);
    }

    // Every arm begins at the start; best-of-n begins at n = 1.
    private static PolicyCurves CurvesOf(Trials trials)
    {
        List<PolicyPoint> points = [];
        foreach ((string arm, double[] strengths) in Strengths(trials))
        {
            for (int seed = 0; seed < trials.Count; seed++)
            {
                if (arm is not ("best-of" or "best-of-gold"))
                    points.Add(new(arm, seed, 0, 0, trials["gold/start/0"][seed]));
                foreach (double strength in strengths)
                    points.Add(
                        new(
                            arm,
                            seed,
                            strength,
                            trials[FormattableString.Invariant($"kl/{arm}/{strength}")][seed],
                            trials[FormattableString.Invariant($"gold/{arm}/{strength}")][seed]
                        )
                    );
            }
        }
        return new(points);
    }

    private static IEnumerable<(string Arm, double[] Strengths)> Strengths(Trials trials)
    {
        double[] best =
        [
            .. BestOf.Where(n => trials.Has(FormattableString.Invariant($"kl/best-of/{n}"))).Select(n => (double)n),
        ];
        return
        [
            ("dpo", Betas),
            ("dpo-flipped", Betas),
            ("ppo", Penalties),
            ("ppo-gold", Penalties),
            ("best-of", best),
            ("best-of-gold", best),
        ];
    }

    private static IEnumerable<(double Gold, double Kl)> Points(Trials trials, string arm) =>
        Strengths(trials)
            .First(of => of.Arm == arm)
            .Strengths.Select(strength =>
                (
                    trials.Mean(FormattableString.Invariant($"gold/{arm}/{strength}")).Mean,
                    trials.Mean(FormattableString.Invariant($"kl/{arm}/{strength}")).Mean
                )
            )
            .OrderBy(point => point.Item2);
}
