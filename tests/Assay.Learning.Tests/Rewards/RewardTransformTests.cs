using Assay.Numerics;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

/// <summary>Transformed rewards: the worked table and the golden values of the method file, and the limits of the formula.</summary>
public sealed class RewardTransformTests
{
    private static readonly RewardTransform AtZero = new(
        RewardShape.LogSigmoid,
        [RewardReferences.Given([0]), RewardReferences.Given([0])]
    );

    [Theory]
    [InlineData(-5, -5.00671535, 0.99330715)]
    [InlineData(-2, -2.12692801, 0.88079708)]
    [InlineData(-1, -1.31326169, 0.73105858)]
    [InlineData(0, -0.69314718, 0.5)]
    [InlineData(1, -0.31326169, 0.26894142)]
    [InlineData(2, -0.12692801, 0.11920292)]
    [InlineData(5, -0.00671535, 0.00669285)]
    public void ValuesAndSlopes(double z, double value, double slope)
    {
        Assert.Equal(value, RewardTransform.LogSigmoid(z), 8);
        Assert.Equal(slope, RewardTransform.Slope(z), 8);
    }

    [Theory]
    [InlineData(10, -3, -0.00004540, -3.04858735, -3.04863275, 0.0474)]
    [InlineData(2, 2, -0.12692801, -0.12692801, -0.25385602, 0.7758)]
    [InlineData(0.5, 0.5, -0.47407698, -0.47407698, -0.94815397, 0.3875)]
    [InlineData(6, 0, -0.00247569, -0.69314718, -0.69562287, 0.4988)]
    public void TheWorkedTable(double r1, double r2, double u1, double u2, double combined, double all)
    {
        TransformedReward found = AtZero.Of(0, [r1, r2]);
        Assert.Equal(u1, found.Shaped[0], 8);
        Assert.Equal(u2, found.Shaped[1], 8);
        Assert.Equal(combined, found.Combined, 8);
        Assert.Equal(all, found.AllGood, 4);
    }

    [Fact]
    public void SumsOfRewardsBuyOnePropertyWithAnotherAndSumsOfLogSigmoidsDoNot()
    {
        double[][] answers =
        [
            [10, -3],
            [2, 2],
            [0.5, 0.5],
            [6, 0],
        ];
        RewardTransform raw = new(RewardShape.Raw, [RewardReferences.Given([0]), RewardReferences.Given([0])]);
        Assert.Equal("adbc", Order(raw));
        Assert.Equal("bdca", Order(AtZero));

        string Order(RewardTransform transform) =>
            string.Concat(
                Enumerable
                    .Range(0, 4)
                    .OrderByDescending(i => transform.Of(0, answers[i]).Combined)
                    .Select(i => "abcd"[i])
            );
    }

    [Fact]
    public void IndependentPropertiesMultiply()
    {
        TransformedReward found = AtZero.Of(0, [Logistic.Logit(0.9), Logistic.Logit(0.5)]);
        Assert.Equal(-0.7985077, found.Combined, 7);
        Assert.Equal(0.45, found.AllGood, 12);
    }

    [Fact]
    public void TheTiltIsThatOfTheConditional()
    {
        CandidateGroups groups = new([3]);
        RewardTransform one = new(RewardShape.LogSigmoid, [RewardReferences.Given([0.25])]);
        double[] utilities = [.. ((double[])[0, 1, -2]).Select(z => one.Of(0, [z + 0.25]).Combined)];
        double[] expected = [0.37029864, 0.54142000, 0.08828136],
            found = groups.Tilted(utilities, 1);
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected[i], Math.Exp(found[i]), 8);
        // The base policy given that the answer is good, by Bayes.
        double[] good = [.. utilities.Select(Math.Exp)];
        for (int i = 0; i < 3; i++)
            Assert.Equal(good[i] / good.Sum(), Math.Exp(found[i]), 12);
    }

    [Fact]
    public void ANormalReferenceOfFewSamples()
    {
        RewardReferences found = RewardReferences.OfSamples(
            [
                [-1, 1],
            ],
            0.85,
            RewardReferenceKind.Normal
        );
        Assert.Equal(1.0364333895, found.Values[0], 10);
        Assert.Equal(
            0.25,
            RewardReferences
                .OfSamples(
                    [
                        [0, 1, 2, 3],
                    ],
                    1 / 12.0
                )
                .Values[0],
            12
        );
    }

    [Fact]
    public void FarBelowItIsTheRewardAndFarAboveItIsFlat() =>
        Prop.ForAll(
                Gen.Choose(-9000, 9000).Select(r => r / 1000.0).ToArbitrary(),
                r =>
                    Math.Abs(RewardTransform.LogSigmoid(r - 1e4) - (r - 1e4)) < 1e-9
                    && RewardTransform.LogSigmoid(r + 1e4) > -1e-12
                    && RewardTransform.LogSigmoid(r) < 0
                    && RewardTransform.LogSigmoid(r + 0.01) > RewardTransform.LogSigmoid(r)
                    && RewardTransform.Slope(r + 0.01) < RewardTransform.Slope(r)
            )
            .Holds();

    [Fact]
    public void OnePropertyIsRankedAsBeforeWhateverTheReference() =>
        Prop.ForAll(
                Gen.Choose(1, 1_000_000).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "rewards");
                    double reference = 3 * random.NextGaussian(),
                        shift = 5 * random.NextGaussian();
                    double[] rewards = [.. Enumerable.Range(0, 8).Select(_ => 3 * random.NextGaussian())];
                    double[] Utilities(double moved)
                    {
                        RewardTransform own = new(
                            RewardShape.LogSigmoid,
                            [RewardReferences.Given([reference + moved])]
                        );
                        return [.. rewards.Select(r => own.Of(0, [r + moved]).Combined)];
                    }
                    double[] plain = Utilities(0),
                        moved = Utilities(shift);
                    return Array.IndexOf(plain, plain.Max()) == Array.IndexOf(rewards, rewards.Max())
                        && Enumerable.Range(0, 8).All(i => Math.Abs(plain[i] - moved[i]) < 1e-9);
                }
            )
            .Holds();

    [Fact]
    public void WithAHighReferenceTheSumIsTheSumOfRewards()
    {
        RewardTransform high = new(
            RewardShape.LogSigmoid,
            [RewardReferences.Given([1e3]), RewardReferences.Given([1e3])]
        );
        double a = high.Of(0, [10, -3]).Combined,
            b = high.Of(0, [2, 2]).Combined;
        Assert.Equal(7 - 4, a - b, 9);
    }

    [Fact]
    public void Rivals()
    {
        double[][] samples =
        [
            [1, 3],
            [5, 7],
        ];
        RewardReferences references = RewardReferences.OfSamples(samples, 0.5);
        double Of(RewardShape shape, double reward) =>
            new RewardTransform(shape, [references]).Of(1, [reward]).Combined;
        Assert.Equal(8, Of(RewardShape.Raw, 8));
        Assert.Equal(2, Of(RewardShape.Centred, 8));
        Assert.Equal(2, Of(RewardShape.Minimum, 8));
        Assert.Equal(4 / Math.Sqrt(5), Of(RewardShape.ZScore, 8), 12);
        Assert.Equal(RewardTransform.LogSigmoid(8), Of(RewardShape.Uncentred, 8), 12);
        Assert.Equal(4 + Math.Sqrt(5), Of(RewardShape.Clip, 8), 12);
        Assert.Equal(7 / 6.0, Of(RewardShape.MinMax, 8), 12);
        Assert.Equal((Logistic.Sigmoid(3) + Logistic.Sigmoid(1)) / 2, Of(RewardShape.Par, 8), 12);

        RewardReferences zero = RewardReferences.Given([0]);
        Assert.Equal(-3, new RewardTransform(RewardShape.Minimum, [zero, zero]).Of(0, [10, -3]).Combined);
        Assert.Equal(
            2 * RewardTransform.LogSigmoid(1) + 0.5 * RewardTransform.LogSigmoid(-2),
            new RewardTransform(RewardShape.LogSigmoid, [zero, zero], weights: [2, 0.5], temperatures: [2, 1])
                .Of(0, [2, -2])
                .Combined,
            12
        );
    }

    [Fact]
    public void ATemperatureIsFoundAgain()
    {
        RandomStream random = new(4, "comparisons");
        foreach (double temperature in (double[])[0.5, 1, 3])
        {
            double[] margins =
            [
                .. Enumerable
                    .Range(0, 40_000)
                    .Select(_ =>
                    {
                        double h = 1.5 * random.NextGaussian();
                        return temperature * (random.NextDouble() < Logistic.Sigmoid(h) ? h : -h);
                    }),
            ];
            BradleyTerryScale scale = BradleyTerryScale.Of(margins);
            Assert.Equal(temperature, scale.Temperature, 0.05 * temperature);
            Assert.Equal(temperature == 1, scale.IsProbability);
            Assert.True(scale.Loss <= scale.LossBefore);
        }
    }

    [Fact]
    public void RefusalsSayWhatIsWrong()
    {
        RewardReferences given = RewardReferences.Given([0]);
        Assert.Contains(
            "base policy",
            Assert.Throws<ArgumentException>(() => new RewardTransform(RewardShape.Par, [given])).Message
        );
        Assert.Throws<ArgumentException>(() => new RewardTransform(RewardShape.Raw, []));
        Assert.Throws<ArgumentException>(() => new RewardTransform(RewardShape.Raw, [given], weights: [1, 2]));
        Assert.Throws<ArgumentException>(() => new RewardTransform(RewardShape.Raw, [given], temperatures: [0]));
        Assert.Throws<ArgumentException>(() => AtZero.Of(0, [1, double.NaN]));
        Assert.Throws<ArgumentException>(() => AtZero.Of(0, [1]));
        Assert.Throws<ArgumentException>(() =>
            RewardReferences.OfSamples(
                [
                    [],
                ],
                0.5
            )
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            RewardReferences.OfSamples(
                [
                    [1],
                ],
                1
            )
        );
        Assert.Throws<ArgumentException>(() => BradleyTerryScale.Of([1, 2]));
        Assert.Throws<ArgumentException>(() => BradleyTerryScale.Of([-1, 0.5]));
    }
}
