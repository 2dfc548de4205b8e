using Assay.Numerics;
using Assay.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public sealed class TokenAdvantagesTests
{
    // dpo-vs-ppo.md, section 5: the official function, gamma 1, lambda 0.95; the mask of the second row is its length.
    private static readonly double[][] Values =
    [
        [.2, .1, .4, .3],
        [.5, -.1, 0],
    ];
    private static readonly double[][] Rewards =
    [
        [-.01, .005, -.02, 1.5],
        [.025, -.01, -.79],
    ];

    [Fact]
    public void ReturnsAndWhitenedAdvantagesAreTheOfficialOnes()
    {
        (double[] Advantages, double[] Returns)[] found =
        [
            .. Rewards.Zip(Values, (rewards, values) => TokenAdvantages.Of(rewards, values)),
        ];
        Same([1.3003, 1.374, 1.42, 1.5], found[0].Returns);
        Same([-.702475, -.7605, -.79], found[1].Returns);
        double[][] whitened = TokenAdvantages.Whitened([found[0].Advantages, found[1].Advantages]);
        Same([.7470186973, .9046884612, .6741293361, .8375176925], whitened[0]);
        Same([-1.3432403155, -.8512825131, -.9688313584], whitened[1]);

        static void Same(double[] expected, double[] actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            for (int t = 0; t < expected.Length; t++)
                Assert.Equal(expected[t], actual[t], 1e-10);
        }
    }

    [Fact]
    public void WithBothFactorsOneReturnsAreTheRewardsThatAreLeft() =>
        Prop.ForAll(
                Cases,
                seed =>
                {
                    (double[] rewards, double[] values) = Case(seed);
                    double[] returns = TokenAdvantages.Of(rewards, values, 1, 1).Returns;
                    for (int t = 0; t < rewards.Length; t++)
                        Assert.Equal(rewards[t..].Sum(), returns[t], 1e-9);
                }
            )
            .Holds();

    [Fact]
    public void WithLambdaZeroAnAdvantageLooksOneStepAhead() =>
        Prop.ForAll(
                Cases,
                seed =>
                {
                    (double[] rewards, double[] values) = Case(seed);
                    double[] advantages = TokenAdvantages.Of(rewards, values, 0.9, 0).Advantages;
                    for (int t = 0; t < rewards.Length; t++)
                    {
                        double next = t + 1 < values.Length ? values[t + 1] : 0;
                        Assert.Equal(rewards[t] + 0.9 * next - values[t], advantages[t], 1e-12);
                    }
                }
            )
            .Holds();

    [Fact]
    public void AdvantagesAreTheDiscountedSumsOfTheirDefinition() =>
        Prop.ForAll(
                Cases,
                seed =>
                {
                    (double[] rewards, double[] values) = Case(seed);
                    double[] advantages = TokenAdvantages.Of(rewards, values, 0.97, 0.8).Advantages;
                    for (int t = 0; t < rewards.Length; t++)
                    {
                        double sum = 0;
                        for (int l = t; l < rewards.Length; l++)
                        {
                            double next = l + 1 < values.Length ? values[l + 1] : 0;
                            sum += Math.Pow(0.97 * 0.8, l - t) * (rewards[l] + 0.97 * next - values[l]);
                        }
                        Assert.Equal(sum, advantages[t], 1e-9);
                    }
                }
            )
            .Holds();

    [Fact]
    public void WhitenedNumbersHaveMeanZeroAndVarianceOne()
    {
        RandomStream random = new(3, "whiten");
        double[][] rows =
        [
            .. new[] { 3, 1, 7 }.Select(n =>
                Enumerable.Range(0, n).Select(_ => 5 + 2 * random.NextGaussian()).ToArray()
            ),
        ];
        double[] all = [.. TokenAdvantages.Whitened(rows).SelectMany(row => row)],
            kept = [.. TokenAdvantages.Whitened(rows, keepMean: true).SelectMany(row => row)];
        Assert.Equal(0, all.Average(), 1e-12);
        Assert.Equal(1, all.Sum(x => x * x) / 10, 1e-5);
        Assert.Equal(rows.SelectMany(row => row).Average(), kept.Average(), 1e-12);
        Assert.Equal(
            0,
            TokenAdvantages.Whitened([
                [4.0],
            ])[0][0]
        );
    }

    [Fact]
    public void WrongNumbersAreRefused()
    {
        Assert.Throws<ArgumentException>(() => TokenAdvantages.Of([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => TokenAdvantages.Of([double.NaN], [1]));
        Assert.Throws<ArgumentException>(() => TokenAdvantages.Of([1], [double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => TokenAdvantages.Of([1], [1], gamma: 1.1));
    }

    private static Arbitrary<int> Cases { get; } = Gen.Choose(0, 100000).ToArbitrary();

    private static (double[] Rewards, double[] Values) Case(int seed)
    {
        RandomStream random = new((ulong)seed, "advantages");
        int tokens = 1 + random.NextInt32(9);
        double[] Numbers() => [.. Enumerable.Range(0, tokens).Select(_ => random.NextGaussian())];
        return (Numbers(), Numbers());
    }
}
