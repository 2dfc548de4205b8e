namespace Assay.Learning.Tests;

/// <summary>The code of docs/methods/reward-transform.md, run.</summary>
public sealed class RewardTransformPage
{
    [Fact]
    public void RewardsAndThePolicyTheyAskFor()
    {
        // csharpier-ignore-start
        RewardReferences quality = RewardReferences.OfSamples([[1.5, -0.5, 0.25, 2]], quantile: 0.85);   // one prompt, four answers of the base
        RewardReferences manners = RewardReferences.Given([0.7]);                                        // a canned answer's reward
        RewardTransform transform = new(RewardShape.LogSigmoid, [quality, manners]);
        TransformedReward found = transform.Of(prompt: 0, [2.5, -1]);                                    // found.Combined, found.AllGood
        CandidateGroups groups = new([3]);
        double[] policy = groups.Tilted([-0.3, -1.2, -0.7], price: 1);                                   // ln of the probabilities
        // csharpier-ignore-end

        Assert.Equal(Math.Log(found.AllGood), found.Combined, 12);
        Assert.Equal(1, policy.Sum(Math.Exp), 12);
    }
}
