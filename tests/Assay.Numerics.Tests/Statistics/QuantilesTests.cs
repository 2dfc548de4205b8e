namespace Assay.Numerics.Tests;

public class QuantilesTests
{
    [Fact]
    public void InterpolatesBetweenOrderStatistics()
    {
        // numpy.quantile([4, 1, 3, 2], [0, .25, .5, .9, 1])
        Assert.Equal([1, 1.75, 2.5, 3.7, 4], Quantiles.Of([4, double.NaN, 1, 3, 2], [0, 0.25, 0.5, 0.9, 1]));
        Assert.Equal([7, 7, 7, 7, 7, 7, 7, 7, 7], Quantiles.Of([7], Quantiles.Reported));
        Assert.Empty(Quantiles.Of([double.NaN], Quantiles.Reported));
        Assert.Empty(Quantiles.Of([], Quantiles.Reported));
    }

    [Fact]
    public void HugeNumbersDoNotOverflow() =>
        Assert.Equal([0], Quantiles.Of([double.MinValue, double.MaxValue], [0.5]));

    [Fact]
    public void ProbabilitiesOutsideOfZeroToOneAreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantiles.Of([1], [1.5]));
}
