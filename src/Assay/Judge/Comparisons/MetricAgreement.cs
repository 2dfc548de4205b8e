using Assay.Numerics;

namespace Assay.Judge;

/// <summary>On how many pairs of answers two measures of them order the two alike.</summary>
/// <remarks>
/// "Learning to summarize from human feedback", arXiv 2009.01325, appendix G.7. Pairs that a measure does not tell apart are left out for it. Intervals are percentiles over tasks drawn anew.
/// </remarks>
public sealed class MetricAgreement
{
    private readonly MeanInterval?[,] _shares;
    private readonly int[,] _counts;

    private MetricAgreement(IReadOnlyList<string> metrics, MeanInterval?[,] shares, int[,] counts) =>
        (Metrics, _shares, _counts) = (metrics, shares, counts);

    /// <summary>The measures.</summary>
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>The share of two measures; null where no pair is told apart by both.</summary>
    public MeanInterval? this[int first, int second] => _shares[first, second];

    /// <summary>Pairs that both tell apart.</summary>
    public int Count(int first, int second) => _counts[first, second];

    /// <summary>Compares measures.</summary>
    /// <param name="metrics">Their names, each with one number a pair: above 0 if it puts the one answer first, below 0 for the other, 0 or NaN for neither.</param>
    /// <param name="resamples">Draws for the intervals; 0 for none.</param>
    /// <param name="random">Draws them.</param>
    /// <param name="confidence">Of the intervals.</param>
    public static MetricAgreement Of(
        IReadOnlyList<(string Name, double[] Differences)> metrics,
        int resamples,
        RandomStream random,
        double confidence = 0.95
    )
    {
        int count = metrics.Count;
        MeanInterval?[,] shares = new MeanInterval?[count, count];
        int[,] counts = new int[count, count];
        for (int i = 0; i < count; i++)
        for (int j = 0; j <= i; j++)
        {
            bool[] alike =
            [
                .. metrics[i]
                    .Differences.Zip(metrics[j].Differences)
                    .Where(pair => Side(pair.First) != 0 && Side(pair.Second) != 0)
                    .Select(pair => Side(pair.First) == Side(pair.Second)),
            ];
            counts[i, j] = counts[j, i] = alike.Length;
            if (alike.Length == 0)
                continue;
            double share = (double)alike.Count(same => same) / alike.Length;
            double[] drawn = new double[resamples];
            RandomStream own = random.Child(metrics[i].Name).Child(metrics[j].Name);
            for (int draw = 0; draw < resamples; draw++)
            {
                int same = 0;
                for (int n = 0; n < alike.Length; n++)
                    same += alike[own.NextInt32(alike.Length)] ? 1 : 0;
                drawn[draw] = (double)same / alike.Length;
            }
            double[] ends = Quantiles.Of(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]);
            shares[i, j] = shares[j, i] =
                ends.Length == 0
                    ? MeanInterval.Exact(share)
                    : new(share, Math.Min(share, ends[0]), Math.Max(share, ends[1]), confidence);
        }
        return new([.. metrics.Select(metric => metric.Name)], shares, counts);

        static int Side(double difference) => double.IsNaN(difference) ? 0 : Math.Sign(difference);
    }

    /// <summary>
    /// How much of an answer is copied: the longest common subsequence of its bigrams of words with those of the source, over its bigrams; 0 for an answer of fewer than two words.
    /// </summary>
    public static double Copying(string source, string answer)
    {
        string[] from = Bigrams(source),
            to = Bigrams(answer);
        if (to.Length == 0)
            return 0;
        int[] before = new int[from.Length + 1],
            now = new int[from.Length + 1];
        foreach (string bigram in to)
        {
            for (int i = 1; i <= from.Length; i++)
                now[i] = from[i - 1] == bigram ? before[i - 1] + 1 : Math.Max(now[i - 1], before[i]);
            (before, now) = (now, before);
        }
        return (double)before[^1] / to.Length;

        static string[] Bigrams(string text)
        {
            string[] words = text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return [.. words.Zip(words.Skip(1), (first, second) => first + " " + second)];
        }
    }
}
