namespace Assay.Numerics;

/// <summary>Weights spread evenly over the simplex (Das and Dennis, 1998).</summary>
public static class ReferenceDirections
{
    /// <summary>All vectors of m multiples of 1 / p that sum to 1, in ascending lexicographic order: C(m + p - 1, p) of them.</summary>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="p">Partitions of an edge, at least 1.</param>
    /// <returns>Row-major.</returns>
    public static double[] DasDennis(int m, int p)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        double[] weights = new double[checked(Count(m, p) * m)];
        int[] parts = new int[m];
        int row = 0;
        void Fill(int at, int left)
        {
            if (at == m - 1)
            {
                parts[at] = left;
                for (int j = 0; j < m; j++)
                    weights[row * m + j] = (double)parts[j] / p;
                row++;
                return;
            }
            for (parts[at] = 0; parts[at] <= left; parts[at]++)
                Fill(at + 1, left - parts[at]);
        }
        Fill(0, p);
        return weights;
    }

    /// <summary>How many directions <see cref="DasDennis"/> makes: C(m + p - 1, p).</summary>
    /// <exception cref="OverflowException">There are more than an array can hold.</exception>
    public static int Count(int m, int p)
    {
        long count = 1;
        for (int i = 1; i < m; i++)
            count = checked(count * (p + i)) / i;
        return checked((int)count);
    }
}
