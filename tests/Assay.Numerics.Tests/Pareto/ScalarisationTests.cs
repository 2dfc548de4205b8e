using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class ScalarisationTests
{
    private static readonly Arbitrary<(double[] Point, double[] Weights)> Cases = (
        from m in Gen.Choose(1, 5)
        from point in Gen.Choose(1, 1000).ArrayOf(m)
        from weights in Gen.Choose(1, 1000).ArrayOf(m)
        select (Array.ConvertAll(point, x => x / 100.0), Array.ConvertAll(weights, x => x / 1000.0))
    ).ToArbitrary();

    public static TheoryData<Scalarisation, double[]> Published =>
        new()
        {
            { new Chebyshev(), [6.75, 3, 2] },
            { new Achievement(), [12, 16, 32] },
            { new Achievement(0.01), [12.16, 16.213333333333333, 32.333333333333333] },
            { new BoundaryIntersection(), [18.3412104290, 17.7087548969, 39.8446985181] },
            { new WeightedSum(), [7, 4, 2.75] },
            { new Chebyshev(0.01), [6.85, 3.08, 2.09] },
        };

    [Theory]
    [MemberData(nameof(Published))]
    public void Of_three_points(Scalarisation scalarisation, double[] expected)
    {
        double[][] points =
        [
            [1, 9],
            [4, 4],
            [8, 1],
        ];
        for (int i = 0; i < points.Length; i++)
            Assert.Equal(expected[i], scalarisation.Of(points[i], [0, 0], [0.25, 0.75]), 1e-9);
    }

    [Fact]
    public void Gradients_are_those_of_differences() =>
        Prop.ForAll(
                Cases,
                item =>
                {
                    (double[] point, double[] weights) = item;
                    double[] ideal = new double[point.Length];
                    return (
                        (Scalarisation[])
                            [
                                new WeightedSum(),
                                new Chebyshev(0.05),
                                new Achievement(0.05),
                                new BoundaryIntersection(),
                                new SmoothChebyshev(0.3),
                            ]
                    ).All(scalarisation =>
                    {
                        double[] gradient = scalarisation.Gradient(point, ideal, weights);
                        return Enumerable
                            .Range(0, point.Length)
                            .All(j =>
                            {
                                double slopeUp = Slope(scalarisation, point, ideal, weights, j, 1e-6),
                                    slopeDown = Slope(scalarisation, point, ideal, weights, j, -1e-6);
                                double tolerance = 1e-3 * Math.Max(1, Math.Abs(gradient[j]));
                                // At a kink the derivative lies between those of both sides.
                                return gradient[j] >= Math.Min(slopeUp, slopeDown) - tolerance
                                    && gradient[j] <= Math.Max(slopeUp, slopeDown) + tolerance;
                            });
                    });
                }
            )
            .Holds();

    [Fact]
    public void The_smooth_one_is_above_the_largest_by_at_most_smoothing_times_log_m() =>
        Prop.ForAll(
                Cases,
                item =>
                {
                    double[] ideal = new double[item.Point.Length];
                    double largest = new Chebyshev().Of(item.Point, ideal, item.Weights),
                        smooth = new SmoothChebyshev(0.2).Of(item.Point, ideal, item.Weights);
                    return smooth >= largest - 1e-12 && smooth <= largest + 0.2 * Math.Log(item.Point.Length) + 1e-12;
                }
            )
            .Holds();

    [Fact]
    public void A_weighted_sum_misses_the_hollow_of_a_front_and_Chebyshev_does_not()
    {
        double[] hollow = [0, 1, 0.6, 0.6, 1, 0];
        for (double w = 0.05; w < 1; w += 0.05)
            Assert.NotEqual(1, Choice.Lowest(hollow, 2, new WeightedSum(), [0, 0], [w, 1 - w]));
        Assert.Equal(1, Choice.Lowest(hollow, 2, new Chebyshev(), [0, 0], [0.5, 0.5]));
    }

    [Fact]
    public void A_weight_of_zero_divides_as_a_tiny_one() =>
        Assert.Equal(1e10, new Achievement().Of([1, 1], [0, 0], [0, 1]), 1);

    [Fact]
    public void Bad_calls_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new WeightedSum().Of([1, 2], [0], [1, 1]));
        Assert.Throws<ArgumentException>(() => new WeightedSum().Of([1, 2], [0, 0], [-1, 1]));
        Assert.Throws<ArgumentException>(() => new Chebyshev().Gradient([1, double.NaN], [0, 0], [1, 1]));
        Assert.Throws<ArgumentException>(() => new BoundaryIntersection().Of([1, 2], [0, 0], [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothChebyshev(0));
    }

    private static double Slope(
        Scalarisation scalarisation,
        double[] point,
        double[] ideal,
        double[] weights,
        int j,
        double step
    )
    {
        double[] moved = (double[])point.Clone();
        moved[j] += step;
        return (scalarisation.Of(moved, ideal, weights) - scalarisation.Of(point, ideal, weights)) / step;
    }
}
