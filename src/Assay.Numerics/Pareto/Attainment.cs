namespace Assay.Numerics;

/// <summary>What repeated runs attain: the empirical attainment function in two and three objectives.</summary>
/// <remarks>
/// Grunert da Fonseca, Fonseca and Hall (2001); Fonseca, Guerreiro, López-Ibáñez and Paquete (2011). A run attains a point of objective
/// space if one of its points weakly dominates it. The surface of level k is made of the best points that at least k runs attain: k = 1 is
/// the best ever seen, k = half of the runs the median surface, k = all the worst. Minimisation throughout.
/// </remarks>
public static class Attainment
{
    /// <summary>The points of the surface that at least <paramref name="level"/> runs attain, ascending lexicographically by the last objective first.</summary>
    /// <param name="runs">The points of each run: n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, 2 or 3. Time for n points in all and r runs: O(n (r + log n)) in two, O(n^2 r) in three.</param>
    /// <param name="level">From 1 to the number of runs.</param>
    /// <exception cref="ArgumentException">A number is not finite, or an array or argument does not fit.</exception>
    public static double[] Surface(IReadOnlyList<double[]> runs, int m, int level)
    {
        if (m is not (2 or 3))
            throw new ArgumentOutOfRangeException(nameof(m), m, "Attainment surfaces have two or three objectives.");
        if (level < 1 || level > runs.Count)
            throw new ArgumentOutOfRangeException(nameof(level), level, $"A level lies between 1 and {runs.Count}.");
        List<(int Run, double[] Point)> all = [];
        for (int run = 0; run < runs.Count; run++)
        {
            Points.Check(runs[run], m);
            foreach (double[] point in runs[run].Chunk(m))
                all.Add((run, point));
        }
        all.Sort((a, b) => Compare(a.Point, b.Point, m));
        List<double> surface = [];
        if (m == 2)
        {
            foreach (
                (double x, double y) in Flat(
                    all.Select(one => (one.Run, one.Point[1], one.Point[0])),
                    runs.Count,
                    level
                )
            )
                surface.AddRange([y, x]);
            return [.. surface];
        }
        // At each height the runs' points up to there make a surface in the plane; what is new in it belongs to this height.
        List<(int Run, double X, double Y)> below = [];
        Staircase seen = new(double.PositiveInfinity, double.PositiveInfinity);
        for (int start = 0, end; start < all.Count; start = end)
        {
            double z = all[start].Point[2];
            for (end = start; end < all.Count && all[end].Point[2] == z; end++)
                Insert(below, (all[end].Run, all[end].Point[0], all[end].Point[1]));
            foreach ((double x, double y) in Flat(below, runs.Count, level))
            {
                if (seen.Covers(x, y))
                    continue;
                seen.Insert(x, y);
                surface.AddRange([x, y, z]);
            }
        }
        return [.. surface];
    }

    /// <summary>The surface that at least half of the runs attain.</summary>
    /// <param name="runs">The points of each run, at least one run: n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, 2 or 3.</param>
    public static double[] Median(IReadOnlyList<double[]> runs, int m) => Surface(runs, m, (runs.Count + 1) / 2);

    /// <summary>The share of the runs that attain a point.</summary>
    /// <param name="runs">The points of each run, at least one run: n x m numbers, row-major, each finite.</param>
    /// <param name="point">Any number of objectives.</param>
    public static double Share(IReadOnlyList<double[]> runs, ReadOnlySpan<double> point)
    {
        if (runs.Count == 0)
            throw new ArgumentException("There are no runs.");
        int m = point.Length,
            attained = 0;
        foreach (double[] run in runs)
        {
            Points.Check(run, m);
            bool found = false;
            for (int a = 0; a < run.Length && !found; a += m)
            {
                found = true;
                for (int j = 0; j < m && found; j++)
                    found = run[a + j] <= point[j];
            }
            attained += found ? 1 : 0;
        }
        return (double)attained / runs.Count;
    }

    // In the plane, for points ascending by x: as x grows each run's lowest y falls, and with it the level-th lowest of them.
    private static IEnumerable<(double X, double Y)> Flat(
        IEnumerable<(int Run, double X, double Y)> points,
        int runs,
        int level
    )
    {
        double[] lowest = new double[runs],
            sorted = new double[runs];
        Array.Fill(lowest, double.PositiveInfinity);
        Array.Fill(sorted, double.PositiveInfinity);
        double at = 0,
            height = double.PositiveInfinity,
            emitted = double.PositiveInfinity;
        foreach ((int run, double x, double y) in points)
        {
            if (x != at && height < emitted)
            {
                emitted = height;
                yield return (at, height);
            }
            at = x;
            if (y >= lowest[run])
                continue;
            int old = Array.IndexOf(sorted, lowest[run]);
            for (; old > 0 && sorted[old - 1] > y; old--)
                sorted[old] = sorted[old - 1];
            sorted[old] = lowest[run] = y;
            height = sorted[level - 1];
        }
        if (height < emitted)
            yield return (at, height);
    }

    private static int Compare(double[] a, double[] b, int m)
    {
        for (int j = m - 1; j >= 0; j--)
            if (a[j] != b[j])
                return a[j] < b[j] ? -1 : 1;
        return 0;
    }

    private static void Insert(List<(int Run, double X, double Y)> points, (int Run, double X, double Y) point)
    {
        int low = 0,
            high = points.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (points[middle].X <= point.X)
                low = middle + 1;
            else
                high = middle;
        }
        points.Insert(low, point);
    }
}
