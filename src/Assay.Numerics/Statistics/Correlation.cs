namespace Assay.Numerics;

/// <summary>The linear correlation of two lists of numbers.</summary>
public static class Correlation
{
    /// <summary>Pearson's r, in [-1, 1]; NaN if a list does not vary.</summary>
    /// <param name="x">At least two numbers.</param>
    /// <param name="y">As many.</param>
    /// <exception cref="ArgumentException">Lengths differ, or there are fewer than two.</exception>
    public static double Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length || x.Length < 2)
            throw new ArgumentException(
                $"A correlation needs two lists of the same length, at least 2, not {x.Length} and {y.Length}."
            );
        double meanX = 0,
            meanY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            meanX += x[i];
            meanY += y[i];
        }
        meanX /= x.Length;
        meanY /= y.Length;
        double xy = 0,
            xx = 0,
            yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double a = x[i] - meanX,
                b = y[i] - meanY;
            xy += a * b;
            xx += a * a;
            yy += b * b;
        }
        return xy / Math.Sqrt(xx * yy);
    }
}
