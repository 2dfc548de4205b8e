namespace Assay.Numerics;

/// <summary>The direction near the mean gradient that helps the worst-off loss most: it goes to a minimum of the mean, and less at the cost of one.</summary>
/// <remarks>
/// Conflict-averse gradient descent (Liu et al. 2021): d = g0 + c |g0| g_w / |g_w|, where w minimises g_w g0 + c |g0| |g_w| over the simplex; so |d - g0| = c |g0|.
/// Radius 0 is the mean, and for a large one the direction is MGDA's. In closed form for two gradients; otherwise by Newton steps whose quadratic
/// programs are solved exactly, until no corner of the simplex is better. Where g_w vanishes there is no such direction, and the mean is given.
/// The released code divides by 1 + c or 1 + c^2, and others multiply by the number of losses.
/// </remarks>
public static class CaGrad
{
    private const int Steps = 100;

    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    /// <param name="radius">How far from the mean, as a share of its length; at least 0, the paper's 0.4 or 0.5.</param>
    /// <exception cref="ArgumentException">The radius is negative or not finite.</exception>
    public static double[] Weights(GradientProducts products, double radius = 0.5)
    {
        double[] mean = products.Equal(),
            mixture = Mixture(products, radius);
        double length = Math.Sqrt(products.SquaredLength(mixture)),
            reach = radius * Math.Sqrt(products.SquaredLength(mean));
        if (length <= 1e-10 * products.Longest)
            return mean;
        return [.. mean.Select((weight, i) => weight + reach / length * mixture[i])];
    }

    /// <summary>The weights w of the gradient that is added to the mean, on the simplex.</summary>
    /// <param name="products">Products of the gradients.</param>
    /// <param name="radius">How far from the mean.</param>
    /// <exception cref="ArgumentException">The radius is negative or not finite.</exception>
    public static double[] Mixture(GradientProducts products, double radius = 0.5)
    {
        if (!(radius >= 0) || double.IsInfinity(radius))
            throw new ArgumentException($"The radius is {radius}: it is at least 0.");
        double[] mean = products.Equal();
        double longest = products.Longest,
            reach = longest > 0 ? radius * Math.Sqrt(products.SquaredLength(mean)) / longest : 0;
        if (longest == 0 || products.Count == 1)
            return mean;
        GradientProducts scaled = new(products.Divided(_ => longest));
        return products.Count == 2 ? OfTwo(scaled, reach) : Newton(scaled, scaled.Along(mean), reach);
    }

    /// <summary>What the mixture minimises: g_w g0 + c |g0| |g_w|.</summary>
    /// <param name="products">Products of the gradients.</param>
    /// <param name="mixture">Weights on the simplex.</param>
    /// <param name="radius">How far from the mean.</param>
    public static double Objective(GradientProducts products, IReadOnlyList<double> mixture, double radius)
    {
        double[] mean = products.Equal();
        return Value(products, products.Along(mean), radius * Math.Sqrt(products.SquaredLength(mean)), mixture);
    }

    private static double Value(
        GradientProducts products,
        double[] alongMean,
        double reach,
        IReadOnlyList<double> mixture
    )
    {
        double sum = reach * Math.Sqrt(products.SquaredLength(mixture));
        for (int i = 0; i < alongMean.Length; i++)
            sum += mixture[i] * alongMean[i];
        return sum;
    }

    // Minimise s x + k sqrt(a x^2 + 2 b x + c): where the derivative is 0, (a x + b)^2 (a k^2 - s^2) = s^2 (a c - b^2).
    private static double[] OfTwo(GradientProducts products, double reach)
    {
        double a = products[0, 0] + products[1, 1] - 2 * products[0, 1],
            b = products[0, 1] - products[1, 1],
            c = products[1, 1],
            slope = (products[0, 0] - products[1, 1]) / 2;
        if (a <= 1e-15)
            return [0.5, 0.5];
        double steep = a * reach * reach - slope * slope,
            first = steep > 0
                ? (-Math.Sign(slope) * Math.Sqrt(slope * slope * Math.Max(0, a * c - b * b) / steep) - b) / a
            : slope > 0 ? 0
            : slope < 0 ? 1
            : Math.Clamp(-b / a, 0, 1);
        first = Math.Clamp(first, 0, 1);
        return [first, 1 - first];
    }

    private static double[] Newton(GradientProducts products, double[] alongMean, double reach)
    {
        int m = products.Count;
        double[] at = products.Equal();
        double value = Value(products, alongMean, reach, at);
        for (int step = 0; step < Steps; step++)
        {
            double[] along = products.Along(at);
            double length = Math.Sqrt(products.SquaredLength(at));
            if (length <= 1e-12)
                break;
            double[] gradient = [.. alongMean.Select((mean, i) => mean + reach * along[i] / length)];
            double here = 0;
            for (int i = 0; i < m; i++)
                here += gradient[i] * at[i];
            if (here - gradient.Min() <= 1e-14 * Math.Max(1, gradient.Max(Math.Abs)))
                break;
            double[,] curvature = new double[m, m];
            for (int i = 0; i < m; i++)
            for (int j = 0; j < m; j++)
                curvature[i, j] = reach * (products[i, j] - along[i] * along[j] / (length * length)) / length;
            double[] linear = [.. gradient];
            for (int i = 0; i < m; i++)
            for (int j = 0; j < m; j++)
                linear[i] -= curvature[i, j] * at[j];
            IReadOnlyList<double> to = ActiveSet.SolveFrom(QuadraticProgram.OnSimplex(curvature, linear), at).Values;
            if (!Approach(products, alongMean, reach, gradient, to, ref at, ref value))
                break;
        }
        return at;
    }

    // Half as far, until the objective falls as its slope promises.
    private static bool Approach(
        GradientProducts products,
        double[] alongMean,
        double reach,
        double[] gradient,
        IReadOnlyList<double> to,
        ref double[] at,
        ref double value
    )
    {
        double[] from = at;
        double slope = 0;
        for (int i = 0; i < from.Length; i++)
            slope += gradient[i] * (to[i] - from[i]);
        for (double share = 1; share > 1e-10; share /= 2)
        {
            double[] next = [.. from.Select((weight, i) => weight + share * (to[i] - weight))];
            double reached = Value(products, alongMean, reach, next);
            if (reached >= value + 1e-4 * share * slope || reached >= value)
                continue;
            (at, value) = (next, reached);
            return true;
        }
        return false;
    }
}
