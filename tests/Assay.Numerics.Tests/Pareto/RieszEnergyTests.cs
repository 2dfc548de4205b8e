using Assay.Numerics;

namespace Assay.Tests;

public class RieszEnergyTests
{
    [Theory]
    [InlineData(2, 0.739667196195)]
    [InlineData(3, 1.30899752465)]
    [InlineData(6, 3.55042287631)]
    public void The_energy_of_a_grid_and_its_centre(double s, double expected)
    {
        double[] directions = [.. ReferenceDirections.DasDennis(3, 2), 1 / 3.0, 1 / 3.0, 1 / 3.0];
        Assert.Equal(expected, RieszEnergy.LogEnergy(directions, 3, s), 1e-11);
    }

    [Theory]
    [InlineData(15, 3, 4)]
    [InlineData(20, 4, 3)]
    public void Directions_have_hardly_more_energy_than_a_grid_of_as_many(int n, int m, int p)
    {
        double[] directions = RieszEnergy.Directions(n, m, new(1, "directions"));
        double grid = RieszEnergy.LogEnergy(ReferenceDirections.DasDennis(m, p), m, 2 * m);
        Assert.InRange(RieszEnergy.LogEnergy(directions, m, 2 * m), double.NegativeInfinity, grid + 0.1);
    }

    [Fact]
    public void Directions_lie_on_the_simplex_and_are_the_same_for_the_same_stream()
    {
        double[] directions = RieszEnergy.Directions(23, 3, new(1, "directions"));
        Assert.Equal(23, directions.Length / 3);
        Assert.All(directions.Chunk(3), row => Assert.Equal(1, row.Sum(), 1e-12));
        Assert.All(directions, one => Assert.True(one >= 0));
        Assert.Equal(directions, RieszEnergy.Directions(23, 3, new(1, "directions")));
        Assert.Single(RieszEnergy.Directions(1, 3, new(1, "directions")).Chunk(3));
    }

    [Fact]
    public void Layers_shrink_towards_the_centre()
    {
        double[] layers = ReferenceDirections.Layers(5, (2, 1), (1, 0.5));
        Assert.Equal(15 + 5, layers.Length / 5);
        Assert.Equal([0.1, 0.1, 0.1, 0.1, 0.6], layers[75..80], (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.All(layers.Chunk(5), row => Assert.Equal(1, row.Sum(), 1e-12));
    }

    [Fact]
    public void A_cone_holds_what_is_near_the_wish()
    {
        double[] grid = ReferenceDirections.DasDennis(2, 4);
        Assert.Equal([0, 1, 0.25, 0.75], ReferenceDirections.Within(grid, [0, 3], 0.4));
        Assert.Empty(ReferenceDirections.Within(grid, [1, 1.2], 0));
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RieszEnergy.Directions(0, 3, new(1, "directions")));
        Assert.Throws<ArgumentException>(() => RieszEnergy.LogEnergy([1, 0], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceDirections.Layers(3, (2, 0)));
        Assert.Throws<ArgumentException>(() => ReferenceDirections.Within([0, 0], [1, 1], 1));
    }
}
