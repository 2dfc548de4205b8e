namespace Assay.Learning.Tests;

/// <summary>The code of docs/methods/conflict.md, run.</summary>
public sealed class ConflictPage
{
    [Fact]
    public void ConfidenceUnderNoise()
    {
        // csharpier-ignore-start
        double confidence = PolyDpo.BestConfidence(alpha: 1, flips: 0.2);   // 0.8685: a larger alpha is surer under noise, not less
        // csharpier-ignore-end

        Assert.Equal(0.8685, confidence, 4);
    }
}
