namespace Assay.Numerics;

/// <summary>Counts of numbers between ascending edges.</summary>
/// <param name="Edges">n + 1 strictly ascending edges; empty without numbers.</param>
/// <param name="Counts">n counts: bin i holds edge i &lt;= x &lt; edge i + 1, the last bin its upper edge too.</param>
public sealed record Histogram(IReadOnlyList<double> Edges, IReadOnlyList<long> Counts)
{
    /// <summary>The histogram of nothing.</summary>
    public static Histogram Empty { get; } = new([], []);

    /// <summary>The histogram of <paramref name="values"/>, NaN left out.</summary>
    /// <remarks>
    /// The number of bins is Rice's 2 n^(1/3), <paramref name="bins"/> at most. The bins follow the data: one or more whole
    /// numbers each where all numbers are whole; equal ratios where numbers are positive (whole ones: not negative) and
    /// strongly skewed (p99 above ten times the median, or the maximum above ten times p99); else equal widths, with one
    /// wide bin at an end whose outliers lie further than p99 - p1 beyond p1 or p99.
    /// </remarks>
    /// <exception cref="ArgumentException">A number is infinite.</exception>
    public static Histogram Of(ReadOnlySpan<double> values, int bins = 40) => OfSorted(Quantiles.Sort(values), bins);

    /// <summary>The histogram of numbers in ascending order (see <see cref="Quantiles.Sort"/>).</summary>
    public static Histogram OfSorted(double[] sorted, int bins = 40)
    {
        if (sorted.Length == 0)
            return Empty;
        return Build(
            sorted.Length,
            sorted[0],
            sorted[^1],
            Array.TrueForAll(sorted, IsWhole),
            bins,
            probability => Quantiles.OfSorted(sorted, [probability])[0],
            value => LowerBound(sorted, value)
        );
    }

    /// <summary>True for a whole number, up to a magnitude of 2^52: what gets bins of whole numbers.</summary>
    public static bool IsWhole(double value) => BinEdges.IsWhole(value);

    internal static Histogram Build(
        long count,
        double min,
        double max,
        bool whole,
        int bins,
        Func<double, double> quantile,
        Func<double, long> countBelow
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        double[] edges = BinEdges.Choose(count, min, max, whole, bins, quantile(0.01), quantile(0.5), quantile(0.99));
        long[] counts = new long[edges.Length - 1];
        long below = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            long belowNext = i == counts.Length - 1 ? count : countBelow(edges[i + 1]);
            counts[i] = belowNext - below;
            below = belowNext;
        }
        return new(edges, counts);
    }

    private static int LowerBound(double[] sorted, double value)
    {
        int low = 0,
            high = sorted.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
