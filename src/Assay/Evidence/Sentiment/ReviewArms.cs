using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Preference losses on the task of film reviews, from the same supervised policy and the same pairs, and DPO over its temperatures beside them.</summary>
/// <param name="trial">The seed.</param>
/// <param name="figures">Where figures go: <c>reviews/ARM/gold</c>, <c>/kl</c> and <c>/at-kl</c>, gold reward above DPO's curve at the same divergence.</param>
internal sealed class ReviewArms(Trial trial, Figures figures)
{
    /// <summary>The temperature at which arms are compared.</summary>
    public const double Beta = 0.1;

    private const int PairCount = 5000,
        Samples = 4;
    private static readonly double[] Betas = [0.5, 0.2, 0.1, 0.05, 0.02];

    /// <summary>One way to train.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Loss">The loss.</param>
    /// <param name="Weights">Factors on the pairs' losses, or null.</param>
    public sealed record Arm(string Name, PreferenceLossOptions Loss, double[]? Weights = null);

    /// <summary>Trains the supervised policy, then DPO's temperatures and the arms.</summary>
    /// <param name="arms">The arms, made when the pairs are known.</param>
    public void Measure(Func<SentimentTask, SampledPairs, IReadOnlyList<Arm>> arms)
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        RandomStream random = trial.Random.Child("reviews");
        SampledPairs pairs = task.Pairs(trial.Size(PairCount, 128), random.Child("pairs"));
        PairProbabilities reference = PairProbabilities.Of(task.Start, pairs.Pairs);
        double start = Score(task, task.Start, random).Gold;
        figures["reviews/start/gold"] = start;
        List<(double Kl, double Gold)> curve = [(0, start)];
        foreach (double beta in Betas)
        {
            string name = FormattableString.Invariant($"dpo-{beta}");
            PolicyScore score = Train(task, pairs.Pairs, reference, new(name, new() { Beta = beta }), random);
            curve.Add((score.Divergence, score.Gold));
            Add(name, score, score.Gold);
        }
        PolicyCurve dpo = PolicyCurve.Of([.. curve.Select(point => point.Kl)], [.. curve.Select(point => point.Gold)]);
        foreach (Arm arm in arms(task, pairs))
        {
            PolicyScore score = Train(task, pairs.Pairs, reference, arm, random);
            Add(arm.Name, score, dpo.At(Math.Clamp(score.Divergence, dpo.Low, dpo.High)));
        }

        void Add(string name, PolicyScore score, double atKl)
        {
            figures[$"reviews/{name}/gold"] = score.Gold;
            figures[$"reviews/{name}/kl"] = score.Divergence;
            figures[$"reviews/{name}/at-kl"] = score.Gold - atKl;
        }
    }

    private PolicyScore Train(
        SentimentTask task,
        TokenPair[] pairs,
        PairProbabilities reference,
        Arm arm,
        RandomStream random
    )
    {
        Transformer policy = task.Start.Copy();
        PreferenceTraining training = new(
            policy,
            pairs,
            reference,
            arm.Loss,
            new()
            {
                Batch = 64,
                Epochs = 2,
                LearningRate = 3e-4,
                Schedule = ScheduleShape.Cosine,
                WarmUp = 0,
            },
            random.Child("training")
        )
        {
            Weights = arm.Weights,
            Stepped = (step, _) => trial.Report($"reviews, {arm.Name}", step.Step, step.Steps),
        };
        training.Run(trial.Cancellation);
        return Score(task, policy, random);
    }

    // The same draws for all, a few answers to each prompt.
    private static PolicyScore Score(SentimentTask task, Transformer policy, RandomStream random)
    {
        PolicyScore[] scores =
        [
            .. Enumerable.Range(0, Samples).Select(i => task.Score(policy, random.Child("answers").Child(i))),
        ];
        return new(
            scores.Average(score => score.Gold),
            Math.Max(0, scores.Average(score => score.Divergence)),
            scores.Average(score => score.Length)
        );
    }
}
