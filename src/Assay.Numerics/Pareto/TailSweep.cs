namespace Assay.Numerics;

/// <summary>Non-dominated sorting for two objectives, O(n log n).</summary>
internal static class TailSweep
{
    /// <summary>Ranks of n x 2 points, given their lexicographic order.</summary>
    /// <remarks>
    /// Swept by the first objective, a front dominates a point if the front's latest (so lowest) second objective is not
    /// above the point's. These tails ascend from front to front, so the point's front is found by bisection.
    /// </remarks>
    public static int[] Ranks(ReadOnlySpan<double> points, int[] order)
    {
        int[] ranks = new int[order.Length];
        double[] tails = new double[order.Length];
        int fronts = 0;
        for (int i = 0; i < order.Length; i++)
        {
            int point = order[i];
            if (i > 0 && Points.Same(points, 2, point, order[i - 1]))
            {
                ranks[point] = ranks[order[i - 1]];
                continue;
            }
            double y = points[2 * point + 1];
            // No branch depends on the numbers here: which half is right cannot be predicted.
            int low = 0;
            for (int left = fronts; left > 0; )
            {
                int half = (left + 1) >>> 1;
                low += half & -Convert.ToInt32(tails[low + half - 1] <= y);
                left -= half;
            }
            tails[low] = y;
            fronts = Math.Max(fronts, low + 1);
            ranks[point] = low;
        }
        return ranks;
    }
}
