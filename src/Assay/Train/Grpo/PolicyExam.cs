using System.Text;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Train;

/// <summary>What a policy answers to tasks that it has not been trained on.</summary>
/// <param name="Greedy">The mean reward of the most likely completions.</param>
/// <param name="Sampled">That of sampled ones, with its interval over tasks.</param>
/// <param name="Tokens">Tokens of a sampled completion.</param>
/// <param name="Entropy">Nats a token.</param>
/// <param name="Ended">The share of sampled completions that ended by themselves.</param>
/// <param name="Divergence">KL divergence from the policy that it started from: nats an answer, estimated on samples of its own.</param>
/// <param name="ByTask">The mean reward of the sampled completions of each task.</param>
/// <param name="Examples">Some tasks with their most likely completions, and whether they are right.</param>
internal sealed record PolicyExam(
    double Greedy,
    MeanInterval Sampled,
    double Tokens,
    double Entropy,
    double Ended,
    double Divergence,
    double[] ByTask,
    IReadOnlyList<(string Prompt, string Completion, double Reward)> Examples
)
{
    private const int MostTasks = 256,
        SamplesOfTask = 4,
        Shown = 12;

    public static PolicyExam Of(
        Transformer policy,
        Transformer start,
        PolicyTokens tokens,
        VerifiedTasks tasks,
        int[][] prompts,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        int[] asked = [.. Enumerable.Range(0, Math.Min(MostTasks, tasks.Count))];
        IReadOnlyList<Rollout> greedy = Rollouts.Sample(
            policy,
            [.. asked.Select(task => prompts[task])],
            tokens.Sampling with
            {
                Temperature = 0,
            },
            random,
            cancellation
        );
        double[] right = [.. greedy.Select((rollout, task) => tasks.Reward(task, tokens.TextOf(rollout)))];
        int[] repeated = [.. asked.SelectMany(task => Enumerable.Repeat(task, SamplesOfTask))];
        IReadOnlyList<Rollout> sampled = Rollouts.Sample(
            policy,
            [.. repeated.Select(task => prompts[task])],
            tokens.Sampling,
            random.Child("sampled"),
            cancellation
        );
        double[] means = new double[asked.Length];
        for (int i = 0; i < repeated.Length; i++)
            means[repeated[i]] += tasks.Reward(repeated[i], tokens.TextOf(sampled[i])) / SamplesOfTask;
        IReadOnlyList<float[]> before = Rollouts.LogProbabilities(start, sampled, cancellation: cancellation);
        return new(
            right.Average(),
            means.Length > 1 ? MeanInterval.Of(means, 0.95) : MeanInterval.Exact(means[0]),
            sampled.Average(rollout => rollout.Completion.Length),
            sampled.SelectMany(rollout => rollout.Entropies).Average(value => (double)value),
            sampled.Average(rollout => rollout.Ended ? 1.0 : 0),
            sampled.Zip(before, (rollout, old) => rollout.LogProbability - old.Sum(value => (double)value)).Average(),
            means,
            [
                .. asked
                    .Take(Shown)
                    .Select(task =>
                        (
                            Encoding.UTF8.GetString(tasks.Prompt(task)),
                            Encoding.UTF8.GetString(tokens.TextOf(greedy[task])),
                            right[task]
                        )
                    ),
            ]
        );
    }
}
