namespace Assay.Numerics;

/// <summary>Student's t distribution with a whole number of degrees of freedom.</summary>
/// <remarks>
/// With t = sqrt(v) tan(a) the probability of |T| &lt;= t is a finite trigonometric sum: Abramowitz and Stegun,
/// "Handbook of Mathematical Functions", 26.7.3 (odd v) and 26.7.4 (even v).
/// </remarks>
public static class StudentT
{
    /// <summary>The t with P(T &lt;= t) = <paramref name="probability"/>, to about 1e-12 relative to its scale.</summary>
    /// <param name="probability">In (0, 1).</param>
    /// <param name="degreesOfFreedom">At least 1.</param>
    public static double Quantile(double probability, int degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        if (!(probability > 0 && probability < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in (0, 1).");
        double central = Math.Abs(2 * probability - 1);
        double low = 0,
            high = Math.PI / 2;
        for (int halving = 0; halving < 60; halving++)
        {
            double middle = (low + high) / 2;
            if (CentralProbability(middle, degreesOfFreedom) < central)
                low = middle;
            else
                high = middle;
        }
        return Math.CopySign(Math.Sqrt(degreesOfFreedom) * Math.Tan(low), probability - 0.5);
    }

    private static double CentralProbability(double angle, int degreesOfFreedom)
    {
        (double sin, double cos) = Math.SinCos(angle);
        bool odd = degreesOfFreedom % 2 == 1;
        double term = odd ? cos : 1,
            sum = degreesOfFreedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k <= degreesOfFreedom - 2 && term > 1e-18 * sum; k += 2)
        {
            term *= (k - 1.0) / k * cos * cos;
            sum += term;
        }
        return odd ? 2 / Math.PI * (angle + sin * sum) : sin * sum;
    }
}
