using Assay.Numerics;

namespace Assay.Tests;

public class CorrelationTests
{
    [Fact]
    public void LinesCorrelateFullyAndAHandExampleByItsFraction()
    {
        Assert.Equal(1, Correlation.Pearson([1, 2, 3], [10, 20, 30]), 14);
        Assert.Equal(-1, Correlation.Pearson([1, 2, 3], [3, 2, 1]), 14);
        // Deviations (-1, 0, 1) and (-1, 1, 0): 1 / sqrt(2 * 2).
        Assert.Equal(0.5, Correlation.Pearson([1, 2, 3], [1, 3, 2]), 14);
    }

    [Fact]
    public void WhatDoesNotVaryIsNaNAndLengthsMustFit()
    {
        Assert.True(double.IsNaN(Correlation.Pearson([1, 1], [1, 2])));
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1], [1]));
    }
}
