namespace Assay.Numerics;

/// <summary>The regularised incomplete beta function: the probability that a beta-distributed number is at most x.</summary>
/// <remarks>Its continued fraction, Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.5.8, on the side where it converges fast.</remarks>
public static class IncompleteBeta
{
    private const int Terms = 100_000;
    private const double Tiny = 1e-300;

    // Lanczos' sum for the gamma function, g = 7.
    private static readonly double[] Lanczos =
    [
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7,
    ];

    /// <summary>I_x(a, b), to about 1e-12.</summary>
    /// <param name="x">From 0 to 1.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static double Of(double x, double a, double b)
    {
        if (!(x is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(x), x, "Expected 0 to 1.");
        if (!(a > 0 && b > 0 && double.IsFinite(a + b)))
            throw new ArgumentOutOfRangeException(nameof(a), $"{a} and {b}", "Both are finite and above 0.");
        if (x is 0 or 1)
            return x;
        // The fraction is short up to the mean; beyond it the other tail is.
        if (x > (a + 1) / (a + b + 2))
            return 1 - Of(1 - x, b, a);
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return front * Fraction(x, a, b) / a;
    }

    /// <summary>ln of the gamma function, for x above 0.</summary>
    public static double LogGamma(double x)
    {
        if (!(x > 0))
            throw new ArgumentOutOfRangeException(nameof(x), x, "Expected a number above 0.");
        if (x < 0.5)
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        double sum = Lanczos[0],
            shifted = x - 1 + 7.5;
        for (int i = 1; i < Lanczos.Length; i++)
            sum += Lanczos[i] / (x - 1 + i);
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(shifted) - shifted + Math.Log(sum);
    }

    // Lentz's way to walk down a continued fraction.
    private static double Fraction(double x, double a, double b)
    {
        double c = 1,
            d = 1 / Away(1 - (a + b) * x / (a + 1)),
            value = d;
        for (int m = 1; m <= Terms; m++)
        {
            Step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
            double change = Step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
            if (Math.Abs(change - 1) < 1e-15)
                break;
        }
        return value;

        double Step(double term)
        {
            d = 1 / Away(1 + term * d);
            c = Away(1 + term / c);
            value *= c * d;
            return c * d;
        }

        static double Away(double from) => Math.Abs(from) < Tiny ? Tiny : from;
    }
}
