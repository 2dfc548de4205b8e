namespace Assay.Numerics;

/// <summary>How alone each point of a front is: NSGA-II's crowding distance.</summary>
/// <remarks>
/// Deb and others (2002), section III-B. For each objective, a point gets the distance between its two neighbours over the range of the
/// front; the ends get infinity. The paper adds the objectives up; pymoo divides the sum by their number, which changes no order
/// within a front. Minimisation throughout.
/// </remarks>
public static class Crowding
{
    /// <summary>The crowding distance of each point of one front; infinite at the ends of an objective that varies.</summary>
    /// <param name="front">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="mean">True divides by the number of objectives, as pymoo does; false adds up, as the paper does.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static double[] Distances(ReadOnlySpan<double> front, int m, bool mean = false)
    {
        int n = Points.Check(front, m);
        double[] distances = new double[n],
            values = new double[n];
        int[] order = new int[n];
        for (int j = 0; j < m; j++)
        {
            for (int i = 0; i < n; i++)
            {
                values[i] = front[i * m + j];
                order[i] = i;
            }
            // Equal values by index, so that the order depends on nothing else.
            double[] keys = values;
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
            double range = n > 0 ? values[order[^1]] - values[order[0]] : 0;
            if (range <= 0)
                continue;
            distances[order[0]] = distances[order[^1]] = double.PositiveInfinity;
            for (int i = 1; i < n - 1; i++)
                distances[order[i]] += (values[order[i + 1]] - values[order[i - 1]]) / range;
        }
        if (mean)
            foreach (ref double distance in distances.AsSpan())
                distance /= m;
        return distances;
    }

    /// <summary>All points, the best first: by front, then the less crowded first, then by index.</summary>
    /// <param name="points">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the array is not n x m.</exception>
    public static int[] Order(ReadOnlySpan<double> points, int m)
    {
        int[] ranks = NonDominated.Ranks(points, m);
        double[] distances = new double[ranks.Length];
        int fronts = ranks.Length > 0 ? ranks.Max() + 1 : 0;
        List<int>[] members = [.. Enumerable.Range(0, fronts).Select(_ => new List<int>())];
        for (int i = 0; i < ranks.Length; i++)
            members[ranks[i]].Add(i);
        foreach (List<int> front in members)
        {
            double[] rows = new double[front.Count * m];
            for (int i = 0; i < front.Count; i++)
                points.Slice(front[i] * m, m).CopyTo(rows.AsSpan(i * m));
            double[] within = Distances(rows, m);
            for (int i = 0; i < within.Length; i++)
                distances[front[i]] = within[i];
        }
        int[] order = [.. Enumerable.Range(0, ranks.Length)];
        Array.Sort(
            order,
            (a, b) =>
                ranks[a] != ranks[b] ? ranks[a].CompareTo(ranks[b])
                : distances[a] != distances[b] ? distances[b].CompareTo(distances[a])
                : a.CompareTo(b)
        );
        return order;
    }
}
