namespace Assay.Numerics;

/// <summary>Losses as likelihoods whose variances are learned: noisy ones get less weight.</summary>
/// <remarks>Kendall, Gal and Cipolla (2018): minimises sum (exp(-s_i) l_i + s_i) / 2 over the parameters and the log-variances s by gradient steps; the weight of a loss is exp(-s_i) / 2, which tends to 1 / (2 l_i).</remarks>
/// <param name="count">Number of losses.</param>
/// <param name="rate">Step of the log-variances, above 0.</param>
public sealed class UncertaintyWeights(int count, double rate = 0.01)
{
    private readonly double[] _logVariances = new double[count];

    /// <summary>Weights for the next step.</summary>
    public double[] Weights() => [.. _logVariances.Select(value => Math.Exp(-value) / 2)];

    /// <summary>Learns from the losses of a step.</summary>
    /// <param name="losses">The losses.</param>
    /// <exception cref="ArgumentException">Losses are missing or not finite.</exception>
    public void Update(IReadOnlyList<double> losses)
    {
        GradientProducts.Check(losses, count, "losses");
        for (int i = 0; i < count; i++)
            _logVariances[i] += rate * (Math.Exp(-_logVariances[i]) * losses[i] - 1) / 2;
    }
}
