using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The best of several samples by a reward: what it is worth on average, and how far it is from what it was sampled from.</summary>
/// <remarks>Source: Stiennon and others, arXiv 2009.01325, 4.2 and appendix G.3. It does not change with a monotone change of the reward.</remarks>
public static class BestOfN
{
    /// <summary>The divergence of the best of n independent samples from one sample: ln n - (n - 1) / n nats.</summary>
    /// <remarks>Right for independent samples only, not for drawing without putting back from a fixed pool.</remarks>
    /// <param name="n">At least 1.</param>
    public static double Kl(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        return Math.Log(n) - (n - 1.0) / n;
    }

    /// <summary>The place of the highest score; the first of equals.</summary>
    /// <param name="scores">At least one, none NaN.</param>
    public static int Of(ReadOnlySpan<double> scores)
    {
        if (scores.IsEmpty)
            throw new ArgumentException("There is no sample.", nameof(scores));
        int best = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"Sample {i} has no score.", nameof(scores));
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }

    /// <summary>
    /// The mean of what the best of n would be worth, over all choices of n of the samples (without putting back): of samples sorted by score, the
    /// i-th (from 0) is the best of C(i, n - 1) of the C(count, n) choices.
    /// </summary>
    /// <param name="scores">What the best is chosen by: one for each sample.</param>
    /// <param name="worth">What is averaged: the score itself, or another judge's.</param>
    /// <param name="n">From 1 to the number of samples.</param>
    public static double Expected(IReadOnlyList<double> scores, IReadOnlyList<double> worth, int n)
    {
        int count = scores.Count;
        if (worth.Count != count)
            throw new ArgumentException($"{count} scores for {worth.Count} samples.", nameof(worth));
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, count);
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("A sample has no score.", nameof(scores));
        // Of equal scores the first is taken: it comes last here.
        int[] order = [.. Enumerable.Range(0, count).OrderBy(i => scores[i]).ThenByDescending(i => i)];
        double sum = 0;
        // C(i, n - 1) / C(count, n) from the best downwards: first n / count, then each times (i - n + 1) / i.
        double share = (double)n / count;
        for (int i = count - 1; i >= n - 1; i--)
        {
            sum += share * worth[order[i]];
            if (i > 0)
                share *= (double)(i - n + 1) / i;
        }
        return sum;
    }
}
