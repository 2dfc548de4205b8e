using Assay.Numerics;

namespace Assay.Plan.Asymptote;

/// <summary>The loss as one thing grows without limit, for fixed values of others.</summary>
/// <param name="Over">The column that grows.</param>
/// <param name="At">The values of the other columns that are not in the limit yet, in words; empty for the last limit.</param>
/// <param name="Unit">What one x of the law is worth in the column's unit.</param>
/// <param name="X">The points, in units of <paramref name="Unit"/>.</param>
/// <param name="Losses">Their losses, or asymptotes of the level before.</param>
/// <param name="Law">The law through them.</param>
/// <param name="SumOfSquares">What it misses.</param>
/// <param name="Resampled">The law through resampled residuals; empty where there are no more points than parameters.</param>
public sealed record Limit(
    string Over,
    IReadOnlyDictionary<string, double> At,
    double Unit,
    IReadOnlyList<double> X,
    IReadOnlyList<double> Losses,
    PowerLaw Law,
    double SumOfSquares,
    IReadOnlyList<PowerLaw> Resampled
)
{
    /// <summary>95 % interval of the asymptote, or null without resamples.</summary>
    public (double Low, double High)? Interval => EndsOf(law => law.Asymptote);

    /// <summary>95 % interval of something that follows from the law, or null without resamples.</summary>
    public (double Low, double High)? EndsOf(Func<PowerLaw, double> of)
    {
        if (Resampled.Count == 0)
            return null;
        double[] ends = Quantiles.Of([.. Resampled.Select(of)], [0.025, 0.975]);
        return (ends[0], ends[1]);
    }
}

/// <summary>Limits within limits: members to infinity for each size, then sizes to infinity, then data.</summary>
/// <remarks>Source: arXiv 2509.14786, sections 3 and 4: lim over parameters of lim over members.</remarks>
public static class NestedLimit
{
    /// <summary>A run, or an asymptote that stands for many.</summary>
    /// <param name="At">The columns that grow, and their values.</param>
    /// <param name="Loss">Its loss.</param>
    public sealed record Point(IReadOnlyDictionary<string, double> At, double Loss);

    /// <summary>The limits, level by level; a level has one for each combination of the columns behind it.</summary>
    /// <param name="points">The runs of one recipe.</param>
    /// <param name="by">Columns, the innermost first. One that has fewer than three values in every group is passed over: its best runs stand for it.</param>
    /// <param name="resamples">Resamples for each limit.</param>
    /// <param name="random">The random numbers of the resamples.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static IReadOnlyList<IReadOnlyList<Limit>> Of(
        IReadOnlyList<Point> points,
        IReadOnlyList<string> by,
        int resamples,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        List<IReadOnlyList<Limit>> levels = [];
        for (int level = 0; level < by.Count; level++)
        {
            string over = by[level];
            string[] rest = [.. by.Skip(level + 1)];
            var groups = points
                .GroupBy(point => string.Join(" ", rest.Select(name => point.At[name].ToString("R"))))
                .ToArray();
            double unit = UnitOf(points.Min(point => point.At[over]));
            List<Limit> limits = [];
            List<Point> next = [];
            foreach (var group in groups)
            {
                cancellation.ThrowIfCancellationRequested();
                Dictionary<string, double> at = rest.ToDictionary(name => name, name => group.First().At[name]);
                if (group.Select(point => point.At[over]).Distinct().Count() < PowerLaw.Parameters)
                    continue;
                Point[] ordered = [.. group.OrderBy(point => point.At[over])];
                limits.Add(Fit(over, at, unit, ordered, resamples, random.Child($"{over} {group.Key}")));
                next.Add(new(at, limits[^1].Law.Asymptote));
            }
            if (limits.Count == 0)
            {
                // No limit over this column: the best run of each group stands for it.
                points =
                [
                    .. groups.Select(group => new Point(
                        rest.ToDictionary(name => name, name => group.First().At[name]),
                        group.Min(point => point.Loss)
                    )),
                ];
                continue;
            }
            levels.Add(limits);
            points = next;
        }
        return levels;
    }

    private static Limit Fit(
        string over,
        Dictionary<string, double> at,
        double unit,
        Point[] points,
        int resamples,
        RandomStream random
    )
    {
        double[] x = [.. points.Select(point => point.At[over] / unit)],
            losses = [.. points.Select(point => point.Loss)];
        (PowerLaw law, double sum) = PowerLaw.Fit(x, losses);
        int freedom = points.Length - PowerLaw.Parameters;
        List<PowerLaw> resampled = [];
        if (freedom > 0)
        {
            double[] fitted = [.. x.Select(law.At)];
            double[] residuals =
            [
                .. losses.Select((loss, i) => (loss - fitted[i]) * Math.Sqrt(points.Length / (double)freedom)),
            ];
            for (int i = 0; i < resamples; i++)
                resampled.Add(
                    PowerLaw
                        .Fit(x, [.. fitted.Select(loss => loss + residuals[random.NextInt32(residuals.Length)])])
                        .Law
                );
        }
        return new(over, at, unit, x, losses, law, sum, resampled);
    }

    // Laws over billions want billions: the largest power of a thousand that leaves the least x at a thousandth or more of one.
    private static double UnitOf(double least)
    {
        double unit = 1;
        while (least / (unit * 1000) >= 0.01)
            unit *= 1000;
        return unit;
    }
}
