namespace Assay.Select;

/// <summary>How the hashes of a MinHash signature are grouped: two rows are candidates if all hashes of a band agree.</summary>
/// <remarks>Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827; the rule of Broder (1997) and of banded LSH.</remarks>
/// <param name="Bands">Number of bands b, at least 1.</param>
/// <param name="Rows">Hashes in each band r, at least 1.</param>
public readonly record struct Banding(int Bands, int Rows)
{
    /// <summary>14 bands of 8 hashes.</summary>
    public static Banding Default => new(14, 8);

    /// <summary>Hashes in all.</summary>
    public int Hashes => Bands * Rows;

    /// <summary>The similarity about which the probability of a match rises most steeply: <c>(1/b)^(1/r)</c>.</summary>
    public double Knee => Math.Pow(1.0 / Bands, 1.0 / Rows);

    /// <summary>The probability <c>1 - (1 - s^r)^b</c> that two rows of Jaccard similarity <paramref name="similarity"/> match.</summary>
    public double MatchProbability(double similarity) => 1 - Math.Pow(1 - Math.Pow(similarity, Rows), Bands);

    /// <summary>Of the bandings with 96 to 128 hashes, the one whose knee is nearest; with more hashes if several are.</summary>
    public static Banding ForThreshold(double threshold)
    {
        const int least = 96,
            most = 128;
        Banding best = Default;
        double nearest = double.PositiveInfinity;
        for (int hashes = most; hashes >= least; hashes--)
        for (int bands = 1; bands <= hashes; bands++)
        {
            Banding candidate = new(bands, hashes / bands);
            double distance = Math.Abs(candidate.Knee - threshold);
            if (candidate.Hashes == hashes && distance < nearest)
                (best, nearest) = (candidate, distance);
        }
        return best;
    }

    internal static Banding Of(DedupOptions options) =>
        options is { Threshold: { } threshold, Bands: null, Rows: null }
            ? ForThreshold(threshold)
            : new(options.Bands ?? Default.Bands, options.Rows ?? Default.Rows);
}
