namespace Assay.Numerics;

/// <summary>Takes away most of the points that cannot be on the first front, in one pass.</summary>
internal static class FrontFilter
{
    private const int Window = 32;

    /// <summary>
    /// Indices, ascending, of the points that none of the few points with the smallest sums (in units of each objective's
    /// range) dominates. All points of the first front are among them.
    /// </summary>
    public static int[] Survivors(ReadOnlySpan<double> points, int m)
    {
        int n = points.Length / m;
        double[] scale = new double[m];
        for (int j = 0; j < m; j++)
        {
            double low = double.PositiveInfinity,
                high = double.NegativeInfinity;
            for (int i = j; i < points.Length; i += m)
            {
                low = Math.Min(low, points[i]);
                high = Math.Max(high, points[i]);
            }
            scale[j] = high > low && double.IsFinite(high - low) ? 1 / (high - low) : 0;
        }
        PriorityQueue<int, double> lowest = new(Window + 1); // the largest sum first out
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int j = 0; j < m; j++)
                sum += scale[j] > 0 ? points[i * m + j] * scale[j] : 0;
            if (lowest.Count < Window)
                lowest.Enqueue(i, -sum);
            else
                lowest.EnqueueDequeue(i, -sum);
        }
        int[] window = [.. lowest.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];
        List<int> survivors = [];
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> point = points.Slice(i * m, m);
            bool dominated = false;
            for (int w = 0; w < window.Length && !dominated; w++)
                dominated = Dominates(points.Slice(window[w] * m, m), point);
            if (!dominated)
                survivors.Add(i);
        }
        return [.. survivors];
    }

    private static bool Dominates(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        bool smaller = false;
        for (int j = 0; j < a.Length; j++)
        {
            if (a[j] > b[j])
                return false;
            smaller |= a[j] < b[j];
        }
        return smaller;
    }
}
