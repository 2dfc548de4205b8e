namespace Assay.Numerics;

/// <summary>The gradients bargain: each gains the same share of what it could, whatever the sizes of their losses.</summary>
/// <remarks>
/// Nash-MTL (Navon et al. 2022): positive a with a_i (C a)_i = 1 for all i, the minimum of a'Ca / 2 - sum log a_i, by damped Newton steps on gradients of length 1,
/// which makes it exactly independent of scale. A gradient that vanishes has weight 0. Where the gradients can be mixed to nothing no weights are
/// finite; a ridge of 1e-12 bounds them at a million over their lengths. The released code divides the products by their Frobenius norm first and clips the length of the result.
/// </remarks>
public static class NashMtl
{
    private const double Ridge = 1e-12;
    private const int Steps = 1000;

    /// <summary>Weights of the gradients.</summary>
    /// <param name="products">Their products.</param>
    public static double[] Weights(GradientProducts products)
    {
        int[] kept = [.. Enumerable.Range(0, products.Count).Where(i => products[i, i] > 0)];
        double[,] unit = new double[kept.Length, kept.Length];
        for (int i = 0; i < kept.Length; i++)
        for (int j = 0; j < kept.Length; j++)
            unit[i, j] =
                products[kept[i], kept[j]] / products.Length(kept[i]) / products.Length(kept[j]) + (i == j ? Ridge : 0);
        double[] bargain = Bargain(unit),
            weights = new double[products.Count];
        for (int i = 0; i < kept.Length; i++)
            weights[kept[i]] = bargain[i] / products.Length(kept[i]);
        return weights;
    }

    private static double[] Bargain(double[,] unit)
    {
        int m = unit.GetLength(0);
        double[] at = [.. Enumerable.Repeat(1 / Math.Sqrt(Math.Max(1, m)), m)];
        for (int step = 0; step < Steps; step++)
        {
            double[,] curvature = (double[,])unit.Clone();
            double[] fall = new double[m];
            for (int i = 0; i < m; i++)
            {
                curvature[i, i] += 1 / (at[i] * at[i]);
                fall[i] = 1 / at[i];
                for (int j = 0; j < m; j++)
                    fall[i] -= unit[i, j] * at[j];
            }
            double[] direction = SolvePositive(curvature, fall);
            double decrement = 0;
            for (int i = 0; i < m; i++)
                decrement += fall[i] * direction[i];
            decrement = Math.Sqrt(Math.Max(0, decrement));
            // A whole step stays positive below 1: the decrement bounds each relative change.
            double share = decrement < 0.25 ? 1 : 1 / (1 + decrement);
            for (int i = 0; i < m; i++)
                at[i] += share * direction[i];
            if (decrement < 1e-13)
                break;
        }
        return at;
    }

    // Cholesky; the matrix is positive definite.
    private static double[] SolvePositive(double[,] a, double[] right)
    {
        int m = right.Length;
        double[] x = [.. right];
        for (int j = 0; j < m; j++)
        {
            for (int k = 0; k < j; k++)
                a[j, j] -= a[j, k] * a[j, k];
            a[j, j] = Math.Sqrt(Math.Max(a[j, j], double.Epsilon));
            for (int i = j + 1; i < m; i++)
            {
                for (int k = 0; k < j; k++)
                    a[i, j] -= a[i, k] * a[j, k];
                a[i, j] /= a[j, j];
            }
        }
        for (int i = 0; i < m; i++)
        {
            for (int k = 0; k < i; k++)
                x[i] -= a[i, k] * x[k];
            x[i] /= a[i, i];
        }
        for (int i = m - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < m; k++)
                x[i] -= a[k, i] * x[k];
            x[i] /= a[i, i];
        }
        return x;
    }
}
