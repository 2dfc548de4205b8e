using System.Globalization;
using System.Text;

namespace Assay.Value;

/// <summary>The length of a text as people who ask for so many words or characters count it: words of Latin letters, and Chinese characters.</summary>
/// <remarks>
/// <para>
/// Source: the evaluation of LongBench-Write (arXiv 2408.07055) as "Minimum Tuning to Unlock Long Output from LLMs" (arXiv 2410.10210) uses it. The length is the number of characters from U+4E00 to
/// U+9FFF and of runs of ASCII letters that touch no other letter, digit or underscore. Digits do not count; <c>don't</c> is two words, <c>naïve</c> none.
/// </para>
/// </remarks>
/// <param name="Chinese">Chinese characters.</param>
/// <param name="Words">Words of ASCII letters.</param>
public readonly record struct WrittenLength(int Chinese, int Words)
{
    /// <summary>Both together.</summary>
    public int Total => Chinese + Words;

    /// <summary>Whether there are more Chinese characters than words.</summary>
    public bool IsChinese => Chinese > Words;

    /// <summary>Counts.</summary>
    public static WrittenLength Of(string text)
    {
        int chinese = 0,
            words = 0;
        bool within = false,
            ascii = true;
        foreach (Rune rune in text.EnumerateRunes())
        {
            chinese += rune.Value is >= 0x4E00 and <= 0x9FFF ? 1 : 0;
            if (IsOfWord(rune))
            {
                ascii = (!within || ascii) && char.IsAsciiLetter((char)Math.Min(rune.Value, char.MaxValue));
                within = true;
            }
            else
            {
                words += within && ascii ? 1 : 0;
                within = false;
            }
        }
        return new(chinese, words + (within && ascii ? 1 : 0));
    }

    private static bool IsOfWord(Rune rune) =>
        rune.Value == '_'
        || Rune.IsLetter(rune)
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.OtherNumber;
}
