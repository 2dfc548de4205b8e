using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Two losses with a front that is hollow towards the ideal: 1 - exp(-|x - p|^2) and 1 - exp(-|x + p|^2), where p has length 1.</summary>
/// <remarks>
/// Of Fonseca and Fleming (1995), used by Pareto multi-task learning and exact Pareto optimal search. Pareto points are those between -p and p. Of a weighted
/// sum, no minimum has both losses above 0.083: along the front its second derivative is positive only within 1 - sqrt(1/2) of the ends.
/// </remarks>
internal static class HollowToy
{
    public const int Dimensions = 20;

    private static readonly double Centre = 1 / Math.Sqrt(Dimensions);

    /// <summary>The losses, and the gradient of each.</summary>
    public static (double[] Losses, double[] First, double[] Second) At(double[] x)
    {
        double near = Math.Exp(-x.Sum(value => (value - Centre) * (value - Centre))),
            far = Math.Exp(-x.Sum(value => (value + Centre) * (value + Centre)));
        return (
            [1 - near, 1 - far],
            [.. x.Select(value => 2 * (value - Centre) * near)],
            [.. x.Select(value => 2 * (value + Centre) * far)]
        );
    }

    /// <summary>How far a point is from the Pareto points.</summary>
    public static double FromFront(double[] x)
    {
        double along = Math.Clamp(x.Sum(value => value * Centre), -1, 1);
        return Math.Sqrt(x.Sum(value => (value - along * Centre) * (value - along * Centre)));
    }

    /// <summary>Where steps of exact Pareto optimal search lead: 10 max(divergence, 0.1) 0.1 long in units of the direction, as in the released toy.</summary>
    public static double[] Search(double[] from, double[] preferences, double tolerance, int steps)
    {
        double[] x = [.. from];
        for (int step = 0; step < steps; step++)
        {
            (double[] losses, double[] first, double[] second) = At(x);
            EpoStep next = Epo.Step(GradientProducts.Of(first, second), losses, preferences, tolerance);
            Move(x, first, second, next.Weights, Math.Max(next.Divergence, 0.1));
        }
        return x;
    }

    /// <summary>Where steps of the same least size on a weighted sum lead.</summary>
    public static double[] Descend(double[] from, double[] weights, int steps)
    {
        double[] x = [.. from];
        for (int step = 0; step < steps; step++)
        {
            (_, double[] first, double[] second) = At(x);
            Move(x, first, second, weights, 0.1);
        }
        return x;
    }

    private static void Move(double[] x, double[] first, double[] second, double[] weights, double length)
    {
        for (int k = 0; k < x.Length; k++)
            x[k] -= length * (weights[0] * first[k] + weights[1] * second[k]);
    }
}
