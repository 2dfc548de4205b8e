namespace Assay.Numerics;

/// <summary>Correlation of the orders of two lists of numbers.</summary>
public static class RankCorrelation
{
    /// <summary>Ranks from 1; equal numbers share the mean of their ranks.</summary>
    /// <param name="values">Numbers, none of them NaN.</param>
    /// <exception cref="ArgumentException">A number is NaN.</exception>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] keys = values.ToArray();
        if (keys.Any(double.IsNaN))
            throw new ArgumentException($"Number {Array.FindIndex(keys, double.IsNaN)} is NaN: it has no rank.");
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        double[] ranks = new double[keys.Length];
        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start]; )
                end++;
            for (int i = start; i < end; i++)
                ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }

    /// <summary>Spearman's rho: the correlation of the ranks, in [-1, 1]; NaN if a list does not vary.</summary>
    /// <param name="x">At least two numbers, none of them NaN.</param>
    /// <param name="y">As many.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are fewer than two, or a number is NaN.</exception>
    public static double Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        return Correlation.Pearson(Ranks(x), Ranks(y));
    }

    /// <summary>
    /// Kendall's tau-b: pairs in the same order minus pairs in opposite orders, over the geometric mean of the pairs that are
    /// not tied in each list; in [-1, 1]; NaN if a list does not vary.
    /// </summary>
    /// <remarks>Knight (1966): sorts by the first list and counts the exchanges that a merge sort by the second needs.</remarks>
    /// <inheritdoc cref="Spearman"/>
    public static double Kendall(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        double[] a = Ranks(x),
            b = Ranks(y);
        int n = a.Length;
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(order, (i, j) => a[i] != a[j] ? a[i].CompareTo(a[j]) : b[i].CompareTo(b[j]));
        long all = Pairs(n),
            tiedInBoth = 0;
        for (int start = 0, end; start < n; start = end)
        {
            for (end = start + 1; end < n && a[order[end]] == a[order[start]] && b[order[end]] == b[order[start]]; )
                end++;
            tiedInBoth += Pairs(end - start);
        }
        double[] seconds = [.. order.Select(i => b[i])];
        long opposite = Exchanges(seconds, new double[n], 0, n),
            tiedA = Ties(a),
            tiedB = Ties(b);
        double difference = all - tiedA - tiedB + tiedInBoth - 2 * opposite;
        return difference / Math.Sqrt((double)(all - tiedA) * (all - tiedB));
    }

    private static long Pairs(long n) => n * (n - 1) / 2;

    private static long Ties(double[] ranks)
    {
        double[] sorted = [.. ranks.Order()];
        long ties = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; )
                end++;
            ties += Pairs(end - start);
        }
        return ties;
    }

    private static long Exchanges(double[] values, double[] spare, int start, int end)
    {
        if (end - start < 2)
            return 0;
        int middle = (start + end) / 2;
        long count = Exchanges(values, spare, start, middle) + Exchanges(values, spare, middle, end);
        for (int at = start, left = start, right = middle; at < end; at++)
        {
            bool takeRight = left == middle || (right < end && values[right] < values[left]);
            if (takeRight)
                count += middle - left;
            spare[at] = takeRight ? values[right++] : values[left++];
        }
        Array.Copy(spare, start, values, start, end - start);
        return count;
    }

    private static void Check(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length || x.Length < 2)
            throw new ArgumentException(
                $"{x.Length} and {y.Length} numbers; there must be as many of both, at least 2."
            );
    }
}
