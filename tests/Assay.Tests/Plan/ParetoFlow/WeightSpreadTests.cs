using Assay.Numerics;
using Assay.Plan;

namespace Assay.Tests;

public class WeightSpreadTests
{
    [Theory]
    [InlineData(2, 300)]
    [InlineData(3, 300)]
    [InlineData(4, 364)]
    [InlineData(5, 330)]
    [InlineData(6, 462)]
    [InlineData(8, 330)]
    public void ThreeHundredWeightsAtLeast(int objectives, int count)
    {
        WeightSpread weights = WeightSpread.Even(objectives, 300);
        Assert.Equal(count, weights.Count);
        Assert.All(weights.Neighbours, near => Assert.Equal(objectives + 1, near.Distinct().Count()));
        for (int i = 0; i < count; i++)
            Assert.Equal(i, weights.Neighbours[i][0]);
        // The published code has NaN for dozens of these.
        Assert.All(weights.Apexes, apex => Assert.InRange(apex, 1e-6, 2 * Math.PI));
    }

    [Fact]
    public void FiveWeightsOfTwoObjectives()
    {
        WeightSpread weights = new(ReferenceDirections.DasDennis(2, 4), 2, 3);
        int[][] expected =
        [
            [0, 1, 2],
            [1, 0, 2],
            [2, 1, 3],
            [3, 4, 2],
            [4, 3, 2],
        ];
        for (int i = 0; i < 5; i++)
            Assert.Equal(expected[i].Order(), weights.Neighbours[i].Order());
        double[] apexes = [1.107148717794, 0.785398163397, 0.927295218002, 0.785398163397, 1.107148717794];
        for (int i = 0; i < 5; i++)
            Assert.Equal(apexes[i], weights.Apexes[i], 11);
    }

    [Fact]
    public void TenWeightsOfThreeObjectives()
    {
        double[] all = ReferenceDirections.DasDennis(3, 3);
        WeightSpread weights = new(all, 3, 4);
        double Apex(params double[] of) =>
            weights.Apexes[
                Enumerable
                    .Range(0, 10)
                    .First(i => of.Zip(all[(3 * i)..]).All(pair => Math.Abs(pair.First - pair.Second) < 1e-9))
            ];
        Assert.Equal(1.255074557, Apex(1, 0, 0), 8);
        Assert.Equal(1.167099884, Apex(0, 1 / 3.0, 2 / 3.0), 8);
        Assert.Equal(1.369438406, Apex(1 / 3.0, 1 / 3.0, 1 / 3.0), 8);
    }

    [Fact]
    public void VectorsWithoutLengthAreAtARightAngle()
    {
        Assert.Equal(0, WeightSpread.Cosine([0, 0], [1, 2]));
        Assert.Equal(1, WeightSpread.Cosine([0.1, 0.3], [0.2, 0.6]));
        Assert.Equal(-1, WeightSpread.Cosine([1, 1], [-3, -3]), 14);
    }

    [Fact]
    public void ASingleWeightHasNoOthers()
    {
        WeightSpread weights = new([0.5, 0.5], 2, 5);
        Assert.Equal([0], weights.Neighbours[0]);
        Assert.Equal(Math.PI, weights.Apexes[0]);
        Assert.Throws<ArgumentException>(() => new WeightSpread([1, 2, 3], 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightSpread([1, 2], 2, 0));
    }
}
