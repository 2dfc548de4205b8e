namespace Assay.Learning.Tests;

/// <summary>The code of docs/methods/madpo.md, run.</summary>
public sealed class MadpoPage
{
    [Fact]
    public void WeightsOfPairs()
    {
        // csharpier-ignore-start
        MarginAdaptive rule = new() { Border = 2 };
        double weight = rule.Weight(1.0);              // 1.0894: a pair that the reward finds clear, and right
        double doubted = rule.Weight(-1.0);            // 0.7569: the label says otherwise
        // csharpier-ignore-end

        Assert.Equal(1.0894, weight, 4);
        Assert.Equal(0.7569, doubted, 4);
    }
}
