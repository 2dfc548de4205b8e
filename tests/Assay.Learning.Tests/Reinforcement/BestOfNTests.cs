using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class BestOfNTests
{
    /// <summary>summarize-feedback.md, section 5; the paper's table 10 has 1.2, 3.2, 3.2, 3.9, 4.5 and 5.2 for 8, 63, 64, 128, 256 and 512.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0.193147)]
    [InlineData(4, 0.636294)]
    [InlineData(8, 1.204442)]
    [InlineData(16, 1.835089)]
    [InlineData(32, 2.496986)]
    [InlineData(64, 3.174508)]
    [InlineData(128, 3.859843)]
    [InlineData(256, 4.549084)]
    [InlineData(512, 5.240278)]
    public void DivergencesAreThePublishedOnes(int n, double expected) => Assert.Equal(expected, BestOfN.Kl(n), 1e-6);

    [Fact]
    public void ThePaperRoundsThemAlike()
    {
        Assert.Equal("1.2", $"{BestOfN.Kl(8):F1}");
        Assert.Equal("3.2", $"{BestOfN.Kl(63):F1}");
        Assert.Equal("5.2", $"{BestOfN.Kl(512):F1}");
    }

    [Fact]
    public void ExpectedWorthIsTheMeanOverAllChoices()
    {
        RandomStream random = new(4, "best");
        double[] scores = [.. Enumerable.Range(0, 7).Select(_ => Math.Round(random.NextGaussian()))],
            worth = [.. Enumerable.Range(0, 7).Select(_ => random.NextGaussian())];
        for (int n = 1; n <= 7; n++)
        {
            List<double> best = [];
            for (int set = 0; set < 1 << 7; set++)
            {
                int[] chosen = [.. Enumerable.Range(0, 7).Where(i => (set >> i & 1) == 1)];
                if (chosen.Length == n)
                    best.Add(worth[chosen[BestOfN.Of([.. chosen.Select(i => scores[i])])]]);
            }
            Assert.Equal(best.Average(), BestOfN.Expected(scores, worth, n), 1e-9);
        }
    }

    [Fact]
    public void ExpectedScoresRiseWithNAndDoNotSeeMonotoneChanges()
    {
        RandomStream random = new(5, "best");
        double[] scores = [.. Enumerable.Range(0, 20).Select(_ => random.NextGaussian())],
            worth = [.. Enumerable.Range(0, 20).Select(_ => random.NextGaussian())],
            changed = [.. scores.Select(score => Math.Exp(3 * score))];
        for (int n = 1; n <= 20; n++)
        {
            Assert.Equal(BestOfN.Expected(scores, worth, n), BestOfN.Expected(changed, worth, n), 1e-12);
            if (n > 1)
                Assert.True(BestOfN.Expected(scores, scores, n) >= BestOfN.Expected(scores, scores, n - 1));
        }
        Assert.Equal(scores.Average(), BestOfN.Expected(scores, scores, 1), 1e-12);
        Assert.Equal(scores.Max(), BestOfN.Expected(scores, scores, 20), 1e-12);
    }

    [Fact]
    public void WrongNumbersAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BestOfN.Kl(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BestOfN.Expected([1], [1], 2));
        Assert.Throws<ArgumentException>(() => BestOfN.Expected([1, 2], [1], 1));
        Assert.Throws<ArgumentException>(() => BestOfN.Of([]));
        Assert.Throws<ArgumentException>(() => BestOfN.Of([1, double.NaN]));
        Assert.Equal(1, BestOfN.Of([1, 3, 3]));
    }
}
