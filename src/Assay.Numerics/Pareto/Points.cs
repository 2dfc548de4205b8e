namespace Assay.Numerics;

/// <summary>Points in objective space as the Pareto algorithms take them: n x m numbers, row-major, all minimised.</summary>
internal static class Points
{
    /// <summary>The number of points, after checking that the array is whole and every number finite (or, if infinities are allowed, a number).</summary>
    public static int Check(ReadOnlySpan<double> points, int m, bool allowInfinite = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        if (points.Length % m != 0)
            throw new ArgumentException(
                $"{points.Length} numbers are not a whole number of points with {m} objectives."
            );
        for (int i = 0; i < points.Length; i++)
            if (!double.IsFinite(points[i]) && (!allowInfinite || double.IsNaN(points[i])))
                throw new ArgumentException(
                    $"Point {i / m} has {points[i]} as objective {i % m}; it must be {(allowInfinite ? "a number" : "finite")}."
                );
        return points.Length / m;
    }

    /// <summary>
    /// The points' indices in lexicographic order: by the first objective, then the second, and so on; equal points by
    /// index. A point can be dominated only by points before it.
    /// </summary>
    public static int[] Lexicographic(ReadOnlySpan<double> points, int m)
    {
        double[] first = new double[points.Length / m];
        int[] order = new int[first.Length];
        for (int i = 0; i < first.Length; i++)
            first[i] = points[i * m];
        // Sorting plain numbers is several times faster than sorting by comparison, and ties are few as a rule.
        BucketSort.Sort(first, order);
        ByRow? comparer = null;
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = start + 1;
            while (end < order.Length && first[end] == first[start])
                end++;
            if (end - start > 1)
                Array.Sort(order, start, end - start, comparer ??= new(points.ToArray(), m));
        }
        return order;
    }

    /// <summary>True if both points are the same.</summary>
    public static bool Same(ReadOnlySpan<double> points, int m, int a, int b)
    {
        for (int j = 0; j < m; j++)
            if (points[a * m + j] != points[b * m + j])
                return false;
        return true;
    }

    private sealed class ByRow(double[] values, int m) : IComparer<int>
    {
        public int Compare(int a, int b)
        {
            for (int j = 1; j < m; j++)
            {
                double x = values[a * m + j],
                    y = values[b * m + j];
                if (x != y)
                    return x < y ? -1 : 1;
            }
            return a.CompareTo(b);
        }
    }
}
