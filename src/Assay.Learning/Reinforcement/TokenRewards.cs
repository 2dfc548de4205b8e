namespace Assay.Learning;

/// <summary>The reward of each token of a completion: what it pays for leaving the reference, and for the last the score of the whole.</summary>
/// <remarks>
/// Summed over tokens it is score - beta ln(p / p_ref) of the completion: R(x, y) of arXiv 2009.01325, 4.2. A single completion's log-ratio may be
/// negative; its mean over samples at temperature 1 estimates the divergence.
/// </remarks>
public static class TokenRewards
{
    /// <summary>ln p - ln p_ref of each token; nats.</summary>
    /// <param name="policy">[tokens]: ln p.</param>
    /// <param name="reference">[tokens]: ln p_ref.</param>
    public static double[] LogRatios(ReadOnlySpan<float> policy, ReadOnlySpan<float> reference)
    {
        if (policy.Length != reference.Length)
            throw new ArgumentException(
                $"{policy.Length} log-probabilities, and {reference.Length} of the reference.",
                nameof(reference)
            );
        double[] ratios = new double[policy.Length];
        for (int t = 0; t < ratios.Length; t++)
            ratios[t] = policy[t] - (double)reference[t];
        return ratios;
    }

    /// <summary>The rewards.</summary>
    /// <param name="logRatios">[tokens], at least one.</param>
    /// <param name="score">What the completion is worth.</param>
    /// <param name="beta">What a nat costs.</param>
    /// <returns>[tokens].</returns>
    public static double[] Of(ReadOnlySpan<double> logRatios, double score, double beta)
    {
        double[] rewards = new double[logRatios.Length];
        for (int t = 0; t < rewards.Length; t++)
            rewards[t] = -beta * logRatios[t];
        rewards[^1] += score;
        return rewards;
    }
}
