using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/methods/reward.md, compiled.</summary>
internal static class RewardPage
{
    public static void Training()
    {
        // csharpier-ignore-start
        Transformer policy = new(ModelSizes.Of("gpt-250k", 259), new RandomStream(1, "policy"));
        TokenPair[] pairs = [new([257, 72, 105], [33, 257], [63, 257])]; // prompt, chosen, rejected
        RewardFit fit = new RewardTraining(new() { Epochs = 3, Seeds = 2 }).Run(policy, pairs, pairs, new RandomStream(1, "reward"));
        fit.Model.NormaliseTo([[257, 72, 105, 33, 257]]); // this answer now scores 0
        double[] scores = fit.Model.Score([[257, 72, 105, 33, 257], [257, 72, 105, 63, 257]]);
        Console.WriteLine(scores[0] - scores[1]);
        // csharpier-ignore-end
    }
}
