namespace Assay.Preferences;

/// <summary>Words of a text: runs of letters and digits, in lower case.</summary>
internal static class LowerWords
{
    /// <summary>The words, in order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
            if (i == text.Length || !char.IsLetterOrDigit(text[i]))
            {
                if (i > start)
                    yield return text[start..i].ToLowerInvariant();
                start = i + 1;
            }
    }
}
