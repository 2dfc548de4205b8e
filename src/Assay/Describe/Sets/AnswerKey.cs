using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Describe;

/// <summary>Whether a text gives the right answer.</summary>
internal static partial class AnswerKey
{
    /// <summary>True if the text is the key, but for white space and case; or, where the key is a number, if the last number of the text equals it.</summary>
    /// <param name="text">The text, with its reasoning.</param>
    /// <param name="key">The right answer.</param>
    public static bool Agrees(string text, string key)
    {
        key = key.Trim();
        if (key.Length == 0)
            return false;
        if (string.Equals(text.Trim(), key, StringComparison.OrdinalIgnoreCase))
            return true;
        return Number(key) is { } right
            && Numbers().Matches(text).LastOrDefault() is { } last
            && Number(last.Value) == right;
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(
            text.Replace(",", "", StringComparison.Ordinal),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out decimal number
        )
            ? number
            : null;

    [GeneratedRegex(@"-?\d[\d,]*(?:\.\d+)?")]
    private static partial Regex Numbers();
}
