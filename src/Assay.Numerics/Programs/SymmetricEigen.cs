namespace Assay.Numerics;

/// <summary>Eigenvalues and orthonormal eigenvectors of a small symmetric matrix.</summary>
/// <remarks>Jacobi (1846), by cyclic rotations: slow for hundreds of rows, and exact to the last digits for a few.</remarks>
internal sealed class SymmetricEigen
{
    private const int Sweeps = 60;

    private SymmetricEigen(double[] values, double[,] vectors) => (Values, Vectors) = (values, vectors);

    /// <summary>Eigenvalues, in no particular order.</summary>
    public double[] Values { get; }

    /// <summary>The eigenvector of each value, a column each.</summary>
    public double[,] Vectors { get; }

    /// <summary>The largest magnitude of an eigenvalue; 0 for a matrix without rows.</summary>
    public double Largest => Values.Length == 0 ? 0 : Values.Max(Math.Abs);

    public static SymmetricEigen Of(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        double[,] a = (double[,])matrix.Clone(),
            v = new double[n, n];
        for (int i = 0; i < n; i++)
            v[i, i] = 1;
        for (int sweep = 0; sweep < Sweeps && !IsDiagonal(a, n); sweep++)
        for (int p = 0; p < n; p++)
        for (int q = p + 1; q < n; q++)
            Rotate(a, v, n, p, q);
        return new([.. Enumerable.Range(0, n).Select(i => a[i, i])], v);
    }

    private static bool IsDiagonal(double[,] a, int n)
    {
        double off = 0,
            size = 0;
        for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i == j)
                size = Math.Max(size, Math.Abs(a[i, j]));
            else
                off = Math.Max(off, Math.Abs(a[i, j]));
        return off <= 1e-17 * size;
    }

    private static void Rotate(double[,] a, double[,] v, int n, int p, int q)
    {
        if (a[p, q] == 0)
            return;
        double theta = (a[q, q] - a[p, p]) / (2 * a[p, q]),
            t = double.IsInfinity(theta * theta)
                ? 0.5 / theta
                : (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)),
            c = 1 / Math.Sqrt(t * t + 1),
            s = t * c;
        for (int k = 0; k < n; k++)
            (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
        for (int k = 0; k < n; k++)
        {
            (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
            (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
        }
    }
}
