namespace Assay.Numerics;

/// <summary>Hypervolume in four objectives or more, by slices along the last one.</summary>
/// <remarks>
/// Swept by the last objective, each point adds the volume that it alone dominates in the other objectives, times its
/// distance to the reference. In three objectives that volume comes from a sweep (<see cref="Contribution3"/>); in more it
/// is the point's box less the hypervolume of the earlier points clipped to the box (While, Bradstreet and Barone, 2012).
/// </remarks>
internal static class HypervolumeSlices
{
    /// <summary>The hypervolume of n x m points, m at least 4, all below the reference point.</summary>
    public static double Of(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        int n = points.Length / m;
        double[] last = new double[n];
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
        {
            last[i] = points[i * m + m - 1];
            order[i] = i;
        }
        Array.Sort(last, order);
        ReadOnlySpan<double> corner = reference[..(m - 1)];
        Contribution3? three = m == 4 ? new(corner, n) : null;
        List<double[]> earlier = [];
        double volume = 0;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> point = points.Slice(order[i] * m, m - 1);
            double added = three is not null ? three.Add(point) : Add(earlier, point, corner);
            volume += added * (reference[m - 1] - last[i]);
        }
        return volume;
    }

    // The volume that the point adds to those of the list; the list stays non-dominated.
    private static double Add(List<double[]> earlier, ReadOnlySpan<double> point, ReadOnlySpan<double> corner)
    {
        int m = point.Length;
        double box = 1;
        for (int j = 0; j < m; j++)
            box *= corner[j] - point[j];
        double[] clipped = new double[earlier.Count * m];
        for (int i = 0; i < earlier.Count; i++)
        {
            bool dominates = true;
            for (int j = 0; j < m; j++)
            {
                dominates &= earlier[i][j] <= point[j];
                clipped[i * m + j] = Math.Max(earlier[i][j], point[j]);
            }
            if (dominates)
                return 0;
        }
        double[] own = point.ToArray();
        earlier.RemoveAll(other => Covers(own, other));
        earlier.Add(own);
        if (clipped.Length == 0)
            return box;
        bool[] first = NonDominated.IsNonDominated(clipped, m);
        int kept = 0;
        for (int i = 0; i < first.Length; i++)
            if (first[i])
                clipped.AsSpan(i * m, m).CopyTo(clipped.AsSpan(kept++ * m));
        return Math.Max(0, box - Hypervolume.Of(clipped.AsSpan(0, kept * m), m, corner));
    }

    private static bool Covers(double[] a, double[] b)
    {
        for (int j = 0; j < a.Length; j++)
            if (a[j] > b[j])
                return false;
        return true;
    }
}
