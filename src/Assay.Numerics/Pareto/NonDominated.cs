namespace Assay.Numerics;

/// <summary>Non-dominated sorting: which points no other point beats, once the better ones are taken away.</summary>
/// <remarks>
/// Minimisation throughout. Point a dominates b if no objective of a is larger and one is smaller; equal points do not
/// dominate each other and share their rank; -0 equals 0. The number of objectives decides the algorithm: two, a sweep with
/// the tails of the fronts, O(n log n); three, a sweep with one staircase for each front, O(n log n log k) for k fronts;
/// four or more, divide and conquer, O(n log^(m-1) n).
/// </remarks>
public static class NonDominated
{
    /// <summary>The front of each point: 0 if nothing dominates it, k if nothing does once fronts 0..k-1 are removed.</summary>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static int[] Ranks(ReadOnlySpan<double> points, int m)
    {
        int n = Points.Check(points, m);
        if (n == 0)
            return [];
        int[] order = Points.Lexicographic(points, m);
        return m switch
        {
            1 => Distinct(points, order),
            2 => TailSweep.Ranks(points, order),
            3 => StaircaseSweep.Ranks(points, order),
            _ => DivideAndConquer.Ranks(points, m, order),
        };
    }

    /// <summary>For each point, true if nothing dominates it: <see cref="Ranks"/> gives it 0, at less cost.</summary>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static bool[] IsNonDominated(ReadOnlySpan<double> points, int m)
    {
        int n = Points.Check(points, m);
        bool[] result = new bool[n];
        int[] survivors = FrontFilter.Survivors(points, m);
        double[] rows = new double[survivors.Length * m];
        for (int i = 0; i < survivors.Length; i++)
            points.Slice(survivors[i] * m, m).CopyTo(rows.AsSpan(i * m));
        int[] ranks = Ranks(rows, m);
        for (int i = 0; i < survivors.Length; i++)
            result[survivors[i]] = ranks[i] == 0;
        return result;
    }

    private static int[] Distinct(ReadOnlySpan<double> points, int[] order)
    {
        int[] ranks = new int[order.Length];
        for (int i = 1; i < order.Length; i++)
            ranks[order[i]] = ranks[order[i - 1]] + (points[order[i]] > points[order[i - 1]] ? 1 : 0);
        return ranks;
    }
}
