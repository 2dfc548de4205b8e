using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>PPO on the language model of film reviews with two rewards, how positive and how short an answer is, combined in several ways.</summary>
internal sealed class TwoRewardsOnReviews(Trial trial, Figures figures)
{
    /// <summary>The ways to combine; the first is what the others are compared with.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["raw", "lsc-85", "lsc-50", "minimum-50"];

    private const int PromptCount = 1000,
        Samples = 8,
        TestSamples = 16,
        MeasureEvery = 10;
    private const double Price = 0.02;

    private readonly RandomStream _random = trial.Random.Child("two rewards");

    public void Measure()
    {
        SentimentTask task = SentimentTask.Prepare(trial);
        int[][] prompts = [.. task.Prompts.Take(trial.Size(PromptCount, 64))],
            tests = [.. task.TestPrompts.Take(trial.Size(500, 20))];
        double[][][] samples = Rewards(task, Sample(task, task.Start, prompts, Samples, "references"), Samples),
            middles = Rewards(task, Sample(task, task.Start, tests, TestSamples, "medians"), TestSamples);
        double[][] edges =
        [
            .. middles.Select(property => property.Select(own => Quantiles.Of(own, [0.5])[0]).ToArray()),
        ];
        (double baseShare, _) = Score(task, task.Start, tests, edges);
        figures["reviews/base/share"] = baseShare;
        Dictionary<string, PolicyCurve> curves = [];
        foreach (string way in Ways)
            curves[way] = Run(task, prompts, samples, tests, edges, way, baseShare);
        double far = curves.Values.Min(curve => curve.High);
        figures["reviews/common-kl"] = far;
        foreach (string way in Ways)
        {
            figures[$"reviews/{way}/mean-share"] = curves[way].Mean(0, far);
            figures[$"reviews/{way}/share-at"] = curves[way].At(far);
        }
    }

    private PolicyCurve Run(
        SentimentTask task,
        int[][] prompts,
        double[][][] samples,
        int[][] tests,
        double[][] edges,
        string way,
        double baseShare
    )
    {
        double quantile = way.EndsWith("85", StringComparison.Ordinal) ? 0.85 : 0.5;
        RewardTransform transform = new(
            way.StartsWith("lsc", StringComparison.Ordinal) ? RewardShape.LogSigmoid
                : way.StartsWith("min", StringComparison.Ordinal) ? RewardShape.Minimum
                : RewardShape.Raw,
            [.. samples.Select(property => RewardReferences.OfSamples(property, quantile, RewardReferenceKind.Normal))]
        );
        Dictionary<int[], int> places = prompts
            .Index()
            .ToDictionary(
                pair => pair.Item,
                pair => pair.Index,
                (IEqualityComparer<int[]>)ReferenceEqualityComparer.Instance
            );
        Transformer policy = task.Start.Copy();
        List<(double Kl, double Share)> points = [(0, baseShare)];
        PpoOptions options = new()
        {
            Iterations = trial.Size(60, 2),
            Rollouts = trial.Size(128, 16),
            Epochs = 2,
            Kl = Price,
            MissingEnd = null,
            Sampling = SentimentTask.Sampling,
        };
        new PpoTraining(options)
        {
            Stepped = iteration =>
            {
                trial.Report($"reviews, PPO {way}", iteration.Iteration, options.Iterations);
                if (iteration.Iteration % MeasureEvery != 0 && iteration.Iteration != options.Iterations)
                    return;
                (double share, double kl) = Score(task, policy, tests, edges);
                points.Add((kl, share));
            },
        }.Run(
            policy,
            task.Start,
            ValueModel.Of(task.Start),
            prompts,
            rollouts =>
            {
                double[][] rewards = RewardsOf(task, rollouts);
                return
                [
                    .. rollouts.Select(
                        (rollout, i) => transform.Of(places[rollout.Prompt], [rewards[0][i], rewards[1][i]]).Combined
                    ),
                ];
            },
            _random.Child("ppo"),
            trial.Cancellation
        );
        figures[$"reviews/{way}/end-share"] = points[^1].Share;
        figures[$"reviews/{way}/end-kl"] = points[^1].Kl;
        return PolicyCurve.Of([.. points.Select(point => point.Kl)], [.. points.Select(point => point.Share)]);
    }

    private IReadOnlyList<Rollout> Sample(
        SentimentTask task,
        Transformer policy,
        int[][] prompts,
        int each,
        string name
    ) =>
        Rollouts.Sample(
            policy,
            [.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt, each))],
            SentimentTask.Sampling,
            _random.Child(name),
            trial.Cancellation
        );

    // How positive, and how few tokens.
    private static double[][] RewardsOf(SentimentTask task, IReadOnlyList<Rollout> rollouts) =>
        [
            task.Gold([.. rollouts.Select(rollout => (rollout.Prompt, rollout.Completion))]),
            [.. rollouts.Select(rollout => -(double)rollout.Completion.Length)],
        ];

    private static double[][][] Rewards(SentimentTask task, IReadOnlyList<Rollout> rollouts, int each) =>
        [.. RewardsOf(task, rollouts).Select(property => property.Chunk(each).ToArray())];

    // The share of answers at or above their prompt's median of the base in both rewards.
    private (double Share, double Kl) Score(SentimentTask task, Transformer policy, int[][] tests, double[][] edges)
    {
        const int each = 2;
        IReadOnlyList<Rollout> answers = Sample(task, policy, tests, each, "answers");
        double[][] rewards = RewardsOf(task, answers);
        int both = Enumerable
            .Range(0, answers.Count)
            .Count(i => rewards[0][i] >= edges[0][i / each] && rewards[1][i] >= edges[1][i / each]);
        double kl = PolicyDivergence
            .OfAnswers(policy, task.Start, [.. answers.Select(answer => (answer.Prompt, answer.Completion))])
            .Average();
        return (both / (double)answers.Count, Math.Max(0, kl));
    }
}
