namespace Assay.Numerics;

/// <summary>Which few points of a set keep most of its hypervolume.</summary>
public static class HypervolumeSubset
{
    /// <summary>Takes point after point, each time the one that adds most to the hypervolume of those taken; the first of equals.</summary>
    /// <remarks>
    /// The result has at least 1 - 1/e of the best subset's hypervolume (Nemhauser, Wolsey and Fisher, 1978). What a point adds only
    /// shrinks as others are taken, so most are never computed again (Minoux, 1978).
    /// </remarks>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="reference">m numbers, each finite.</param>
    /// <param name="size">How many to take, at most n.</param>
    /// <returns>Indices in the order in which they were taken.</returns>
    public static int[] Greedy(ReadOnlySpan<double> points, int m, ReadOnlySpan<double> reference, int size)
    {
        (double[] inside, int[] indices) = Hypervolume.Below(points, m, reference);
        int n = points.Length / m;
        CheckSize(size, n);
        AddedVolume added = new(m, reference, size);
        // By what a point added when last computed, then by index.
        PriorityQueue<int, (double NegativeGain, int Index)> queue = new();
        int[] computed = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
            queue.Enqueue(i, (-added.Of(inside.AsSpan(i * m, m)), i));
        List<int> taken = [];
        while (taken.Count < size && queue.TryDequeue(out int i, out (double NegativeGain, int Index) priority))
        {
            if (priority.NegativeGain == 0)
                break;
            if (computed[i] == taken.Count)
            {
                taken.Add(indices[i]);
                added.Take(inside.AsSpan(i * m, m));
                continue;
            }
            computed[i] = taken.Count;
            queue.Enqueue(i, (-added.Of(inside.AsSpan(i * m, m)), i));
        }
        // The rest adds nothing, whichever it is.
        HashSet<int> chosen = [.. taken];
        taken.AddRange(Enumerable.Range(0, n).Where(i => !chosen.Contains(i)).Take(size - taken.Count));
        return [.. taken];
    }

    /// <summary>A subset of the given size with the largest hypervolume of all, in two objectives: O(n (size + log n)).</summary>
    /// <remarks>
    /// From left to right, the last point taken adds (r1 - x)(y' - y), where y' belongs to the point taken before it: for each of
    /// those a line in r1 - x, and the best line moves one way only (Bringmann, Friedrich and Klitzke, 2014).
    /// </remarks>
    /// <param name="points">n x 2 numbers, row-major, each finite.</param>
    /// <param name="reference">Two numbers, each finite.</param>
    /// <param name="size">How many to take, at most n.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] Best2(ReadOnlySpan<double> points, ReadOnlySpan<double> reference, int size)
    {
        (double[] inside, int[] indices) = Hypervolume.Below(points, 2, reference);
        int n = points.Length / 2;
        CheckSize(size, n);
        List<int> front = [];
        foreach (int i in Points.Lexicographic(inside, 2))
            if (front.Count == 0 || inside[2 * i + 1] < inside[2 * front[^1] + 1])
                front.Add(i);
        int steps = Math.Min(size, front.Count);
        List<int> chosen = [];
        if (steps > 0)
            chosen.AddRange(Steps(inside, reference, front, steps).Select(i => indices[i]));
        HashSet<int> taken = [.. chosen];
        chosen.AddRange(Enumerable.Range(0, n).Where(i => !taken.Contains(i)).Take(size - chosen.Count));
        chosen.Sort();
        return [.. chosen];
    }

    // The best so many points of a staircase.
    private static IEnumerable<int> Steps(double[] points, ReadOnlySpan<double> reference, List<int> front, int size)
    {
        int n = front.Count;
        double[] x = [.. front.Select(i => points[2 * i])],
            y = [.. front.Select(i => points[2 * i + 1])];
        double[] areas = new double[n]; // best with point i as the last taken
        int[,] before = new int[size, n];
        for (int i = 0; i < n; i++)
            areas[i] = (reference[0] - x[i]) * (reference[1] - y[i]);
        for (int step = 1; step < size; step++)
        {
            double[] next = new double[n];
            Array.Fill(next, double.NegativeInfinity);
            // Lines areas[l] + y[l] t with descending slopes; t = r1 - x descends, so the best line is never one left behind.
            List<int> lines = [];
            int best = 0;
            for (int i = step; i < n; i++)
            {
                int added = i - 1;
                while (lines.Count - best >= 2 && IsUseless(areas, y, lines[^2], lines[^1], added))
                    lines.RemoveAt(lines.Count - 1);
                lines.Add(added);
                double t = reference[0] - x[i];
                while (best + 1 < lines.Count && At(lines[best + 1], t) >= At(lines[best], t))
                    best++;
                next[i] = At(lines[best], t) - t * y[i];
                before[step, i] = lines[best];
            }
            double At(int line, double t) => areas[line] + y[line] * t;
            areas = next;
        }
        int last = Array.IndexOf(areas, areas.Max());
        List<int> chosen = [front[last]];
        for (int step = size - 1; step > 0; step--)
        {
            last = before[step, last];
            chosen.Add(front[last]);
        }
        return chosen;
    }

    // True if line b is nowhere above both a (steeper) and c (flatter).
    private static bool IsUseless(double[] areas, double[] slopes, int a, int b, int c) =>
        (areas[c] - areas[b]) * (slopes[a] - slopes[b]) >= (areas[b] - areas[a]) * (slopes[b] - slopes[c]);

    private static void CheckSize(int size, int n)
    {
        if (size < 0 || size > n)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"There are {n} points to choose from.");
    }
}
