namespace Assay.Numerics;

/// <summary>Thins a front out: takes away the most crowded point, again and again, until so many are left.</summary>
/// <remarks>
/// Kukkonen and Deb (2006). Taking away all at once, by distances that the first removals change, leaves holes. By crowding distance up to
/// three objectives, O(n m log n); in more that distance says little, and the product of the distances to the m nearest neighbours stands
/// in, O(n^2 (m + log n)). Ends of objectives go last; among equals the later point goes.
/// </remarks>
public static class CrowdingPruning
{
    /// <summary>The most objectives for which <see cref="Keep"/> uses crowding distances.</summary>
    public const int MostByCrowding = 3;

    /// <summary>The points of one front to keep.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, mutually non-dominated.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="size">How many to keep, from 0 to n.</param>
    /// <returns>Indices, ascending.</returns>
    /// <exception cref="ArgumentException">A number is not finite, or an argument does not fit.</exception>
    public static int[] Keep(ReadOnlySpan<double> front, int m, int size) =>
        m <= MostByCrowding ? ByCrowding(front, m, size) : ByNeighbours(front, m, size);

    /// <summary>The points to keep by crowding distance.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, mutually non-dominated.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="size">How many to keep, from 0 to n.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] ByCrowding(ReadOnlySpan<double> front, int m, int size)
    {
        int n = Check(front, m, size);
        double[] unit = UnitFront.Of(front, m).Values;
        // For each objective the neighbours in its order; -1 beyond the ends.
        int[] before = new int[n * m],
            after = new int[n * m];
        Array.Fill(before, -1);
        Array.Fill(after, -1);
        double[] keys = new double[n];
        int[] order = new int[n];
        bool[] varies = new bool[m];
        for (int j = 0; j < m; j++)
        {
            for (int i = 0; i < n; i++)
                keys[i] = unit[i * m + j];
            BucketSort.Sort(keys, order);
            varies[j] = n > 0 && keys[^1] > keys[0];
            for (int i = 1; i < n; i++)
                (before[order[i] * m + j], after[order[i - 1] * m + j]) = (order[i - 1], order[i]);
        }
        double Distance(int point)
        {
            double distance = 0;
            for (int j = 0; j < m; j++)
            {
                if (!varies[j])
                    continue;
                int left = before[point * m + j],
                    right = after[point * m + j];
                distance += left < 0 || right < 0 ? double.PositiveInfinity : unit[right * m + j] - unit[left * m + j];
            }
            return distance;
        }
        double[] distances = [.. Enumerable.Range(0, n).Select(Distance)];
        PriorityQueue<int, (double Distance, int Later)> queue = new();
        for (int i = 0; i < n; i++)
            queue.Enqueue(i, (distances[i], -i));
        bool[] gone = new bool[n];
        for (int left = n; left > size; )
        {
            queue.TryDequeue(out int point, out (double Distance, int) priority);
            if (gone[point] || priority.Distance != distances[point])
                continue;
            gone[point] = true;
            left--;
            for (int j = 0; j < m; j++)
            {
                int lower = before[point * m + j],
                    upper = after[point * m + j];
                if (lower >= 0)
                    after[lower * m + j] = upper;
                if (upper >= 0)
                    before[upper * m + j] = lower;
            }
            for (int j = 0; j < m; j++)
            {
                Refresh(before[point * m + j]);
                Refresh(after[point * m + j]);
            }
        }
        return [.. Enumerable.Range(0, n).Where(i => !gone[i])];

        void Refresh(int point)
        {
            if (point < 0 || gone[point])
                return;
            double distance = Distance(point);
            if (distance == distances[point])
                return;
            distances[point] = distance;
            queue.Enqueue(point, (distance, -point));
        }
    }

    /// <summary>The points to keep by the product of the distances to their m nearest neighbours.</summary>
    /// <param name="front">n x m numbers, row-major, each finite, mutually non-dominated.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="size">How many to keep, from 0 to n.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] ByNeighbours(ReadOnlySpan<double> front, int m, int size)
    {
        int n = Check(front, m, size);
        Neighbours neighbours = new(front, m);
        double[] products = [.. Enumerable.Range(0, n).Select(i => neighbours.Product(i, m))];
        HashSet<int> left = [.. Enumerable.Range(0, n)];
        while (left.Count > size)
        {
            int worst = left.OrderBy(i => products[i]).ThenByDescending(i => i).First();
            left.Remove(worst);
            foreach (int touched in neighbours.Remove(worst, m))
                products[touched] = neighbours.Product(touched, m);
        }
        return [.. left.Order()];
    }

    /// <summary>Each point's product of distances to its k nearest others, in units of the front's extent; infinite at the ends of objectives.</summary>
    /// <param name="front">n x m numbers, row-major, each finite.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="k">How many neighbours, at least 1.</param>
    public static double[] NeighbourProducts(ReadOnlySpan<double> front, int m, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Neighbours neighbours = new(front, m);
        return [.. Enumerable.Range(0, front.Length / m).Select(i => neighbours.Product(i, k))];
    }

    private static int Check(ReadOnlySpan<double> front, int m, int size)
    {
        int n = Points.Check(front, m);
        if (size < 0 || size > n)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"There are {n} points to keep.");
        return n;
    }

    /// <summary>Every point's others, the nearest first.</summary>
    private sealed class Neighbours
    {
        private readonly List<(double Distance, int Other)>[] _others;
        private readonly bool[] _isEnd;

        public Neighbours(ReadOnlySpan<double> front, int m)
        {
            double[] unit = UnitFront.Of(front, m).Values;
            int n = unit.Length / m;
            _others = new List<(double, int)>[n];
            _isEnd = new bool[n];
            for (int i = 0; i < n; i++)
            {
                _others[i] = new(n);
                for (int k = 0; k < n; k++)
                {
                    if (k == i)
                        continue;
                    double squares = 0;
                    for (int j = 0; j < m; j++)
                        squares += (unit[i * m + j] - unit[k * m + j]) * (unit[i * m + j] - unit[k * m + j]);
                    _others[i].Add((Math.Sqrt(squares), k));
                }
                _others[i].Sort();
            }
            // The first point that is lowest, and the last that is highest, in each objective that varies.
            for (int j = 0; j < m; j++)
            {
                int low = -1,
                    high = -1;
                for (int i = 0; i < n; i++)
                {
                    if (low < 0 || unit[i * m + j] < unit[low * m + j])
                        low = i;
                    if (high < 0 || unit[i * m + j] >= unit[high * m + j])
                        high = i;
                }
                if (low >= 0 && unit[high * m + j] > unit[low * m + j])
                    _isEnd[low] = _isEnd[high] = true;
            }
        }

        public double Product(int point, int k)
        {
            if (_isEnd[point] || _others[point].Count == 0)
                return double.PositiveInfinity;
            double product = 1;
            for (int i = 0; i < Math.Min(k, _others[point].Count); i++)
                product *= _others[point][i].Distance;
            return product;
        }

        /// <summary>Takes a point away; returns those for which it was among the k nearest.</summary>
        public List<int> Remove(int point, int k)
        {
            List<int> touched = [];
            foreach ((double distance, int other) in _others[point])
            {
                List<(double, int)> list = _others[other];
                int at = list.BinarySearch((distance, point));
                list.RemoveAt(at);
                if (at < k)
                    touched.Add(other);
            }
            return touched;
        }
    }
}
