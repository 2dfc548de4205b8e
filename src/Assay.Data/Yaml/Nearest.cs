namespace Assay.Data;

/// <summary>Guesses what was meant by a misspelt word.</summary>
public static class Nearest
{
    /// <summary><c>did you mean 'word'?</c>, or null if nothing is near.</summary>
    public static string? Hint(string word, IEnumerable<string> known) =>
        Of(word, known) is { } nearest ? $"did you mean '{nearest}'?" : null;

    /// <summary>The known word nearest to <paramref name="word"/>, or null if none is near; the first of equals.</summary>
    /// <remarks>
    /// Near means: the same but for case, dashes and underscores; or the same after the slash (<c>dedup</c> for
    /// <c>select/dedup</c>); or at most a third of the letters apart in Damerau-Levenshtein distance (optimal string
    /// alignment: insert, delete, replace, swap neighbours); or its beginning.
    /// </remarks>
    public static string? Of(string word, IEnumerable<string> known)
    {
        // Nobody misspells at this length, and the distance takes the product of the lengths.
        if (word.Length is 0 or > 64)
            return null;
        string? best = null;
        int least = int.MaxValue;
        string folded = Fold(word);
        foreach (string candidate in known)
        {
            string target = Fold(candidate);
            string name = target[(target.IndexOf('/') + 1)..];
            int distance = Distance(folded, target);
            if (!folded.Contains('/') && name.Length < target.Length)
                distance = Math.Min(distance, Distance(folded, name));
            if (folded.Length >= 3 && distance > 1 && target.StartsWith(folded, StringComparison.Ordinal))
                distance = 1;
            int longest = Math.Max(folded.Length, target.Length);
            if (distance < least && distance <= Math.Max(1, longest / 3) && distance < longest)
                (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.</summary>
    public static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1],
            last = [.. Enumerable.Range(0, b.Length + 1)],
            row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }

    private static string Fold(string word) => word.Replace('_', '-').Replace("-", "").ToLowerInvariant();
}
