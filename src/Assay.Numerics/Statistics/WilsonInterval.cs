namespace Assay.Numerics;

/// <summary>The interval of a share that was counted.</summary>
/// <remarks>Wilson (1927): the shares whose normal test the count passes. It stays within 0 and 1, and is right for few rows too.</remarks>
public static class WilsonInterval
{
    /// <summary>The interval of a share.</summary>
    /// <param name="successes">How often it was so, from 0 to <paramref name="count"/>.</param>
    /// <param name="count">Out of how many, at least 1.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <exception cref="ArgumentException">The counts do not fit.</exception>
    public static MeanInterval Of(double successes, double count, double confidence = 0.95)
    {
        if (!(count >= 1) || !(successes >= 0 && successes <= count))
            throw new ArgumentException($"{successes} of {count} is no share.");
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException($"A confidence of {confidence} is none.");
        double z = Gaussian.Quantile((1 + confidence) / 2),
            share = successes / count,
            divisor = 1 + z * z / count,
            middle = (share + z * z / (2 * count)) / divisor,
            half = z / divisor * Math.Sqrt(share * (1 - share) / count + z * z / (4 * count * count));
        return new(share, Math.Max(0, middle - half), Math.Min(1, middle + half), confidence);
    }
}
