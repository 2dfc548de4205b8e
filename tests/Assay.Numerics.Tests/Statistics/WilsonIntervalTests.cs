namespace Assay.Numerics.Tests;

public sealed class WilsonIntervalTests
{
    [Theory]
    [InlineData(870, 1000, 0.8477320, 0.8894362)]
    [InlineData(58, 100, 0.4820649, 0.6720162)]
    public void Published_ends(double successes, double count, double low, double high)
    {
        MeanInterval interval = WilsonInterval.Of(successes, count);
        Assert.Equal(low, interval.Low, 1e-6);
        Assert.Equal(high, interval.High, 1e-6);
        Assert.Equal(successes / count, interval.Mean);
    }

    [Fact]
    public void It_stays_within_0_and_1_and_counts_that_do_not_fit_are_refused()
    {
        Assert.Equal(0, WilsonInterval.Of(0, 5).Low, 12);
        Assert.InRange(WilsonInterval.Of(0, 5).High, 0.3, 0.6);
        Assert.Equal(1, WilsonInterval.Of(5, 5).High, 12);
        Assert.Throws<ArgumentException>(() => WilsonInterval.Of(6, 5));
        Assert.Throws<ArgumentException>(() => WilsonInterval.Of(0, 0));
        Assert.Throws<ArgumentException>(() => WilsonInterval.Of(double.NaN, 5));
    }
}
