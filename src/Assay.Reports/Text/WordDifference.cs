namespace Assay.Reports.Text;

/// <summary>A run of a text that the other text has too, or has not.</summary>
/// <param name="Text">The run, spaces included.</param>
/// <param name="Differs">True if the other text lacks it.</param>
public readonly record struct Run(string Text, bool Differs);

/// <summary>What two short texts have in common, by words: the longest common subsequence.</summary>
public static class WordDifference
{
    /// <summary>Words compared of each text; what follows is not marked.</summary>
    private const int MaxWords = 250;

    /// <summary>The first text in runs.</summary>
    public static IReadOnlyList<Run> Of(string text, string other)
    {
        List<string> words = Split(text);
        List<string> others = Split(other);
        int n = Math.Min(words.Count, MaxWords),
            m = Math.Min(others.Count, MaxWords);
        int[,] common = new int[n + 1, m + 1];
        for (int i = n - 1; i >= 0; i--)
        for (int j = m - 1; j >= 0; j--)
            common[i, j] = Same(words[i], others[j])
                ? common[i + 1, j + 1] + 1
                : Math.Max(common[i + 1, j], common[i, j + 1]);
        List<Run> runs = [];
        for (int i = 0, j = 0; i < words.Count; )
        {
            if (i >= n)
                Add(runs, words[i++], false);
            else if (j < m && Same(words[i], others[j]))
            {
                Add(runs, words[i++], false);
                j++;
            }
            else if (j < m && common[i, j + 1] >= common[i + 1, j])
                j++;
            else
                Add(runs, words[i++], true);
        }
        return runs;
    }

    private static void Add(List<Run> runs, string word, bool differs)
    {
        if (runs.Count > 0 && runs[^1].Differs == differs)
            runs[^1] = new(runs[^1].Text + word, differs);
        else
            runs.Add(new(word, differs));
    }

    // A word carries the spaces after it, so that the runs add up to the text.
    private static bool Same(string a, string b) => a.AsSpan().TrimEnd().SequenceEqual(b.AsSpan().TrimEnd());

    private static List<string> Split(string text)
    {
        List<string> words = [];
        int start = 0;
        for (int i = 1; i <= text.Length; i++)
            if (i == text.Length || (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i])))
            {
                words.Add(text[start..i]);
                start = i;
            }
        return words;
    }
}
