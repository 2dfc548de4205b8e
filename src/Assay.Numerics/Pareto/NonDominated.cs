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
    private const int FrontsByFilter = 3;

    /// <summary>The rank of a point that was not ranked: a copy left out, or one behind the fronts asked for.</summary>
    public const int NotRanked = -1;

    /// <summary>The front of each point: 0 if nothing dominates it, k if nothing does once fronts 0..k-1 are removed.</summary>
    /// <param name="points">n x m numbers, row-major, each finite unless the options say otherwise.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="options">What to leave out, and whether infinities are allowed; nothing and no if null.</param>
    /// <exception cref="ArgumentException">A number is not allowed, or the array is not n x m.</exception>
    public static int[] Ranks(ReadOnlySpan<double> points, int m, SortingOptions? options = null)
    {
        int n = Points.Check(points, m, options is { AllowInfinite: true });
        if (n == 0)
            return [];
        int[] ranks = options?.StopAfter is int enough && enough < n ? Peeled(points, m, enough) : All(points, m);
        if (options is { KeepCopies: false })
            foreach (int copy in Copies(points, m))
                ranks[copy] = NotRanked;
        return ranks;
    }

    /// <summary>For each point, true if nothing dominates it: <see cref="Ranks"/> gives it 0, at less cost.</summary>
    /// <param name="points">n x m numbers, row-major, each finite unless the options say otherwise.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="options">Whether copies count, and whether infinities are allowed; yes and no if null.</param>
    /// <exception cref="ArgumentException">A number is not allowed, or the array is not n x m.</exception>
    public static bool[] IsNonDominated(ReadOnlySpan<double> points, int m, SortingOptions? options = null)
    {
        Points.Check(points, m, options is { AllowInfinite: true });
        bool[] first = First(points, m);
        if (options is { KeepCopies: false })
            foreach (int copy in Copies(points, m))
                first[copy] = false;
        return first;
    }

    private static int[] All(ReadOnlySpan<double> points, int m)
    {
        int[] order = Points.Lexicographic(points, m);
        return m switch
        {
            1 => Distinct(points, order),
            2 => TailSweep.Ranks(points, order),
            3 => StaircaseSweep.Ranks(points, order),
            _ => DivideAndConquer.Ranks(points, m, order),
        };
    }

    private static bool[] First(ReadOnlySpan<double> points, int m)
    {
        bool[] result = new bool[points.Length / m];
        if (result.Length == 0)
            return result;
        int[] survivors = FrontFilter.Survivors(points, m);
        int[] ranks = All(Rows(points, m, survivors), m);
        for (int i = 0; i < survivors.Length; i++)
            result[survivors[i]] = ranks[i] == 0;
        return result;
    }

    // Whole fronts until enough points are ranked: the first few one by one, at the cost of a filter each, the others all at once.
    private static int[] Peeled(ReadOnlySpan<double> points, int m, int enough)
    {
        int[] ranks = new int[points.Length / m];
        Array.Fill(ranks, NotRanked);
        int[] left = [.. Enumerable.Range(0, ranks.Length)];
        int front = 0,
            ranked = 0;
        for (; front < FrontsByFilter && ranked < enough; front++)
        {
            bool[] first = First(Rows(points, m, left), m);
            for (int i = 0; i < left.Length; i++)
                if (first[i])
                    ranks[left[i]] = front;
            left = [.. left.Where((_, i) => !first[i])];
            ranked = ranks.Length - left.Length;
        }
        if (ranked >= enough)
            return ranks;
        int[] rest = All(Rows(points, m, left), m),
            sizes = new int[rest.Max() + 1];
        foreach (int rank in rest)
            sizes[rank]++;
        int last = 0;
        for (ranked += sizes[0]; ranked < enough; )
            ranked += sizes[++last];
        for (int i = 0; i < left.Length; i++)
            if (rest[i] <= last)
                ranks[left[i]] = front + rest[i];
        return ranks;
    }

    // The points that are the same as one before them.
    private static List<int> Copies(ReadOnlySpan<double> points, int m)
    {
        List<int> copies = [];
        int[] order = Points.Lexicographic(points, m);
        for (int i = 1; i < order.Length; i++)
            if (Points.Same(points, m, order[i], order[i - 1]))
                copies.Add(order[i]);
        return copies;
    }

    private static double[] Rows(ReadOnlySpan<double> points, int m, int[] indices)
    {
        double[] rows = new double[indices.Length * m];
        for (int i = 0; i < indices.Length; i++)
            points.Slice(indices[i] * m, m).CopyTo(rows.AsSpan(i * m));
        return rows;
    }

    private static int[] Distinct(ReadOnlySpan<double> points, int[] order)
    {
        int[] ranks = new int[order.Length];
        for (int i = 1; i < order.Length; i++)
            ranks[order[i]] = ranks[order[i - 1]] + (points[order[i]] > points[order[i - 1]] ? 1 : 0);
        return ranks;
    }
}
