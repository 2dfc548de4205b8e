namespace Assay.Learning;

/// <summary>How often each n-gram occurs, for metrics on single sentences.</summary>
internal static class NGramCounts
{
    /// <summary>N-grams of words, joined by a space: words have none.</summary>
    public static Dictionary<string, int> OfWords(IReadOnlyList<string> words, int n)
    {
        Dictionary<string, int> counts = [];
        for (int i = 0; i + n <= words.Count; i++)
            Add(counts, string.Join(' ', words.Skip(i).Take(n)));
        return counts;
    }

    /// <summary>N-grams of characters (code points).</summary>
    public static Dictionary<string, int> OfCharacters(string text, int n)
    {
        List<int> starts = [];
        for (int at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
            starts.Add(at);
        starts.Add(text.Length);
        Dictionary<string, int> counts = [];
        for (int i = 0; i + n < starts.Count; i++)
            Add(counts, text[starts[i]..starts[i + n]]);
        return counts;
    }

    /// <summary>The n-grams that both have, each as often as the one that has it less often.</summary>
    public static long Common(Dictionary<string, int> a, Dictionary<string, int> b)
    {
        long common = 0;
        foreach ((string gram, int count) in a)
            common += Math.Min(count, b.GetValueOrDefault(gram));
        return common;
    }

    private static void Add(Dictionary<string, int> counts, string gram) =>
        counts[gram] = counts.GetValueOrDefault(gram) + 1;
}
