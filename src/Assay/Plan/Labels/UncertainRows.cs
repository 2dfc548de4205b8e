using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>Chooses the rows whose dear label teaches most: those that the model behind the cheap labels is least sure of.</summary>
/// <remarks>Source: arXiv 2410.13215, uncertainty sampling of the gold rows.</remarks>
public static class UncertainRows
{
    private const double Least = 1e-8;

    /// <summary>Entropy in bits of each prediction.</summary>
    /// <param name="probabilities">Probabilities of the positive class.</param>
    public static double[] Entropies(IReadOnlyList<double> probabilities) =>
        [
            .. probabilities.Select(p =>
            {
                double clamped = Math.Clamp(p, Least, 1 - Least);
                return -clamped * Math.Log2(clamped) - (1 - clamped) * Math.Log2(1 - clamped);
            }),
        ];

    /// <summary>Weights to draw by: entropy to the power of one over the temperature, adding up to 1.</summary>
    /// <param name="entropies">Entropies in bits.</param>
    /// <param name="temperature">Above 0: the smaller, the more the least sure rows are preferred.</param>
    public static double[] Weights(IReadOnlyList<double> entropies, double temperature)
    {
        double[] weights = [.. entropies.Select(entropy => Math.Pow(Math.Max(0, entropy), 1 / temperature))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => sum > 0 ? weight / sum : 1.0 / weights.Length)];
    }

    /// <summary>Rows to buy dear labels for, each once.</summary>
    /// <param name="probabilities">What the model says of each row.</param>
    /// <param name="count">How many; all if there are no more.</param>
    /// <param name="temperature">0 takes the least sure rows; above, rows are drawn without replacement.</param>
    /// <param name="random">Draws and shuffles.</param>
    public static int[] Choose(IReadOnlyList<double> probabilities, int count, double temperature, RandomStream random)
    {
        count = Math.Min(count, probabilities.Count);
        double[] entropies = Entropies(probabilities);
        // Gumbel's trick: the largest of log weight plus noise are a draw without replacement.
        double[] keys =
            temperature == 0
                ? entropies
                :
                [
                    .. Weights(entropies, temperature)
                        .Select(weight => Math.Log(weight) - Math.Log(-Math.Log(Positive(random)))),
                ];
        int[] chosen = [.. Enumerable.Range(0, keys.Length).OrderByDescending(i => keys[i]).Take(count)];
        random.Shuffle<int>(chosen);
        return chosen;
    }

    private static double Positive(RandomStream random) => Math.Max(random.NextDouble(), 1e-300);
}
