namespace Assay.Numerics.Tests;

/// <summary>Plain double-precision forms that kernels are compared with.</summary>
internal static class References
{
    /// <summary>The error function by its series below 3 and its continued fraction above.</summary>
    public static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (!(size < 3))
        {
            if (!(size < 10))
                return double.IsNaN(x) ? x : Math.Sign(x);
            double fraction = size;
            for (int k = 80; k > 0; k--)
                fraction = size + k / 2.0 / fraction;
            return Math.Sign(x) * (1 - Math.Exp(-x * x) / fraction / Math.Sqrt(Math.PI));
        }
        double term = x,
            sum = x;
        for (int n = 1; n < 100; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>Standard normal floats times <paramref name="scale"/>, the same every time.</summary>
    public static float[] Normal(int count, string name, double scale = 1)
    {
        RandomStream stream = new(5, name);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(scale * stream.NextGaussian());
        return values;
    }

    /// <summary>
    /// Checks the gradient of sum(seed x f(x)) against central differences of a double-precision f, at every coordinate or
    /// at 30 of many.
    /// </summary>
    public static void CheckGradient(
        ReadOnlySpan<float> gradient,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> seed,
        Func<double[], double[]> f,
        double tolerance = 2e-4
    )
    {
        double[] at = new double[x.Length];
        for (int i = 0; i < at.Length; i++)
            at[i] = x[i];
        double[] weights = new double[seed.Length];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = seed[i];
        int step = Math.Max(1, at.Length / 30);
        for (int i = 0; i < at.Length; i += step)
        {
            double before = at[i],
                h = 1e-5;
            at[i] = before + h;
            double up = Dot(f(at), weights);
            at[i] = before - h;
            double down = Dot(f(at), weights);
            at[i] = before;
            double expected = (up - down) / (2 * h);
            if (!(Math.Abs(gradient[i] - expected) <= tolerance * (1 + Math.Abs(expected))))
                Assert.Fail($"gradient {i}: {gradient[i]}, differences say {expected}");
        }
    }

    /// <summary>Asserts that floats are what doubles say, relative to the size of the numbers around.</summary>
    public static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * (1 + Math.Abs(expected[i]))))
                Assert.Fail($"element {i}: {actual[i]}, not {expected[i]}");
    }

    public static double[] Double(ReadOnlySpan<float> x)
    {
        double[] result = new double[x.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = x[i];
        return result;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
