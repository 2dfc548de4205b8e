namespace Assay.Numerics;

/// <summary>More weight for losses that fell less between the last two epochs.</summary>
/// <remarks>DWA (Liu, Johns and Davison 2019): weights m softmax(r / T) with r_i = l_i(t-1) / l_i(t-2); all 1 in the first two epochs.</remarks>
/// <param name="count">Number of losses.</param>
/// <param name="temperature">T, above 0; the paper's 2.</param>
public sealed class DynamicWeightAverage(int count, double temperature = 2)
{
    private readonly double _temperature =
        temperature > 0 && double.IsFinite(temperature)
            ? temperature
            : throw new ArgumentException($"The temperature is {temperature}: it is above 0.");
    private double[] _last = [],
        _beforeLast = [];

    /// <summary>Weights for the next epoch.</summary>
    public double[] Weights() =>
        _beforeLast.Length == 0
            ? [.. Enumerable.Repeat(1.0, count)]
            :
            [
                .. Famo.Softmax([.. _last.Select((loss, i) => loss / _beforeLast[i] / _temperature)])
                    .Select(share => share * count),
            ];

    /// <summary>Takes the mean losses of an epoch.</summary>
    /// <param name="losses">Above 0.</param>
    /// <exception cref="ArgumentException">Losses are missing or not above 0.</exception>
    public void Update(IReadOnlyList<double> losses)
    {
        GradientProducts.Check(losses, count, "losses", above: 0);
        (_beforeLast, _last) = (_last, [.. losses]);
    }
}
