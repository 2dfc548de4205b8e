using Assay.Numerics;

namespace Assay.Tests;

public class ChoiceTests
{
    private static readonly double[] Bent = [0, 1, .1, .5, .2, .25, .5, .15, 1, 0];

    [Fact]
    public void Bend_angles_of_the_inner_three()
    {
        double[] angles = Knee.Angles(Bent);
        Assert.Equal(0, angles[0]);
        Assert.Equal(3.32470347, angles[1], 1e-8);
        Assert.Equal(4.01013205, angles[2], 1e-8);
        Assert.Equal(3.17188641, angles[3], 1e-8);
        Assert.Equal(0, angles[4]);
    }

    [Fact]
    public void Bend_angles_do_not_depend_on_order_units_or_copies()
    {
        double[] other = [.. Bent.Chunk(2).Reverse().SelectMany(p => (double[])[4 * p[0], 7 + p[1]]), 0.8, 7.25];
        double[] angles = Knee.Angles(other);
        Assert.Equal(4.01013205, angles[2], 1e-8);
        Assert.Equal(angles[2], angles[5]);
    }

    [Fact]
    public void A_bulge_away_from_the_ideal_bends_less_than_a_straight_line()
    {
        Assert.Equal(Math.PI, Knee.Angles([0, 1, 0.5, 0.5, 1, 0])[1], 1e-12);
        Assert.InRange(Knee.Angles([0, 1, 0.8, 0.75, 1, 0])[1], 1, 3);
    }

    [Fact]
    public void The_trade_off_is_largest_where_the_front_bends()
    {
        double[] front =
        [
            .. Enumerable
                .Range(0, 21)
                .SelectMany(i => (double[])[i / 20.0, i < 10 ? 1 - 0.095 * i : 0.05 - 0.005 * (i - 10)]),
        ];
        Assert.Equal([10], Knee.HighTradeOff(front, 2));
        Assert.Empty(Knee.HighTradeOff([0, 2, 1, 1, 2, 0], 2));
        Assert.Empty(Knee.HighTradeOff([], 2));
    }

    [Fact]
    public void Pseudo_weights_say_what_a_point_is_good_at()
    {
        double[] weights = Choice.PseudoWeights([0, 10, 5, 5, 10, 0], 2);
        Assert.Equal([1, 0, 0.5, 0.5, 0, 1], weights);
        Assert.Equal(1, Choice.ByPseudoWeights([0, 10, 5, 5, 10, 0], 2, [2, 3]));
        Assert.Equal([0.5, 0.5], Choice.PseudoWeights([3, 4], 2));
    }

    [Fact]
    public void The_compromise_is_nearest_to_the_ideal()
    {
        double[] front = [0, 1, 0.1, 0.7, 0.45, 0.45, 1, 0];
        Assert.Equal(1, Choice.Compromise(front, 2, 1));
        Assert.Equal(2, Choice.Compromise(front, 2, double.PositiveInfinity));
        Assert.Equal(2, Choice.Compromise(Bent, 2));
    }

    [Fact]
    public void The_largest_contribution_is_found() => Assert.Equal(2, Choice.LargestContribution(Bent, 2));

    [Fact]
    public void Constraints_and_order()
    {
        double[] points = [1, 9, 4, 4, 4, 3, 8, 1];
        Assert.Equal(2, Choice.Constrained(points, 2, 0, [double.PositiveInfinity, 5]));
        Assert.Equal(-1, Choice.Constrained(points, 2, 0, [0, 5]));
        Assert.Equal(0, Choice.Lexicographic(points, 2, [0, 1]));
        Assert.Equal(3, Choice.Lexicographic(points, 2, [1]));
        Assert.Equal(2, Choice.Lexicographic(points.AsSpan(2), 2, [0, 1]) + 1);
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Choice.Compromise([], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Choice.Compromise(Bent, 2, 0.5));
        Assert.Throws<ArgumentException>(() => Choice.ByPseudoWeights(Bent, 2, [0, 0]));
        Assert.Throws<ArgumentException>(() => Choice.Constrained(Bent, 2, 0, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Choice.Lexicographic(Bent, 2, [2]));
    }
}
