using Assay.Numerics;

namespace Assay.Tests;

public class CrowdingTests
{
    [Fact]
    public void DistancesOfAFrontByHand()
    {
        double[] distances = Crowding.Distances([0, 4, 1, 2, 3, 1, 4, 0], 2);
        Assert.Equal(
            [double.PositiveInfinity, 3 / 4.0 + 3 / 4.0, 3 / 4.0 + 2 / 4.0, double.PositiveInfinity],
            distances
        );
    }

    [Fact]
    public void AnObjectiveThatDoesNotVarySaysNothing()
    {
        Assert.Equal([0, 0, 0], Crowding.Distances([1, 1, 1, 1, 1, 1], 2));
        Assert.Equal([0], Crowding.Distances([1, 2], 2));
        Assert.Empty(Crowding.Distances([], 2));
    }

    [Fact]
    public void TheOrderIsByFrontThenDistanceThenIndex()
    {
        // Rows 0, 2, 3 and 4 are a front; 2 is the least alone of those inside. Row 1 is dominated.
        int[] order = Crowding.Order([0, 4, 5, 5, 1, 2, 3, 1, 4, 0], 2);
        Assert.Equal([0, 4, 2, 3, 1], order);
        Assert.Empty(Crowding.Order([], 2));
        Assert.Throws<ArgumentException>(() => Crowding.Order([double.NaN, 1], 2));
    }
}
