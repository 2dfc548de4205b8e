namespace Assay.Numerics;

/// <summary>The exact interval of a share that was counted.</summary>
/// <remarks>
/// Clopper and Pearson (1934): the shares under which neither so few nor so many successes are rarer than half of 1 - confidence. It covers the true share at least as often as it says,
/// for any count; <see cref="WilsonInterval"/> is narrower and covers it so often on average.
/// </remarks>
public static class BinomialInterval
{
    private const int Halvings = 100;

    /// <summary>The interval of a share.</summary>
    /// <param name="successes">
    /// How often it was so, from 0 to <paramref name="count"/>. Halves (ties) are read as the beta distributions between those of the whole numbers; as a tie varies less than a win or a
    /// loss, the interval then is wider than it would have to be.
    /// </param>
    /// <param name="count">Out of how many, at least 1.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <exception cref="ArgumentException">The counts do not fit.</exception>
    public static MeanInterval Of(double successes, double count, double confidence = 0.95)
    {
        if (!(count >= 1) || !(successes >= 0 && successes <= count))
            throw new ArgumentException($"{successes} of {count} is no share.");
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException($"A confidence of {confidence} is none.");
        double tail = (1 - confidence) / 2,
            share = successes / count;
        double low = successes == 0 ? 0 : BetaQuantile(tail, successes, count - successes + 1),
            high = successes == count ? 1 : BetaQuantile(1 - tail, successes + 1, count - successes);
        return new(share, Math.Min(low, share), Math.Max(high, share), confidence);
    }

    private static double BetaQuantile(double probability, double a, double b)
    {
        double low = 0,
            high = 1;
        for (int i = 0; i < Halvings && low < high; i++)
        {
            double middle = (low + high) / 2;
            if (IncompleteBeta.Of(middle, a, b) < probability)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }
}
