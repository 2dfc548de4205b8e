using Assay.Numerics;

namespace Assay.Tests;

public class ReferenceDirectionsTests
{
    [Theory]
    [InlineData(2, 299, 300)]
    [InlineData(3, 23, 300)]
    [InlineData(4, 11, 364)]
    [InlineData(5, 7, 330)]
    [InlineData(6, 6, 462)]
    [InlineData(8, 4, 330)]
    public void CountsAreBinomialsAndWeightsSumToOne(int m, int p, int count)
    {
        Assert.Equal(count, ReferenceDirections.Count(m, p));
        double[] weights = ReferenceDirections.DasDennis(m, p);
        Assert.Equal(count * m, weights.Length);
        Assert.Equal(count, weights.Chunk(m).Select(row => string.Join(' ', row)).Distinct().Count());
        Assert.All(weights.Chunk(m), row => Assert.Equal(1, row.Sum(), 12));
        Assert.All(weights, weight => Assert.InRange(weight, 0, 1));
    }
}
