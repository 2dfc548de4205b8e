using Assay.Select;

namespace Assay.Judge;

/// <summary>Shares a budget of rows out over abilities: few rows where growth stops, many where it goes on.</summary>
/// <remarks>
/// The recipe by which the paper's authors rebuilt their mixture of 10,000 rows, made general: an ability at a plateau gets the rows at which it stops, a resistant one the fewest that were tried, and
/// the responsive ones the rest in equal parts, as far as they have rows; what rounding leaves goes, a row each, to those with most rows. No ability that stops gets more than an
/// equal share of the whole. What the responsive ones cannot take goes to those at a plateau, then to the resistant ones.
/// </remarks>
public static class RowAllocation
{
    private const int Steps = 100;
    private const double Tiny = 1e-12;

    /// <summary>Shares out.</summary>
    /// <param name="demands">What each ability needs and has.</param>
    /// <param name="budget">Rows in all, 0 or more.</param>
    /// <returns>Rows for each ability; together the budget, or all there are.</returns>
    public static int[] Of(IReadOnlyList<RowDemand> demands, int budget)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        foreach (RowDemand demand in demands)
            if (demand.Available < 0 || demand.Least < 0 || demand.Plateau < 0)
                throw new ArgumentException($"A number of rows of {demand} is negative.", nameof(demands));
        int[] rows = new int[demands.Count];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Math.Min(
                Math.Min(demands[i].Available, budget / rows.Length),
                demands[i].Class switch
                {
                    GrowthClass.Plateau => demands[i].Plateau,
                    GrowthClass.Resistant => demands[i].Least,
                    _ => 0,
                }
            );
        foreach (GrowthClass of in (GrowthClass[])[GrowthClass.Responsive, GrowthClass.Plateau, GrowthClass.Resistant])
            Share(demands, rows, budget - rows.Sum(), of);
        return rows;
    }

    /// <summary>The same number of rows for each ability, as the paper's plain mixtures have: the budget over their number, rounded down.</summary>
    /// <exception cref="ArgumentException">An ability has fewer.</exception>
    public static int[] Equal(IReadOnlyList<RowDemand> demands, int budget)
    {
        int each = budget / demands.Count;
        return demands.All(demand => demand.Available >= each)
            ? [.. demands.Select(_ => each)]
            : throw new ArgumentException($"An ability has fewer than {each} rows.", nameof(demands));
    }

    /// <summary>The shares with the highest mean score by fitted curves: exact in steps of a hundredth of the budget.</summary>
    /// <remarks>
    /// Curves that start late are not concave, so that giving the next rows to the steepest can go wrong; all ways to share are weighed, ability by ability (dynamic programming).
    /// </remarks>
    /// <param name="curves">A curve for each ability.</param>
    /// <param name="demands">What each has, and the fewest rows that were tried, which it gets in any case where the budget allows.</param>
    /// <param name="budget">Rows in all.</param>
    public static int[] ByCurves(IReadOnlyList<GrowthCurve> curves, IReadOnlyList<RowDemand> demands, int budget)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        int[] rows =
        [
            .. demands.Select(demand => Math.Min(Math.Min(demand.Available, demand.Least), budget / demands.Count)),
        ];
        int total = (int)Math.Min(budget, demands.Sum(demand => (long)demand.Available)) - rows.Sum(),
            step = Math.Max(1, total / Steps),
            steps = total / step;
        double[] best = new double[steps + 1];
        best.AsSpan(1).Fill(double.NegativeInfinity); // without abilities no step can be given
        int[][] taken = new int[curves.Count][];
        for (int i = 0; i < curves.Count; i++)
        {
            double[] next = new double[steps + 1];
            taken[i] = new int[steps + 1];
            for (int all = 0; all <= steps; all++)
            {
                next[all] = double.NegativeInfinity;
                for (int own = 0; own <= all && rows[i] + own * step <= demands[i].Available; own++)
                    if (
                        best[all - own] + curves[i].At(rows[i] + own * step) is double score
                        && score > next[all] + Tiny
                    )
                        (next[all], taken[i][all]) = (score, own);
            }
            best = next;
        }
        // Abilities whose rows are no whole number of steps may leave the last steps to nobody.
        int given = Array.FindLastIndex(best, double.IsFinite);
        for (int i = curves.Count - 1, left = given; i >= 0; left -= taken[i][left], i--)
            rows[i] += taken[i][left] * step;
        // What the steps leave over goes row by row to where it helps most.
        for (int left = total - given * step; left > 0; left--)
            rows[
                Enumerable
                    .Range(0, rows.Length)
                    .Where(i => rows[i] < demands[i].Available)
                    .MaxBy(i => curves[i].At(rows[i] + 1) - curves[i].At(rows[i]))
            ]++;
        return rows;
    }

    private static void Share(IReadOnlyList<RowDemand> demands, int[] rows, int rest, GrowthClass of)
    {
        int[] takers = [.. Enumerable.Range(0, rows.Length).Where(i => demands[i].Class == of)];
        if (takers.Length == 0 || rest <= 0)
            return;
        double[] room = [.. takers.Select(i => (double)demands[i].Available - rows[i])],
            shares = Mixture.Allocate([.. takers.Select(_ => 1.0)], room, rest, maxEpochs: 1);
        // A share is a whole number where it fills an ability; rounding must not lose that.
        int[] given = [.. shares.Select(share => (int)Math.Floor(share + 1e-9))];
        int left = Math.Min(rest, (int)Math.Min(int.MaxValue, room.Sum())) - given.Sum();
        foreach (int taker in Enumerable.Range(0, takers.Length).OrderByDescending(t => demands[takers[t]].Available))
            if (left > 0 && given[taker] < room[taker])
            {
                given[taker]++;
                left--;
            }
        for (int t = 0; t < takers.Length; t++)
            rows[takers[t]] += given[t];
    }
}

/// <summary>What an ability needs and has.</summary>
/// <param name="Class">How it answers to rows.</param>
/// <param name="Plateau">Rows at which it stops growing; counts for those at a plateau.</param>
/// <param name="Least">The fewest rows that were tried; what a resistant one gets.</param>
/// <param name="Available">Rows that there are.</param>
public sealed record RowDemand(GrowthClass Class, int Plateau, int Least, int Available);
