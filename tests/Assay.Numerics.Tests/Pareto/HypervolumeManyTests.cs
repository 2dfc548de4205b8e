using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>Hypervolume in many objectives, exact and approximate.</summary>
public class HypervolumeManyTests
{
    [Theory]
    [InlineData(300, 5, 0.9093107854242948)]
    [InlineData(300, 6, 0.9705950282217815)]
    [InlineData(100, 7, 0.8441444412514602)]
    [InlineData(100, 8, 0.8876959366830971)]
    public void Of_points_on_the_sphere(int n, int m, double expected) =>
        Assert.Equal(expected, Hypervolume.Exact(Fronts.Simplex(42, n, m, 0.5), m, Same(m, 1.1)), 1e-12);

    [Fact]
    public void Is_that_of_inclusion_and_exclusion() =>
        Prop.ForAll(
                (
                    from m in Gen.Choose(4, 8)
                    from n in Gen.Choose(1, 10)
                    from values in Gen.Choose(0, 5).ArrayOf(n * m)
                    select (Array.ConvertAll(values, value => (double)value), m)
                ).ToArbitrary(),
                set =>
                {
                    (double[] points, int m) = set;
                    return InclusionExclusion(points, m, 6) == Hypervolume.Exact(points, m, Same(m, 6));
                }
            )
            .Holds();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void The_approximation_is_within_its_error(int m)
    {
        double[] points = Fronts.Simplex(42, 60, m, 0.5);
        double exact = Hypervolume.Exact(points, m, Same(m, 1.1));
        HypervolumeEstimate estimate = Hypervolume.Approximate(points, m, Same(m, 1.1), new(1, "shifts"));
        Assert.InRange(estimate.StandardError, 0, 2e-3 * exact);
        Assert.InRange(estimate.Value, exact - 5 * estimate.StandardError, exact + 5 * estimate.StandardError);
    }

    [Fact]
    public void The_approximation_of_one_box_is_its_volume()
    {
        for (int m = 1; m <= 10; m++)
        {
            HypervolumeEstimate estimate = Hypervolume.Approximate(
                Same(m, -1),
                m,
                Same(m, 0),
                new(3, "shifts"),
                1 << 15
            );
            Assert.InRange(
                estimate.Value,
                1 - 6 * estimate.StandardError - 1e-12,
                1 + 6 * estimate.StandardError + 1e-12
            );
        }
    }

    [Fact]
    public void Beyond_eight_objectives_the_estimate_has_an_error()
    {
        double[] nine = Fronts.Simplex(42, 10, 9, 0.5),
            eight = Fronts.Simplex(42, 10, 8, 0.5);
        Assert.True(Hypervolume.Estimate(nine, 9, Same(9, 1.1), new(1, "shifts")).StandardError > 0);
        HypervolumeEstimate exact = Hypervolume.Estimate(eight, 8, Same(8, 1.1), new(1, "shifts"));
        Assert.Equal(new(Hypervolume.Exact(eight, 8, Same(8, 1.1)), 0), exact);
    }

    [Fact]
    public void The_approximation_is_the_same_for_the_same_stream()
    {
        double[] points = Fronts.Simplex(42, 10, 9, 0.5);
        Assert.Equal(
            Hypervolume.Approximate(points, 9, Same(9, 1.1), new(1, "shifts"), 1024),
            Hypervolume.Approximate(points, 9, Same(9, 1.1), new(1, "shifts"), 1024)
        );
        Assert.Throws<ArgumentException>(() => Hypervolume.Approximate(points, 9, Same(9, 1.1), new(1, "shifts"), 15));
        Assert.Equal(new(0, 0), Hypervolume.Approximate([], 9, Same(9, 1.1), new(1, "shifts")));
    }

    private static double InclusionExclusion(double[] points, int m, double reference)
    {
        int n = points.Length / m;
        double volume = 0;
        for (int mask = 1; mask < 1 << n; mask++)
        {
            double box = 1;
            int members = 0;
            for (int j = 0; j < m; j++)
            {
                double worst = double.NegativeInfinity;
                members = 0;
                for (int i = 0; i < n; i++)
                    if ((mask >> i & 1) != 0)
                    {
                        worst = Math.Max(worst, points[i * m + j]);
                        members++;
                    }
                box *= Math.Max(0, reference - worst);
            }
            volume += members % 2 == 1 ? box : -box;
        }
        return volume;
    }

    private static double[] Same(int m, double value) => [.. Enumerable.Repeat(value, m)];
}
