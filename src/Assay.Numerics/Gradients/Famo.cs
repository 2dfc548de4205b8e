namespace Assay.Numerics;

/// <summary>Weights that let all losses fall at the same rate, learned from how they fell: it needs no gradients but the one of the weighted loss.</summary>
/// <remarks>
/// FAMO (Liu et al. 2023): weights c z_i / (l_i - floor) with z the softmax of logits and c such that they are a mean; after the step the logits go against the falls of the
/// logarithms of the losses, with decay. Plain gradient steps, as in the paper; the released code takes them with Adam at 0.025.
/// </remarks>
/// <param name="count">Number of losses.</param>
/// <param name="rate">Step of the logits, above 0.</param>
/// <param name="decay">Their decay, at least 0.</param>
/// <param name="floor">What no loss falls below.</param>
public sealed class Famo(int count, double rate = 0.025, double decay = 0.001, double floor = 0)
{
    private const double Least = 1e-8;
    private readonly double[] _logits = new double[count];
    private double[] _before = [];

    /// <summary>Weights for the next step.</summary>
    /// <param name="losses">The losses now, not below the floor.</param>
    /// <exception cref="ArgumentException">Losses are missing, not finite or below the floor.</exception>
    public double[] Weights(IReadOnlyList<double> losses)
    {
        _before = Logarithms(losses);
        double[] weights = [.. Softmax(_logits).Select((share, i) => share / Math.Exp(_before[i]))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>Learns from what the step has done to the losses on the same rows.</summary>
    /// <param name="losses">The losses after the step.</param>
    /// <exception cref="ArgumentException">Losses are missing, not finite or below the floor.</exception>
    /// <exception cref="InvalidOperationException">There was no step.</exception>
    public void Update(IReadOnlyList<double> losses)
    {
        if (_before.Length == 0)
            throw new InvalidOperationException("Weights for a step come before its update.");
        double[] after = Logarithms(losses),
            shares = Softmax(_logits);
        double mean = 0;
        for (int i = 0; i < count; i++)
            mean += shares[i] * (_before[i] - after[i]);
        for (int i = 0; i < count; i++)
            _logits[i] -= rate * (shares[i] * (_before[i] - after[i] - mean) + decay * _logits[i]);
    }

    private double[] Logarithms(IReadOnlyList<double> losses)
    {
        GradientProducts.Check(losses, count, "losses");
        if (losses.Any(loss => loss < floor))
            throw new ArgumentException($"A loss is below the floor of {floor}.");
        return [.. losses.Select(loss => Math.Log(loss - floor + Least))];
    }

    internal static double[] Softmax(IReadOnlyList<double> logits)
    {
        double largest = logits.Max();
        double[] shares = [.. logits.Select(logit => Math.Exp(logit - largest))];
        double sum = shares.Sum();
        return [.. shares.Select(share => share / sum)];
    }
}
