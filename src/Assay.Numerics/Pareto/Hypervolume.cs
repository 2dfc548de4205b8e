namespace Assay.Numerics;

/// <summary>Hypervolume: how much of objective space a set of points dominates, up to a reference point.</summary>
/// <remarks>Minimisation throughout. Zitzler and Thiele (1998). State the reference point with every figure: another one can reorder sets.</remarks>
public static class Hypervolume
{
    /// <summary>The volume of the union of the boxes from each point to the reference point.</summary>
    /// <remarks>
    /// Points not strictly below the reference in every objective contribute nothing. Two objectives: sorted sweep; three:
    /// sweep with a staircase, O(n log n); four: a sweep of three-objective contributions, O(n^2 log n); more: the same
    /// recursively, exponential in the worst case and meant for small sets.
    /// </remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a length does not fit.</exception>
    public static double Exact(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        int n = Points.Check(points, m);
        Points.Check(reference, m);
        if (reference.Length != m)
            throw new ArgumentException($"The reference point has {reference.Length} numbers for {m} objectives.");
        double[] inside = new double[points.Length];
        int count = 0;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> point = points.Slice(i * m, m);
            if (IsBelow(point, reference))
                point.CopyTo(inside.AsSpan(count++ * m));
        }
        return count == 0 ? 0 : Of(inside.AsSpan(0, count * m), m, reference);
    }

    /// <summary>The same for points known to lie below the reference point; at least one.</summary>
    internal static double Of(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        switch (m)
        {
            case 1:
                double lowest = points[0];
                foreach (double value in points)
                    lowest = Math.Min(lowest, value);
                return reference[0] - lowest;
            case 2:
                return Area(points, reference);
            case 3:
                return HypervolumeSweep.Of(points, reference);
            default:
                return HypervolumeSlices.Of(points, m, reference);
        }
    }

    private static double Area(ReadOnlySpan<double> points, ReadOnlySpan<double> reference)
    {
        double area = 0,
            top = reference[1];
        foreach (int i in Points.Lexicographic(points, 2))
        {
            double y = points[2 * i + 1];
            if (y >= top)
                continue;
            area += (reference[0] - points[2 * i]) * (top - y);
            top = y;
        }
        return area;
    }

    private static bool IsBelow(ReadOnlySpan<double> point, ReadOnlySpan<double> reference)
    {
        for (int j = 0; j < point.Length; j++)
            if (point[j] >= reference[j])
                return false;
        return true;
    }
}
