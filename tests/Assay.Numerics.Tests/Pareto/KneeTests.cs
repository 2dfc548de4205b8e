using Assay.Numerics;

namespace Assay.Tests;

public class KneeTests
{
    private static readonly double[] Bent = [0, 1, .1, .5, .2, .25, .5, .15, 1, 0];

    [Fact]
    public void Is_furthest_from_the_chord()
    {
        double[] expected = [0, 0.282842712, 0.388908730, 0.247487373, 0];
        double[] distances = Knee.Distances(Bent, 2);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], distances[i], 9);
        Assert.Equal(2, Knee.Of(Bent, 2));
    }

    [Fact]
    public void Does_not_depend_on_the_objectives_units()
    {
        double[] scaled = [.. Bent.Select((x, i) => i % 2 == 0 ? 1000 * x - 7 : x / 64)];
        Assert.Equal(Knee.Distances(Bent, 2), Knee.Distances(scaled, 2), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Ignores_an_objective_that_does_not_vary()
    {
        double[] constant = [.. Bent.Chunk(2).SelectMany(row => (double[])[row[0], 5, row[1]])];
        Assert.Equal(Knee.Distances(Bent, 2), Knee.Distances(constant, 3));
    }

    [Fact]
    public void Is_the_first_point_when_nothing_varies()
    {
        Assert.Equal([0, 0], Knee.Distances([3, 4, 3, 4], 2));
        Assert.Equal(0, Knee.Of([3, 4, 3, 4], 2));
    }

    [Fact]
    public void Of_a_bulge_away_from_the_ideal_is_an_extreme() =>
        // A concave front: every point between the extremes lies behind the chord.
        Assert.Equal(0, Knee.Of([0, 1, .8, .9, .9, .8, 1, 0], 2));

    [Fact]
    public void In_three_objectives_is_measured_from_the_plane_through_the_extremes()
    {
        // Extremes on the axes span x + y + z = 1; (0.1, 0.1, 0.1) lies 0.7 / sqrt 3 below it.
        double[] front = [1, 0, 0, 0, 1, 0, 0, 0, 1, .1, .1, .1, .3, .3, .05];
        Assert.Equal(0.7 / Math.Sqrt(3), Knee.Distances(front, 3)[3], 12);
        Assert.Equal(3, Knee.Of(front, 3));
    }

    [Fact]
    public void Falls_back_to_the_unit_plane_when_extremes_coincide()
    {
        // The first point is best in two of three objectives, so the extremes span no plane.
        double[] front = [0, 0, 1, 1, 1, 0, .2, .2, .2];
        double[] distances = Knee.Distances(front, 3);
        Assert.Equal([0, -1 / Math.Sqrt(3), 0.4 / Math.Sqrt(3)], distances, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Of_nothing_is_refused() => Assert.Throws<ArgumentException>(() => Knee.Of([], 2));
}
