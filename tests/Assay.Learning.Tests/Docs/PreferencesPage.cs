using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/preferences.md, compiled.</summary>
internal static class PreferencesPage
{
    public static void Losses()
    {
        // csharpier-ignore-start
        PairBatch batch = new()
        {
            Chosen = [-12, -30.5], // ln p of the chosen completions under the policy
            Rejected = [-14, -29],
            ReferenceChosen = [-12.5, -31], // and under the reference
            ReferenceRejected = [-13, -30],
            ChosenTokens = [5, 11],
            RejectedTokens = [6, 9],
        };
        PairLosses losses = new PreferenceLoss(new() { Loss = PreferenceObjective.Dpo, Beta = 0.1 }).Of(batch);
        Console.WriteLine(losses.Mean); // 0.6697; losses.ByChosen and losses.ByRejected are the slopes
        // csharpier-ignore-end
    }

    public static void Training()
    {
        // csharpier-ignore-start
        Transformer policy = new(ModelSizes.Of("gpt-250k", 259), new RandomStream(1, "policy"));
        TokenPair[] pairs = [new([257, 72, 105], [33, 257], [63, 257])]; // prompt, chosen, rejected
        PairProbabilities reference = PairProbabilities.Of(policy, pairs); // computed once
        PreferenceTraining training = new(policy, pairs, reference, new() { Beta = 0.1 }, new() { Epochs = 3 }, new RandomStream(1, "order"));
        PreferenceTrace trace = training.Run();
        Console.WriteLine(trace.Steps[^1].Margin);
        // csharpier-ignore-end
    }
}
