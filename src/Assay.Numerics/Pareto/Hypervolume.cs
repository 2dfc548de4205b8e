namespace Assay.Numerics;

/// <summary>Hypervolume: how much of objective space a set of points dominates, up to a reference point.</summary>
/// <remarks>Minimisation throughout. Zitzler and Thiele (1998). State the reference point with every figure: another one can reorder sets.</remarks>
public static class Hypervolume
{
    /// <summary>The number of objectives up to which <see cref="Estimate"/> is exact.</summary>
    public const int MostExact = 8;

    /// <summary>The volume of the union of the boxes from each point to the reference point.</summary>
    /// <remarks>
    /// Points not strictly below the reference in every objective contribute nothing. Two objectives: sorted sweep; three:
    /// sweep with a staircase, O(n log n); four: a sweep of three-objective contributions, O(n^2); more: the same recursively with
    /// points clipped to each other's boxes, exponential in the worst case: 100 points in 8 objectives take a fraction of a second.
    /// </remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a length does not fit.</exception>
    public static double Exact(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        (double[] inside, _) = Below(points, m, reference);
        return inside.Length == 0 ? 0 : Of(inside, m, reference);
    }

    /// <summary>How much the hypervolume falls when one point is taken away, for each point.</summary>
    /// <remarks>
    /// Zero for dominated points, for every copy of a repeated point, and for points not below the reference. Dominated points
    /// count among the others: they stand in for a point that is taken away. One and two objectives: O(n log n); three: a sweep
    /// (Guerreiro and Fonseca, 2018); more: each point's box less the other points clipped to it, of which few are not dominated.
    /// </remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a length does not fit.</exception>
    public static double[] Contributions(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference)
    {
        (double[] inside, int[] indices) = Below(points, m, reference);
        double[] own = m switch
        {
            1 => Gaps(inside, reference[0]),
            2 => Contributions2.Of(inside, reference),
            3 => Contributions3.Of(inside, reference),
            _ => ExclusiveVolume.Contributions(inside, m, reference),
        };
        double[] contributions = new double[points.Length / m];
        for (int i = 0; i < own.Length; i++)
            contributions[indices[i]] = own[i];
        return contributions;
    }

    /// <summary>An approximation from volumes along random directions, with its standard error.</summary>
    /// <remarks>
    /// In polar coordinates around the reference the hypervolume is a constant times the mean over directions of the distance, to
    /// the power m, that the furthest box reaches (Deng and Zhang, 2019). The directions come from a low-discrepancy sequence
    /// (Roberts, 2018) that is shifted at random 16 times; the spread of the 16 results is the standard error. Time O(n m) for each direction.
    /// </remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <param name="random">The shifts.</param>
    /// <param name="directions">Number of directions, at least 16; rounded down to a multiple of 16.</param>
    /// <exception cref="ArgumentException">A number is not finite, a length does not fit, or there are too few directions.</exception>
    public static HypervolumeEstimate Approximate(
        ReadOnlySpan<double> points,
        int m,
        ReadOnlySpan<double> reference,
        RandomStream random,
        int directions = 65_536
    )
    {
        (double[] inside, _) = Below(points, m, reference);
        return PolarVolume.Of(inside, m, reference, random, directions);
    }

    /// <summary>Exact up to <see cref="MostExact"/> objectives, with error 0; an approximation with its standard error beyond.</summary>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <param name="random">For the approximation.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a length does not fit.</exception>
    public static HypervolumeEstimate Estimate(
        ReadOnlySpan<double> points,
        int m,
        ReadOnlySpan<double> reference,
        RandomStream random
    ) => m <= MostExact ? new(Exact(points, m, reference), 0) : Approximate(points, m, reference, random);

    /// <summary>The points strictly below the reference, and which they are.</summary>
    internal static (double[] Inside, int[] Indices) Below(
        ReadOnlySpan<double> points,
        int m,
        ReadOnlySpan<double> reference
    )
    {
        int n = Points.Check(points, m);
        Points.Check(reference, m);
        if (reference.Length != m)
            throw new ArgumentException($"The reference point has {reference.Length} numbers for {m} objectives.");
        double[] inside = new double[points.Length];
        int[] indices = new int[n];
        int count = 0;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> point = points.Slice(i * m, m);
            if (!IsBelow(point, reference))
                continue;
            point.CopyTo(inside.AsSpan(count * m));
            indices[count++] = i;
        }
        return count == n ? (inside, indices) : (inside[..(count * m)], indices[..count]);
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
                ExclusiveVolume volume = new(m, reference);
                return volume.OfAll(m, ExclusiveVolume.Padded(points, m), points.Length / m);
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

    // The lowest number has the distance to the second lowest to itself.
    private static double[] Gaps(double[] values, double reference)
    {
        double[] contributions = new double[values.Length];
        if (values.Length == 0)
            return contributions;
        int lowest = Array.IndexOf(values, values.Min());
        double second = reference;
        for (int i = 0; i < values.Length; i++)
            if (i != lowest)
                second = Math.Min(second, values[i]);
        contributions[lowest] = second - values[lowest];
        return contributions;
    }

    private static bool IsBelow(ReadOnlySpan<double> point, ReadOnlySpan<double> reference)
    {
        for (int j = 0; j < point.Length; j++)
            if (point[j] >= reference[j])
                return false;
        return true;
    }
}
