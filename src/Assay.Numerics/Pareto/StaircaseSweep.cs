namespace Assay.Numerics;

/// <summary>Non-dominated sorting for three objectives, O(n log n log k) for k fronts.</summary>
internal static class StaircaseSweep
{
    /// <summary>Ranks of n x 3 points, given their lexicographic order.</summary>
    /// <remarks>
    /// Swept by the first objective, a front dominates a point if the staircase of its other two objectives covers the
    /// point. If a front does, so do all before it; so the point's front is found by bisection.
    /// </remarks>
    public static int[] Ranks(ReadOnlySpan<double> points, int[] order)
    {
        double cornerY = double.NegativeInfinity,
            cornerZ = double.NegativeInfinity;
        for (int i = 0; i < order.Length; i++)
        {
            cornerY = Math.Max(cornerY, points[3 * i + 1]);
            cornerZ = Math.Max(cornerZ, points[3 * i + 2]);
        }
        int[] ranks = new int[order.Length];
        List<Staircase> fronts = [];
        for (int i = 0; i < order.Length; i++)
        {
            int point = order[i];
            if (i > 0 && Points.Same(points, 3, point, order[i - 1]))
            {
                ranks[point] = ranks[order[i - 1]];
                continue;
            }
            double y = points[3 * point + 1],
                z = points[3 * point + 2];
            int low = 0,
                high = fronts.Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (fronts[middle].Covers(y, z))
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low == fronts.Count)
                fronts.Add(new(cornerY, cornerZ));
            fronts[low].Insert(y, z);
            ranks[point] = low;
        }
        return ranks;
    }
}
