using Assay.Numerics;

namespace Assay.Tests;

public class GaussianTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.001, -3.090232306167814)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(1e-20, -9.262340089798408)]
    public void Quantiles_are_those_of_the_tables(double probability, double expected) =>
        Assert.Equal(expected, Gaussian.Quantile(probability), 1e-14 * Math.Max(1, Math.Abs(expected)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_probability_lies_between_zero_and_one(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Gaussian.Quantile(probability));
}
