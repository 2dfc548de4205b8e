using Assay.Numerics;

namespace Assay.Plan.Filter;

/// <summary>A budget at which another number of pools becomes the better choice.</summary>
/// <param name="At">Samples seen.</param>
/// <param name="From">Pools to keep below.</param>
/// <param name="To">Pools to keep above.</param>
/// <param name="Low">Lower end of a 95 % interval over resamples, or null where fewer than half of them cross between these two.</param>
/// <param name="High">Upper end.</param>
public sealed record Crossing(double At, int From, int To, double? Low, double? High)
{
    private const int Halvings = 50;

    /// <summary>All crossings between the ends of an axis.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="resampled">Resamples of it; may be none.</param>
    /// <param name="runs">The runs that were fitted.</param>
    /// <param name="order">Pools, the best first.</param>
    /// <param name="axis">Budgets, ascending; choices between two neighbours are taken to change once at most.</param>
    public static List<Crossing> Of(
        PoolFit fit,
        IReadOnlyList<PoolFit> resampled,
        IReadOnlyList<PoolRuns> runs,
        IReadOnlyList<int> order,
        double[] axis
    )
    {
        List<(double At, int From, int To)>[] others = [.. resampled.Select(one => Find(one, runs, order, axis))];
        List<Crossing> crossings = [];
        foreach ((double at, int from, int to) in Find(fit, runs, order, axis))
        {
            double[] same =
            [
                .. others
                    .SelectMany(other => other.Where(one => one.From == from && one.To == to).Take(1))
                    .Select(one => one.At),
            ];
            double[] ends =
                same.Length * 2 >= resampled.Count && same.Length > 1 ? Quantiles.Of(same, [0.025, 0.975]) : [];
            crossings.Add(new(at, from, to, ends.Length > 0 ? ends[0] : null, ends.Length > 0 ? ends[1] : null));
        }
        return crossings;
    }

    private static List<(double At, int From, int To)> Find(
        PoolFit fit,
        IReadOnlyList<PoolRuns> runs,
        IReadOnlyList<int> order,
        double[] axis
    )
    {
        List<(double, int, int)> found = [];
        int before = FilterChoice.Best(fit, runs, order, axis[0]);
        for (int i = 1; i < axis.Length; i++)
        {
            int after = FilterChoice.Best(fit, runs, order, axis[i]);
            if (after == before)
                continue;
            double low = axis[i - 1],
                high = axis[i];
            for (int k = 0; k < Halvings; k++)
            {
                double middle = Math.Sqrt(low * high);
                (low, high) = FilterChoice.Best(fit, runs, order, middle) == before ? (middle, high) : (low, middle);
            }
            found.Add((high, before, after));
            before = after;
        }
        return found;
    }
}
