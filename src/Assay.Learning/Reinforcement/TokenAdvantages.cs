namespace Assay.Learning;

/// <summary>How much better each token of completions was than the value network expected: generalised advantage estimation.</summary>
/// <remarks>
/// With d_t = r_t + gamma V_(t+1) - V_t, where V behind the last token is 0: A_t = d_t + gamma lambda A_(t+1), and the return is A_t + V_t.
/// lambda = 1 takes what came of the completion (Monte Carlo), 0 only the next value (temporal difference). Source: Schulman and others, arXiv
/// 1506.02438; as run by arXiv 2406.09279.
/// </remarks>
public static class TokenAdvantages
{
    /// <summary>Added to the variance before it is divided by.</summary>
    private const double Smallest = 1e-6;

    /// <summary>Advantages and returns of one completion.</summary>
    /// <param name="rewards">[tokens].</param>
    /// <param name="values">[tokens]: what was expected before each token.</param>
    /// <param name="gamma">What a reward of the next token counts now, from 0 to 1.</param>
    /// <param name="lambda">From 0 to 1.</param>
    /// <returns>[tokens] each.</returns>
    /// <exception cref="ArgumentException">The lengths differ, a number is not finite, or a factor is not from 0 to 1.</exception>
    public static (double[] Advantages, double[] Returns) Of(
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<double> values,
        double gamma = 1,
        double lambda = 0.95
    )
    {
        if (rewards.Length != values.Length)
            throw new ArgumentException($"{rewards.Length} rewards for {values.Length} values.", nameof(values));
        if (!(gamma is >= 0 and <= 1) || !(lambda is >= 0 and <= 1))
            throw new ArgumentException($"gamma {gamma} and lambda {lambda} are from 0 to 1.", nameof(gamma));
        double[] advantages = new double[rewards.Length],
            returns = new double[rewards.Length];
        double next = 0,
            value = 0;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            if (!double.IsFinite(rewards[t]) || !double.IsFinite(values[t]))
                throw new ArgumentException($"Token {t} has the reward {rewards[t]} and the value {values[t]}.");
            next = rewards[t] + gamma * value - values[t] + gamma * lambda * next;
            value = values[t];
            advantages[t] = next;
            returns[t] = next + value;
        }
        return (advantages, returns);
    }

    /// <summary>Numbers of all tokens together with mean 0 and variance 1 (unbiased, 1e-6 added); of one token alone 0.</summary>
    /// <param name="numbers">A row for each completion, of its tokens only: no padding takes part.</param>
    /// <param name="keepMean">Whether the mean stays: for rewards.</param>
    public static double[][] Whitened(IReadOnlyList<double[]> numbers, bool keepMean = false)
    {
        long count = numbers.Sum(row => (long)row.Length);
        double mean = numbers.Sum(row => row.Sum()) / Math.Max(1, count),
            squares = numbers.Sum(row => row.Sum(number => (number - mean) * (number - mean)));
        double deviation = Math.Sqrt(squares / Math.Max(1, count - 1) + Smallest);
        return [.. numbers.Select(row => row.Select(x => (x - mean) / deviation + (keepMean ? mean : 0)).ToArray())];
    }
}
