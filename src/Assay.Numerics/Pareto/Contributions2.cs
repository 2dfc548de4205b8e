namespace Assay.Numerics;

/// <summary>Hypervolume contributions in two objectives, O(n log n).</summary>
internal static class Contributions2
{
    /// <summary>The area that each of n x 2 points, all below the reference, has to itself.</summary>
    /// <remarks>
    /// Swept by the first objective, a point of the front has to itself what lies above it up to the point before, until the next
    /// point of the front comes; points in between, which it alone dominates, lower that ceiling.
    /// </remarks>
    public static double[] Of(ReadOnlySpan<double> points, ReadOnlySpan<double> reference)
    {
        int[] order = Points.Lexicographic(points, 2);
        double[] contributions = new double[order.Length];
        int current = -1;
        double floor = reference[1],
            ceiling = reference[1],
            since = 0;
        foreach (int point in order)
        {
            double x = points[2 * point],
                y = points[2 * point + 1];
            if (y >= ceiling)
                continue;
            if (current >= 0)
                contributions[current] += (x - since) * (ceiling - floor);
            since = x;
            if (current >= 0 && y >= floor)
            {
                ceiling = y;
                continue;
            }
            ceiling = floor;
            (current, floor) = (point, y);
        }
        if (current >= 0)
            contributions[current] += (reference[0] - since) * (ceiling - floor);
        return contributions;
    }
}
