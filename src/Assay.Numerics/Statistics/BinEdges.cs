namespace Assay.Numerics;

/// <summary>Chooses the edges of a histogram from the extremes and three quantiles (see <see cref="Histogram.Of"/>).</summary>
internal static class BinEdges
{
    private const double LargestWhole = 1L << 52;
    private const double Skewed = 10;

    /// <summary>True for a whole number whose neighbours are doubles too.</summary>
    public static bool IsWhole(double value) => value == Math.Floor(value) && Math.Abs(value) <= LargestWhole;

    public static double[] Choose(
        long count,
        double min,
        double max,
        bool whole,
        int most,
        double p1,
        double median,
        double p99
    )
    {
        int bins = (int)Math.Clamp(Math.Ceiling(2 * Math.Cbrt(count)), 1, most);
        double shift = whole && min == 0 ? 1 : 0; // whole numbers from 0 on are spaced by the logarithm of x + 1
        bool skewed =
            min + shift > 0 && ((p99 + shift) / Skewed > median + shift || (max + shift) / Skewed > p99 + shift);
        List<double> edges =
            whole && max - min < most ? Steps(min, max, min, max, most)
            : min == max ? AroundOne(min)
            : skewed ? Ratios(min, max, whole, shift, bins)
            : Steps(min, max, whole, bins, p1, p99);
        return Ascending(edges);
    }

    private static List<double> AroundOne(double value)
    {
        double half = Math.Abs(value) / 2;
        double low = value - half,
            high = value + half;
        return low < value && value < high && double.IsFinite(low) && double.IsFinite(high)
            ? [low, high]
            :
            [
                Math.Max(Math.BitDecrement(value), double.MinValue),
                Math.Min(Math.BitIncrement(value), double.MaxValue),
            ];
    }

    private static List<double> Ratios(double min, double max, bool whole, double shift, int bins)
    {
        double end = whole ? max + 1 : max;
        double low = Math.Log(min + shift),
            high = Math.Log(end + shift);
        List<double> edges = [min];
        for (int i = 1; i < bins; i++)
        {
            double edge = Math.Exp(low + (high - low) * i / bins) - shift;
            edges.Add(whole ? Math.Round(edge) : edge);
        }
        edges.Add(end);
        return edges;
    }

    private static List<double> Steps(double min, double max, bool whole, int bins, double p1, double p99)
    {
        double spread = p99 - p1;
        double low = spread > 0 ? Math.Max(min, p1 - spread) : min,
            high = spread > 0 ? Math.Min(max, p99 + spread) : max;
        if (whole)
            return Steps(min, max, Math.Floor(low), Math.Ceiling(high), bins);
        List<double> edges = [min];
        for (int i = 0; i <= bins; i++)
            edges.Add(low * (1 - (double)i / bins) + high * ((double)i / bins));
        edges.Add(max);
        return edges;
    }

    // Bins of as many whole numbers each from low to high, with what is left on either side.
    private static List<double> Steps(double min, double max, double low, double high, int bins)
    {
        double step = Math.Ceiling((high - low + 1) / bins);
        List<double> edges = [min];
        double edge = low;
        for (; edge <= high; edge += step)
            edges.Add(edge);
        edges.Add(edge);
        edges.Add(max + 1);
        return edges;
    }

    // First edge first, last edge last, and of what lies between only what ascends.
    private static double[] Ascending(List<double> edges)
    {
        double last = edges.Max();
        List<double> ascending = [edges[0]];
        foreach (double edge in edges)
            if (edge > ascending[^1] && edge < last)
                ascending.Add(edge);
        ascending.Add(last);
        return [.. ascending];
    }
}
