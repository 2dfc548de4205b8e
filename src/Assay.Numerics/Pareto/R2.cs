namespace Assay.Numerics;

/// <summary>The R2 indicator: the best weighted Chebyshev value of a set, averaged over weights; smaller is better.</summary>
/// <remarks>Hansen and Jaszkiewicz (1998); Brockhoff, Wagner and Trautmann (2012). Minimisation throughout.</remarks>
public static class R2
{
    /// <summary>The mean over the given weights of min over points of max over objectives of weight times distance to the ideal.</summary>
    /// <param name="set">n x m numbers, row-major, each finite, n at least 1.</param>
    /// <param name="m">Number of objectives, at least 1.</param>
    /// <param name="ideal">m numbers, each finite.</param>
    /// <param name="weights">k x m numbers of at least 0, row-major, k at least 1.</param>
    /// <exception cref="ArgumentException">A number or a length does not fit.</exception>
    public static double Discrete(
        ReadOnlySpan<double> set,
        int m,
        ReadOnlySpan<double> ideal,
        ReadOnlySpan<double> weights
    )
    {
        int k = Points.Check(weights, m);
        if (Points.Check(set, m) == 0 || k == 0 || Points.Check(ideal, m) != 1)
            throw new ArgumentException("R2 needs points, weights, and one ideal point with as many objectives.");
        double sum = 0;
        for (int w = 0; w < weights.Length; w += m)
        {
            double best = double.PositiveInfinity;
            for (int a = 0; a < set.Length; a += m)
            {
                double worst = 0;
                for (int j = 0; j < m; j++)
                {
                    if (weights[w + j] < 0)
                        throw new ArgumentException($"A weight is at least 0, not {weights[w + j]}.");
                    worst = Math.Max(worst, weights[w + j] * Math.Abs(set[a + j] - ideal[j]));
                }
                best = Math.Min(best, worst);
            }
            sum += best;
        }
        return sum / k;
    }

    /// <summary>The mean over all weights (w, 1 - w), w uniform in [0, 1], in two objectives; exact, O(n log n).</summary>
    /// <remarks>
    /// As the weights turn, the best value runs along the pieces of the set's staircase; on each it integrates in closed form. 0 if a
    /// point is at least as good as the ideal in both objectives.
    /// </remarks>
    /// <param name="set">n x 2 numbers, row-major, each finite, n at least 1.</param>
    /// <param name="ideal">Two numbers, each finite, in no objective above a point's (unless a point covers it).</param>
    /// <exception cref="ArgumentException">A number or a length does not fit, or the ideal is not ideal.</exception>
    public static double Exact2(ReadOnlySpan<double> set, ReadOnlySpan<double> ideal)
    {
        if (Points.Check(set, 2) == 0 || Points.Check(ideal, 2) != 1)
            throw new ArgumentException("R2 needs points, and one ideal point, in two objectives.");
        bool isIdeal = true;
        for (int i = 0; i < set.Length; i += 2)
        {
            if (set[i] <= ideal[0] && set[i + 1] <= ideal[1])
                return 0;
            isIdeal &= set[i] >= ideal[0] && set[i + 1] >= ideal[1];
        }
        if (!isIdeal)
            throw new ArgumentException("A point is better than the ideal point in one objective.");
        double sum = 0,
            beforeX = 0,
            beforeY = double.PositiveInfinity;
        foreach (int i in Points.Lexicographic(set, 2))
        {
            double x = set[2 * i] - ideal[0],
                y = set[2 * i + 1] - ideal[1];
            if (y >= beforeY)
                continue;
            if (!double.IsInfinity(beforeY))
                sum += Piece(beforeY, beforeX, x);
            sum += Piece(x, y, beforeY);
            (beforeX, beforeY) = (x, y);
        }
        return (sum + Piece(beforeY, beforeX, double.PositiveInfinity)) / 2;
    }

    // One coordinate stays while the other goes from "from" to "to".
    private static double Piece(double stays, double from, double to)
    {
        if (stays == 0)
            return 0;
        double start = from / (stays + from),
            end = double.IsInfinity(to) ? 1 : to / (stays + to);
        return stays * (end * end - start * start);
    }
}
