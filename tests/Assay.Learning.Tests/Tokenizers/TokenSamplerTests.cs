using Assay.Numerics;

namespace Assay.Learning.Tests;

public class TokenSamplerTests
{
    // Probabilities 0.5, 0.25, 0.125, 0.125.
    private static readonly float[] Logits = [.. new[] { 0.125, 0.5, 0.125, 0.25 }.Select(p => (float)Math.Log(p))];

    private static double[] Probabilities(SamplingOptions options, float[]? logits = null, int[]? context = null)
    {
        double[] probabilities = new double[(logits ?? Logits).Length];
        new TokenSampler(options).Probabilities(logits ?? Logits, context ?? [], probabilities);
        return [.. probabilities.Select(p => Math.Round(p, 6))];
    }

    [Fact]
    public void EachRuleByHand()
    {
        Assert.Equal([0.125, 0.5, 0.125, 0.25], Probabilities(new()));
        // Squares: 1/64, 16/64, 1/64, 4/64 of 22/64.
        Assert.Equal([0.045455, 0.727273, 0.045455, 0.181818], Probabilities(new() { Temperature = 0.5 }));
        Assert.Equal([0, 0.666667, 0, 0.333333], Probabilities(new() { TopK = 2 }));
        Assert.Equal([0.142857, 0.571429, 0, 0.285714], Probabilities(new() { TopK = 3 })); // a tie: the lower id
        Assert.Equal([0, 1, 0, 0], Probabilities(new() { TopP = 0.4 }));
        Assert.Equal([0, 0.666667, 0, 0.333333], Probabilities(new() { TopP = 0.6 }));
        Assert.Equal([0.142857, 0.571429, 0, 0.285714], Probabilities(new() { TopP = 0.8 }));
        Assert.Equal([0, 0.666667, 0, 0.333333], Probabilities(new() { MinP = 0.4 }));
        Assert.Equal([0, 1, 0, 0], Probabilities(new() { MinP = 1 }));
        Assert.Equal([0, 1, 0, 0], Probabilities(SamplingOptions.Greedy));
        // Top-p sees what top-k left: 2/3 is enough.
        Assert.Equal([0, 1, 0, 0], Probabilities(new() { TopK = 2, TopP = 0.65 }));
    }

    [Fact]
    public void ThePenaltyDividesPositiveLogitsAndMultipliesNegativeOnesOnce()
    {
        float[] logits = [2, -1, 0.5f];
        double[] expected = [Math.Exp(1), Math.Exp(-2), Math.Exp(0.5)];
        Assert.Equal(
            expected.Select(e => Math.Round(e / expected.Sum(), 6)),
            Probabilities(new() { RepetitionPenalty = 2 }, logits, [0, 1, 1, 0])
        );
        float[] close = [1, 0.9f];
        Assert.Equal(
            1,
            new TokenSampler(SamplingOptions.Greedy with { RepetitionPenalty = 1.5 }).Next(close, [0], new(1, "s"))
        );
    }

    [Fact]
    public void MaskedTokensAreNeverChosenAndTiesOfGreedyGoToTheLowerId()
    {
        float[] logits = [float.NegativeInfinity, 1, 1];
        Assert.Equal([0, 0.5, 0.5], Probabilities(new(), logits));
        Assert.Equal(1, new TokenSampler(SamplingOptions.Greedy).Next(logits, [], new(1, "s")));
    }

    [Fact]
    public void ATopPOfManyTokensEqualsTheOneBySorting()
    {
        RandomStream random = new(11, "top-p");
        for (int trial = 0; trial < 30; trial++)
        {
            float[] logits = [.. Enumerable.Range(0, 2000).Select(_ => (float)(random.NextInt32(40) * 0.1))];
            double topP = 0.05 + 0.9 * random.NextDouble();
            double sum = logits.Sum(l => Math.Exp(l));
            int[] order = [.. Enumerable.Range(0, 2000).OrderByDescending(i => logits[i]).ThenBy(i => i)];
            double seen = 0;
            int count = order.TakeWhile(i => (seen += Math.Exp(logits[i]) / sum) < topP).Count() + 1;
            double[] probabilities = Probabilities(new() { TopP = topP }, logits);
            Assert.Equal(order[..count].Order(), Enumerable.Range(0, 2000).Where(i => probabilities[i] > 0));
        }
    }

    [Fact]
    public void DrawsFollowTheProbabilities()
    {
        // Chi-square with 3 degrees of freedom; 21.1 is exceeded by chance once in 10,000, and the seed is fixed.
        RandomStream random = new(5, "draws");
        TokenSampler sampler = new(new());
        int[] seen = new int[4];
        const int Draws = 40_000;
        for (int i = 0; i < Draws; i++)
            seen[sampler.Next(Logits, [], random)]++;
        double[] p = [0.125, 0.5, 0.125, 0.25];
        double chiSquare = Enumerable.Range(0, 4).Sum(i => Math.Pow(seen[i] - p[i] * Draws, 2) / (p[i] * Draws));
        Assert.InRange(chiSquare, 0, 21.1);
    }

    [Fact]
    public void TheSameStreamGivesTheSameTokens()
    {
        TokenSampler sampler = new(new() { Temperature = 1.3, TopP = 0.95 });
        int[] Draw()
        {
            RandomStream random = new(9, "again");
            return [.. Enumerable.Range(0, 100).Select(_ => sampler.Next(Logits, [], random))];
        }
        Assert.Equal(Draw(), Draw());
    }

    [Fact]
    public void BadInputIsRefused()
    {
        foreach (
            SamplingOptions bad in (SamplingOptions[])
                [
                    new() { Temperature = -1 },
                    new() { Temperature = double.NaN },
                    new() { TopK = -1 },
                    new() { TopP = 0 },
                    new() { TopP = 1.1 },
                    new() { MinP = -0.1 },
                    new() { MinP = double.NaN },
                    new() { RepetitionPenalty = 0 },
                ]
        )
            Assert.Throws<ArgumentOutOfRangeException>(() => new TokenSampler(bad));
        TokenSampler sampler = new(new());
        Assert.Throws<ArgumentException>(() => sampler.Next([1, float.NaN], [], new(1, "s")));
        Assert.Throws<ArgumentException>(() => sampler.Next([float.NegativeInfinity], [], new(1, "s")));
        Assert.Throws<ArgumentException>(() => sampler.Next([], [], new(1, "s")));
    }
}
