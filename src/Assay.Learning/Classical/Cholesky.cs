namespace Assay.Learning;

/// <summary>Solves symmetric positive definite systems in place.</summary>
internal static class Cholesky
{
    /// <summary>Factors A = L L' in place (the lower triangle is read and replaced); false if A is not positive definite.</summary>
    public static bool Factor(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, i + 1);
            for (int j = 0; j < i; j++)
                row[j] = (row[j] - MixedProducts.Dot(row[..j], a.Slice(j * n, j))) / a[j * n + j];
            double pivot = row[i] - MixedProducts.Dot(row[..i], row[..i]);
            if (!(pivot > 1e-14 * Math.Abs(row[i])) || !double.IsFinite(pivot))
                return false;
            row[i] = Math.Sqrt(pivot);
        }
        return true;
    }

    /// <summary>Solves A x = b in place of b, with what <see cref="Factor"/> left.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        for (int i = 0; i < n; i++)
            b[i] = (b[i] - MixedProducts.Dot(factor.Slice(i * n, i), b[..i])) / factor[i * n + i];
        for (int i = n - 1; i >= 0; i--)
        {
            b[i] /= factor[i * n + i];
            MixedProducts.AddScaled(b[..i], -b[i], factor.Slice(i * n, i));
        }
    }
}
