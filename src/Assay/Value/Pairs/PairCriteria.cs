using System.Text;
using Assay.Preferences;

namespace Assay.Value;

/// <summary>What can be said of a completion without a model: scores of a prompt and a completion, in UTF-8.</summary>
internal static class PairCriteria
{
    /// <summary>The criteria by name.</summary>
    public static IReadOnlyDictionary<string, Func<byte[], byte[], double>> All { get; } =
        new SortedDictionary<string, Func<byte[], byte[], double>>(StringComparer.Ordinal)
        {
            ["brevity"] = (_, completion) => -completion.Length,
            ["length"] = (_, completion) => completion.Length,
            ["lists"] = (_, completion) => ListLines(Encoding.UTF8.GetString(completion)),
            ["overlap"] = (prompt, completion) =>
                Overlap(Encoding.UTF8.GetString(prompt), Encoding.UTF8.GetString(completion)),
        };

    /// <summary>Lines that are points of a list: after spaces a dash, a star, a bullet, or a number with a dot or a bracket.</summary>
    public static int ListLines(string text)
    {
        int count = 0;
        foreach (ReadOnlySpan<char> whole in text.EnumerateLines())
        {
            ReadOnlySpan<char> line = whole.TrimStart();
            int digits = 0;
            while (digits < line.Length && char.IsAsciiDigit(line[digits]))
                digits++;
            bool isNumber = digits > 0 && digits + 1 < line.Length && line[digits] is '.' or ')';
            bool isMark = digits == 0 && line.Length > 1 && line[0] is '-' or '*' or '•' && line[1] == ' ';
            count += isNumber || isMark ? 1 : 0;
        }
        return count;
    }

    /// <summary>The share of the prompt's distinct words, in lower case, that a completion has; 0 of a prompt without words.</summary>
    public static double Overlap(string prompt, string completion)
    {
        HashSet<string> asked = [.. LowerWords.Of(prompt)];
        if (asked.Count == 0)
            return 0;
        int all = asked.Count;
        asked.IntersectWith(LowerWords.Of(completion));
        return asked.Count / (double)all;
    }
}
