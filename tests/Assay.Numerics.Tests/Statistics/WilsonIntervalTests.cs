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

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.9599639845400545)]
    [InlineData(0.025, -1.9599639845400545)]
    [InlineData(0.999, 3.090232306167813)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(0.8413447460685429, 1)]
    public void Quantiles_of_the_normal_distribution(double probability, double expected) =>
        Assert.Equal(expected, NormalQuantile.Of(probability), 1e-13);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_probability_out_of_range_has_no_quantile(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalQuantile.Of(probability));
}
