using FsCheck;
using FsCheck.Fluent;
using Prop = FsCheck.Fluent.Prop;

namespace Assay.Numerics.Tests;

public class MeanIntervalTests
{
    // Percentage points of the t distribution as printed in any table.
    [Theory]
    [InlineData(0.975, 1, 12.7062)]
    [InlineData(0.975, 2, 4.3027)]
    [InlineData(0.975, 3, 3.1824)]
    [InlineData(0.975, 4, 2.7764)]
    [InlineData(0.975, 9, 2.2622)]
    [InlineData(0.975, 30, 2.0423)]
    [InlineData(0.975, 1000, 1.9623)]
    [InlineData(0.95, 5, 2.0150)]
    [InlineData(0.995, 4, 4.6041)]
    [InlineData(0.9995, 7, 5.4079)]
    [InlineData(0.5, 6, 0)]
    [InlineData(0.025, 4, -2.7764)]
    public void QuantilesAreThoseOfTheTables(double probability, int degreesOfFreedom, double expected) =>
        Assert.Equal(expected, StudentT.Quantile(probability, degreesOfFreedom), 4);

    [Fact]
    public void TheIntervalIsWorkedOutByHand()
    {
        // Mean 3, s^2 = (4 + 1 + 0 + 1 + 4) / 4 = 2.5, standard error sqrt(2.5 / 5) = 0.70711, t(4) = 2.77645.
        MeanInterval interval = MeanInterval.Of([1, 2, 3, 4, 5], 0.95);
        Assert.Equal(3, interval.Mean, 12);
        Assert.Equal(3 - 1.96324, interval.Low, 4);
        Assert.Equal(3 + 1.96324, interval.High, 4);
        Assert.Equal(0.95, interval.Confidence);
    }

    [Fact]
    public void EqualValuesHaveExactlyThemselvesAsInterval() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NormalFloat>(),
                FsCheck.Fluent.Gen.Choose(2, 12).ToArbitrary(),
                (value, count) =>
                {
                    double[] values = new double[count];
                    Array.Fill(values, value.Get);
                    return MeanInterval.Of(values, 0.9) == new MeanInterval(value.Get, value.Get, value.Get, 0.9);
                }
            )
            .Holds();

    [Fact]
    public void TheIntervalCoversTheTruthAsOftenAsItSays()
    {
        // 4000 intervals of 5 normal values: 0.95 +- 4 standard errors of 0.0034; a false alarm once in 16 000 seeds.
        RandomStream random = new(5, "coverage");
        int covered = 0;
        for (int trial = 0; trial < 4000; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 5).Select(_ => 7 + 3 * random.NextGaussian())];
            MeanInterval interval = MeanInterval.Of(values, 0.95);
            if (interval.Low <= 7 && 7 <= interval.High)
                covered++;
        }
        Assert.InRange(covered / 4000.0, 0.95 - 0.0138, 0.95 + 0.0138);
    }

    [Fact]
    public void BadInputIsRefused()
    {
        Assert.Throws<ArgumentException>(() => MeanInterval.Of([1], 0.95));
        Assert.Throws<ArgumentException>(() => MeanInterval.Of([1, double.NaN], 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => MeanInterval.Of([1, 2], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile(0.5, 0));
    }
}
