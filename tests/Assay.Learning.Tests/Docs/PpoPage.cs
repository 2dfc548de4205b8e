using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/methods/ppo.md, compiled.</summary>
internal static class PpoPage
{
    public static void Training()
    {
        // csharpier-ignore-start
        Transformer policy = new(ModelSizes.Of("gpt-250k", 259), new RandomStream(1, "policy"));
        Transformer reference = policy.Copy();
        PpoTraining ppo = new(new()
        {
            Iterations = 2,
            Rollouts = 8,
            MissingEnd = null, // completions that are cut keep their own score
            Sampling = new() { MaxTokens = 4, Ends = [257] },
        });
        IReadOnlyList<PpoIteration> history = ppo.Run(
            policy,
            reference,
            ValueModel.Of(policy), // or of a reward model
            [[257, 72], [257, 105]],
            rollouts => [.. rollouts.Select(rollout => (double)rollout.Completion.Count(token => token == 33))],
            new RandomStream(1, "ppo")
        );
        Console.WriteLine(history[^1].Kl);
        // csharpier-ignore-end
    }
}
