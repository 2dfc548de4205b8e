namespace Assay.Numerics;

/// <summary>Weights that bring the lengths of weighted gradients together, longer for losses that lag behind.</summary>
/// <remarks>
/// GradNorm (Chen et al. 2018): a length is asked to be the mean length times (relative inverse training rate)^alpha, with rates from the first losses on; the weights take a gradient step
/// on the sum of absolute differences, stay above 0, and are made to sum to the number of losses.
/// </remarks>
/// <param name="count">Number of losses.</param>
/// <param name="asymmetry">alpha: 0 asks for equal lengths; the paper's 1.5.</param>
/// <param name="rate">Step of the weights, above 0.</param>
public sealed class GradNorm(int count, double asymmetry = 1.5, double rate = 0.025)
{
    private const double Least = 1e-6;
    private double[] _weights = [.. Enumerable.Repeat(1.0, count)],
        _first = [];

    /// <summary>Weights for the next step.</summary>
    public double[] Weights() => [.. _weights];

    /// <summary>Learns from a step's gradients and losses.</summary>
    /// <param name="products">Products of the unweighted gradients, of the last layer that is shared in the paper.</param>
    /// <param name="losses">The losses, above 0.</param>
    /// <exception cref="ArgumentException">Losses are missing or not above 0, or there are more or fewer gradients.</exception>
    public void Update(GradientProducts products, IReadOnlyList<double> losses)
    {
        GradientProducts.Check(losses, count, "losses", above: 0);
        if (products.Count != count)
            throw new ArgumentException($"{products.Count} gradients, where there were {count}.");
        if (_first.Length == 0)
            _first = [.. losses];
        double[] lengths = [.. _weights.Select((weight, i) => weight * products.Length(i))],
            left = [.. losses.Select((loss, i) => loss / _first[i])];
        double mean = lengths.Average(),
            meanLeft = left.Average();
        double[] next = new double[count];
        for (int i = 0; i < count; i++)
        {
            double asked = mean * Math.Pow(left[i] / meanLeft, asymmetry);
            next[i] = Math.Max(Least, _weights[i] - rate * Math.Sign(lengths[i] - asked) * products.Length(i));
        }
        double sum = next.Sum();
        _weights = [.. next.Select(weight => weight * count / sum)];
    }
}
