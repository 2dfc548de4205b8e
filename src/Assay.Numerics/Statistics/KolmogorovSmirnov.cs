namespace Assay.Numerics;

/// <summary>Whether two samples of numbers are from one distribution.</summary>
/// <remarks>
/// The two-sample statistic of Smirnov (1939): the largest distance of the two shares of values up to a number. The probability is the limit for large
/// samples with Stephens' correction (1970), as "Numerical Recipes" (3rd edition, section 14.3.3) has it; with ties it is on the safe side.
/// </remarks>
public static class KolmogorovSmirnov
{
    /// <summary>The statistic, 0 to 1.</summary>
    /// <param name="a">Ascending finite numbers, at least one.</param>
    /// <param name="b">The same.</param>
    /// <exception cref="ArgumentException">A sample is empty.</exception>
    public static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.IsEmpty || b.IsEmpty)
            throw new ArgumentException("Both samples need a number at least.");
        double most = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length; )
        {
            double at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= at)
                i++;
            while (j < b.Length && b[j] <= at)
                j++;
            most = Math.Max(most, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }
        return most;
    }

    /// <summary>How probable so large a distance is, or a larger one, between samples of one distribution.</summary>
    /// <param name="distance">From <see cref="Distance"/>.</param>
    /// <param name="a">Numbers of the first sample, at least 1.</param>
    /// <param name="b">Numbers of the second.</param>
    public static double Probability(double distance, long a, long b)
    {
        double root = Math.Sqrt((double)a * b / (a + b)),
            x = (root + 0.12 + 0.11 / root) * distance;
        if (x < 0.2)
            return 1; // within 1e-12
        double sum = 0;
        for (int k = 1; k <= 100; k++)
        {
            double term = Math.Exp(-2.0 * k * k * x * x);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-17)
                break;
        }
        return Math.Clamp(2 * sum, 0, 1);
    }
}
