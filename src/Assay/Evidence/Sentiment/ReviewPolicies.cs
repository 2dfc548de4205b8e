using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Ways to learn from the same pairs of <see cref="SentimentTask"/>, and DPO over its temperatures beside them.</summary>
internal static class ReviewPolicies
{
    /// <summary>The temperature at which arms are compared.</summary>
    public const double Beta = 0.1;

    private const int Answers = 4;
    private static readonly double[] Betas = [0.5, 0.2, 0.1, 0.05, 0.03, 0.02];

    /// <summary>One way to train.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Loss">The loss.</param>
    /// <param name="Weights">Factors on the pairs, from the margins of a reward model fitted to them; or null.</param>
    public sealed record Arm(string Name, PreferenceLossOptions Loss, Func<double, double>? Weights = null);

    /// <summary>The arm of DPO at a temperature.</summary>
    public static string Dpo(double beta) => FormattableString.Invariant($"dpo-{beta}");

    /// <summary>Trains all arms and DPO's temperatures.</summary>
    /// <param name="trial">The seed.</param>
    /// <param name="figures">Where figures go: <c>reviews/ARM/gold</c>, <c>/kl</c> and <c>/at-kl</c>, the gold reward above DPO's curve at the same divergence.</param>
    /// <param name="arms">The arms.</param>
    public static void Measure(Trial trial, Figures figures, IReadOnlyList<Arm> arms)
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        RandomStream random = trial.Random.Child("reviews");
        int count = trial.Size(5000, 128),
            fitted = count * 9 / 10;
        TokenPair[] pairs = task.Pairs(count, random.Child("pairs")).Pairs;
        PairProbabilities reference = PairProbabilities.Of(task.Start, pairs);
        double[] margins = arms.Any(arm => arm.Weights is not null) ? Margins() : [];
        PolicyScore start = Score(task.Start);
        Arm[] dpo = [.. Betas.Select(beta => new Arm(Dpo(beta), new() { Beta = beta }))];
        PolicyScore[] scores = [.. dpo.Concat(arms).Select(arm => Score(Trained(arm)))];
        PolicyCurve curve = PolicyCurve.Of(
            [0, .. scores.Take(dpo.Length).Select(score => score.Divergence)],
            [start.Gold, .. scores.Take(dpo.Length).Select(score => score.Gold)]
        );
        figures["reviews/start/gold"] = start.Gold;
        foreach ((Arm arm, PolicyScore score) in dpo.Concat(arms).Zip(scores))
        {
            figures[$"reviews/{arm.Name}/gold"] = score.Gold;
            figures[$"reviews/{arm.Name}/kl"] = score.Divergence;
            figures[$"reviews/{arm.Name}/at-kl"] =
                score.Gold - curve.At(Math.Clamp(score.Divergence, curve.Low, curve.High));
        }

        Transformer Trained(Arm arm)
        {
            Transformer policy = task.Start.Copy();
            new PreferenceTraining(
                policy,
                pairs,
                reference,
                arm.Loss,
                new()
                {
                    Batch = 64,
                    Epochs = trial.Size(2, 1),
                    Schedule = ScheduleShape.Cosine,
                },
                random.Child("training")
            )
            {
                Weights = arm.Weights is null ? null : [.. margins.Select(arm.Weights)],
                Stepped = (step, _) => trial.Report(arm.Name, step.Step, step.Steps),
            }.Run(trial.Cancellation);
            return policy;
        }

        // Of the pairs that the reward model was fitted to, as published; nine tenths, the rest chooses the epoch.
        double[] Margins()
        {
            RewardModel reward = new RewardTraining(new() { Epochs = trial.Size(4, 1), Pooling = RewardPooling.Mean })
                .Run(
                    task.Start,
                    pairs[..fitted],
                    pairs[fitted..],
                    random.Child("reward"),
                    cancellation: trial.Cancellation
                )
                .Model;
            double[] chosen = reward.Score([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Chosen])]),
                rejected = reward.Score([.. pairs.Select(pair => (int[])[.. pair.Prompt, .. pair.Rejected])]);
            return [.. chosen.Zip(rejected, (up, down) => up - down)];
        }

        // Several answers to each prompt: one leaves an error of 0.07.
        PolicyScore Score(Transformer policy)
        {
            PolicyScore[] drawn =
            [
                .. Enumerable
                    .Range(0, trial.Size(Answers, 1))
                    .Select(draw => task.Score(policy, random.Child("answers").Child(draw))),
            ];
            return new(
                drawn.Average(score => score.Gold),
                drawn.Average(score => score.Divergence),
                drawn.Average(score => score.Length)
            );
        }
    }
}
