namespace Assay.Learning;

/// <summary>A ROUGE score: all from 0 to 1.</summary>
/// <param name="Precision">Share of the candidate that is in the reference.</param>
/// <param name="Recall">Share of the reference that is in the candidate.</param>
public readonly record struct RougeScore(double Precision, double Recall)
{
    /// <summary>Harmonic mean of both.</summary>
    public double F1 => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;
}

/// <summary>ROUGE-1, ROUGE-2 and ROUGE-L: what a summary shares with a reference.</summary>
/// <remarks>
/// Lin (2004). Words are runs of letters and digits in lower case, without stemming: on ASCII text those of Google's
/// <c>rouge_score</c>. Higher is better; a text without words scores 0.
/// </remarks>
public static class Rouge
{
    /// <summary>ROUGE-N: common n-grams of words.</summary>
    /// <param name="candidate">The summary.</param>
    /// <param name="reference">What it should say.</param>
    /// <param name="n">Words in an n-gram, at least 1.</param>
    public static RougeScore N(string candidate, string reference, int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        List<string> words = Words(candidate),
            others = Words(reference);
        long common = NGramCounts.Common(NGramCounts.OfWords(words, n), NGramCounts.OfWords(others, n));
        return Of(common, words.Count - n + 1, others.Count - n + 1);
    }

    /// <summary>ROUGE-L: the longest common subsequence of words, the text as one sentence.</summary>
    /// <param name="candidate">The summary.</param>
    /// <param name="reference">What it should say.</param>
    public static RougeScore L(string candidate, string reference)
    {
        List<string> words = Words(candidate),
            others = Words(reference);
        int[] above = new int[others.Count + 1],
            row = new int[others.Count + 1];
        foreach (string word in words)
        {
            for (int j = 1; j < row.Length; j++)
                row[j] = word == others[j - 1] ? above[j - 1] + 1 : Math.Max(above[j], row[j - 1]);
            (above, row) = (row, above);
        }
        return Of(above[^1], words.Count, others.Count);
    }

    private static RougeScore Of(long common, int candidate, int reference) =>
        candidate <= 0 || reference <= 0 ? default : new((double)common / candidate, (double)common / reference);

    private static List<string> Words(string text)
    {
        List<string> words = [];
        for (int at = 0; at < text.Length; at++)
        {
            int start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
                at++;
            if (at > start)
                words.Add(text[start..at].ToLowerInvariant());
        }
        return words;
    }
}
