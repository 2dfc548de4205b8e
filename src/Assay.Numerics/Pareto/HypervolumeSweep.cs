namespace Assay.Numerics;

/// <summary>Hypervolume in three objectives: the area below a growing staircase, swept by the first objective, O(n log n).</summary>
internal static class HypervolumeSweep
{
    /// <summary>The hypervolume of n x 3 points, all below the reference point.</summary>
    public static double Of(ReadOnlySpan<double> points, ReadOnlySpan<double> reference)
    {
        Staircase staircase = new(reference[1], reference[2]);
        double volume = 0;
        foreach (int i in Points.Lexicographic(points, 3))
        {
            double y = points[3 * i + 1],
                z = points[3 * i + 2];
            if (!staircase.Covers(y, z))
                volume += staircase.Insert(y, z) * (reference[0] - points[3 * i]);
        }
        return volume;
    }
}
