using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Two losses of two parameters with narrow valleys above the axis, of which one is as steep as the other, and a common bowl below.</summary>
/// <remarks>
/// The toy of conflict-averse gradient descent (Liu et al. 2021), from its formulas. Pareto points lie between x = -7 and 7 where y is
/// <see cref="FrontHeight"/>; the mean is least in their middle. Steps are Adam's, at 0.001, as there.
/// </remarks>
internal static class ValleyToy
{
    public const double FrontHeight = -8.3552; // where y of the mean's minimum is

    private const double Clamp = 5e-6,
        Rate = 0.001,
        FirstDecay = 0.9,
        SecondDecay = 0.999,
        Epsilon = 1e-8;

    /// <summary>Both losses at a point.</summary>
    public static double[] Losses(double x, double y)
    {
        (double[] losses, _, _) = At(x, y);
        return losses;
    }

    /// <summary>The losses, and the gradient of each.</summary>
    public static (double[] Losses, double[] First, double[] Second) At(double x, double y)
    {
        double tanh = Math.Tanh(y),
            half = Math.Tanh(y / 2),
            above = Math.Max(half, 0),
            below = Math.Max(-half, 0),
            slope = (1 - half * half) / 2,
            first = 0.5 * (-x - 7) + tanh,
            second = 0.5 * (-x + 3) - tanh + 2,
            steep = 1 - tanh * tanh,
            depth = 0.1 * (y + 8) * (y + 8);
        (double valley1, double inverse1) = Valley(first);
        (double valley2, double inverse2) = Valley(second);
        double bowl1 = ((x - 7) * (x - 7) + depth) / 10 - 20,
            bowl2 = ((x + 7) * (x + 7) + depth) / 10 - 20,
            aboveSlope = y > 0 ? slope : 0,
            belowSlope = y < 0 ? -slope : 0,
            bowlSlope = 0.02 * (y + 8);
        return (
            [valley1 * above + bowl1 * below, valley2 * above + bowl2 * below],
            [
                -0.5 * inverse1 * above + (x - 7) / 5 * below,
                steep * inverse1 * above + valley1 * aboveSlope + bowlSlope * below + bowl1 * belowSlope,
            ],
            [
                -0.5 * inverse2 * above + (x + 7) / 5 * below,
                -steep * inverse2 * above + valley2 * aboveSlope + bowlSlope * below + bowl2 * belowSlope,
            ]
        );
    }

    /// <summary>Where so many steps lead.</summary>
    /// <param name="x">Start.</param>
    /// <param name="y">Start.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="weights">How gradients are weighed.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static (double X, double Y) Descend(
        double x,
        double y,
        int steps,
        Func<GradientProducts, double[]> weights,
        CancellationToken cancellation
    )
    {
        double[] at = [x, y],
            mean = [0, 0],
            square = [0, 0];
        double first = 1,
            second = 1;
        for (int step = 0; step < steps; step++)
        {
            if (step % 1000 == 0)
                cancellation.ThrowIfCancellationRequested();
            (_, double[] one, double[] two) = At(at[0], at[1]);
            double[] weight = weights(GradientProducts.Of(one, two));
            (first, second) = (first * FirstDecay, second * SecondDecay);
            for (int k = 0; k < 2; k++)
            {
                double gradient = weight[0] * one[k] + weight[1] * two[k];
                mean[k] = FirstDecay * mean[k] + (1 - FirstDecay) * gradient;
                square[k] = SecondDecay * square[k] + (1 - SecondDecay) * gradient * gradient;
                at[k] -= Rate * mean[k] / (1 - first) / (Math.Sqrt(square[k] / (1 - second)) + Epsilon);
            }
        }
        return (at[0], at[1]);
    }

    // The logarithm of a distance, and the derivative by the signed distance.
    private static (double Value, double Derivative) Valley(double distance) =>
        Math.Abs(distance) > Clamp ? (Math.Log(Math.Abs(distance)) + 6, 1 / distance) : (Math.Log(Clamp) + 6, 0);
}
