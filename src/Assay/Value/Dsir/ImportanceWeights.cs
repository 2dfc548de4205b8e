namespace Assay.Value;

/// <summary>How much likelier texts are under a target than under raw data, by counts of hashed n-grams.</summary>
/// <remarks>
/// DSIR (arXiv 2302.03169), section 3: both are bags of n-grams with the shares of the buckets, so the logarithm of the
/// importance weight is a sum over the n-grams of a text of ln(q + 1e-8) - ln(p + 1e-8).
/// <code>
/// HashedNGrams nGrams = new();
/// long[] target = new long[10_000], raw = new long[10_000];
/// foreach (int bucket in nGrams.Read("texts we want"u8)) target[bucket]++;
/// foreach (int bucket in nGrams.Read("texts that there are"u8)) raw[bucket]++;
/// ImportanceWeights weights = new(target, raw);
/// double logWeight = weights.LogWeight(nGrams.Read("a text"u8));
/// </code>
/// </remarks>
public sealed class ImportanceWeights
{
    private const double Least = 1e-8;
    private readonly double[] _logRatio;

    /// <summary>Compares counts.</summary>
    /// <param name="target">N-grams of the target by bucket.</param>
    /// <param name="raw">N-grams of the raw data by bucket.</param>
    /// <param name="laplace">Added to every count of the target, at least 0.</param>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative, or one side has no n-gram.</exception>
    public ImportanceWeights(ReadOnlySpan<long> target, ReadOnlySpan<long> raw, double laplace = 0)
    {
        if (target.Length != raw.Length)
            throw new ArgumentException($"{target.Length} buckets of the target, {raw.Length} of the raw data.");
        if (!double.IsFinite(laplace) || laplace < 0)
            throw new ArgumentOutOfRangeException(nameof(laplace), laplace, "Expected 0 or more, finite.");
        double allTarget = Sum(target) + laplace * target.Length,
            allRaw = Sum(raw);
        if (allTarget == 0 || allRaw == 0)
            throw new ArgumentException($"The {(allRaw == 0 ? "raw data" : "target")} has no n-grams.");
        _logRatio = new double[target.Length];
        for (int i = 0; i < _logRatio.Length; i++)
            _logRatio[i] = Math.Log((target[i] + laplace) / allTarget + Least) - Math.Log(raw[i] / allRaw + Least);
    }

    /// <summary>The log-weight of a text.</summary>
    /// <param name="nGrams">The buckets of its n-grams, repeats counted.</param>
    public double LogWeight(ReadOnlySpan<int> nGrams)
    {
        double sum = 0;
        foreach (int bucket in nGrams)
            sum += _logRatio[bucket];
        return sum;
    }

    private static double Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (long count in counts)
            sum = count >= 0 ? sum + count : throw new ArgumentException($"A bucket has {count} n-grams.");
        return sum;
    }
}
