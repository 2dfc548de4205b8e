namespace Assay.Numerics;

/// <summary>
/// Draws items without replacement, each next one with a probability proportional to its weight: the k largest of
/// log weight + temperature x Gumbel noise.
/// </summary>
/// <remarks>
/// The rule of Vieira ("Gumbel-max trick and weighted reservoir sampling", 2014) and of Kool et al. (arXiv 1903.06059): the
/// order of the scores is distributed as draws one after the other from softmax(log weight / temperature). At temperature 0
/// it is the plain top k, and it nears a uniform sample as the temperature grows. Gumbel noise is not symmetric: the k
/// smallest of -log weight + noise, which some released selection scripts take, is another distribution. It is to be had
/// here too, by passing noise with its sign turned.
/// </remarks>
public static class GumbelTopK
{
    /// <summary>Draws by noise of a random stream, one number an item in the order of the items.</summary>
    /// <param name="logWeights">Log-weights up to a constant; negative infinity for items that are never drawn.</param>
    /// <param name="count">How many to draw, at least 0; fewer are drawn where fewer have a weight.</param>
    /// <param name="random">Moves on by one number an item.</param>
    /// <param name="temperature">Finite, at least 0; log-weights are divided by it.</param>
    /// <returns>Places of the drawn items, the first drawn first.</returns>
    /// <exception cref="ArgumentException">A log-weight is NaN or positive infinity.</exception>
    public static int[] Draw(ReadOnlySpan<double> logWeights, int count, RandomStream random, double temperature = 1)
    {
        double[] noise = new double[logWeights.Length];
        for (int i = 0; i < noise.Length; i++)
            noise[i] = Noise(random.NextDouble());
        return Draw(logWeights, count, noise, temperature);
    }

    /// <summary>Draws by given noise; equal scores go by place.</summary>
    /// <param name="logWeights">Log-weights up to a constant; negative infinity for items that are never drawn.</param>
    /// <param name="count">How many to draw, at least 0; fewer are drawn where fewer have a weight.</param>
    /// <param name="noise">A finite number an item, standard Gumbel for the distribution promised.</param>
    /// <param name="temperature">Finite, at least 0.</param>
    /// <returns>Places of the drawn items, the first drawn first.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a log-weight is NaN or positive infinity, or noise is not finite.</exception>
    public static int[] Draw(
        ReadOnlySpan<double> logWeights,
        int count,
        ReadOnlySpan<double> noise,
        double temperature = 1
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!double.IsFinite(temperature) || temperature < 0)
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "Expected 0 or more, finite.");
        if (noise.Length != logWeights.Length)
            throw new ArgumentException($"{noise.Length} numbers of noise do not fit {logWeights.Length} log-weights.");
        double[] negated = new double[logWeights.Length]; // so that ascending is best first
        int[] places = new int[logWeights.Length];
        int known = 0;
        for (int i = 0; i < logWeights.Length; i++)
        {
            double logWeight = logWeights[i];
            if (double.IsNaN(logWeight) || double.IsPositiveInfinity(logWeight) || !double.IsFinite(noise[i]))
                throw new ArgumentException(
                    $"Item {i} has log-weight {logWeight} and noise {noise[i]}; expected finite numbers, or negative infinity for the weight 0."
                );
            if (double.IsNegativeInfinity(logWeight))
                continue;
            negated[known] = -(logWeight + temperature * noise[i]) + 0.0; // -0 becomes 0
            places[known++] = i;
        }
        Array.Sort(negated, places, 0, known);
        for (int start = 0, end; start < known; start = end)
        {
            end = start + 1;
            while (end < known && negated[end] == negated[start])
                end++;
            if (end - start > 1)
                Array.Sort(places, start, end - start);
        }
        return places[..Math.Min(count, known)];
    }

    /// <summary>Standard Gumbel noise of a uniform number in [0, 1): -ln(-ln u), between -3.63 and 36.8.</summary>
    public static double Noise(double uniform) => -Math.Log(-Math.Log(Math.Max(uniform, 1.0 / (1UL << 54))));
}
