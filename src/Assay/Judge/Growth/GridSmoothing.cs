namespace Assay.Judge;

/// <summary>Smooths scores over a grid of sizes with a Gaussian, as the paper's plots do; reflecting ends, cut at four deviations.</summary>
/// <remarks>What scipy's <c>gaussian_filter1d</c> gives. Constants stay constant and sums are kept.</remarks>
public static class GridSmoothing
{
    /// <summary>Deviation of the released plots, in steps of the grid.</summary>
    public const double Deviation = 0.8;

    /// <summary>The smoothed scores.</summary>
    /// <param name="scores">One for each step of the grid.</param>
    /// <param name="deviation">In steps, positive.</param>
    public static double[] Of(ReadOnlySpan<double> scores, double deviation = Deviation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        int reach = (int)(4 * deviation + 0.5);
        double[] weights = new double[reach + 1];
        double total = 0;
        for (int i = 0; i <= reach; i++)
        {
            weights[i] = Math.Exp(-0.5 * i * i / (deviation * deviation));
            total += i == 0 ? weights[i] : 2 * weights[i];
        }
        double[] smooth = new double[scores.Length];
        for (int at = 0; at < smooth.Length; at++)
        for (int offset = -reach; offset <= reach; offset++)
            smooth[at] += weights[Math.Abs(offset)] / total * scores[Reflected(at + offset, scores.Length)];
        return smooth;
    }

    // d c b a | a b c d | d c b a
    private static int Reflected(int at, int length)
    {
        int place = ((at % (2 * length)) + 2 * length) % (2 * length);
        return place < length ? place : 2 * length - 1 - place;
    }
}
