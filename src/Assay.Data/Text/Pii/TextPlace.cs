namespace Assay.Data;

/// <summary>Small questions about a place in UTF-8 text, which the finders of private data ask.</summary>
internal static class TextPlace
{
    private const int LongestName = 64;

    public static bool IsDigit(byte value) => char.IsAsciiDigit((char)value);

    public static bool IsDigit(ReadOnlySpan<byte> text, int at) => (uint)at < (uint)text.Length && IsDigit(text[at]);

    public static bool Is(ReadOnlySpan<byte> text, int at, byte value) =>
        (uint)at < (uint)text.Length && text[at] == value;

    /// <summary>True for an ASCII letter, digit or underscore, or the first byte of a letter of two bytes (Latin, Greek, Cyrillic and others).</summary>
    public static bool IsWordAt(ReadOnlySpan<byte> text, int at) =>
        (uint)at < (uint)text.Length
        && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] == '_' || text[at] is >= 0xC3 and <= 0xDF);

    /// <summary>True if a word ends before <paramref name="at"/>; signs and letters of three bytes (quotes, Chinese) end none.</summary>
    public static bool IsWordBefore(ReadOnlySpan<byte> text, int at) =>
        at > 0
        && (
            char.IsAsciiLetterOrDigit((char)text[at - 1])
            || text[at - 1] == '_'
            || (at > 1 && text[at - 1] is >= 0x80 and < 0xC0 && text[at - 2] is >= 0xC3 and <= 0xDF)
        );

    /// <summary>Whether a word is there, whatever the case of its ASCII letters; it must end there too.</summary>
    public static bool IsWord(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> word) =>
        StartsWith(text, at, word) && !IsWordAt(text, at + word.Length);

    /// <summary>Whether the text goes on like that, whatever the case of its ASCII letters.</summary>
    public static bool StartsWith(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> word)
    {
        if (at < 0 || text.Length - at < word.Length)
            return false;
        for (int i = 0; i < word.Length; i++)
            if (Fold(text[at + i]) != Fold(word[i]))
                return false;
        return true;
    }

    /// <summary>The lower case of an ASCII letter; other bytes as they are.</summary>
    public static byte Fold(byte value) => char.IsAsciiLetterUpper((char)value) ? (byte)(value | 0x20) : value;

    /// <summary>The first place from <paramref name="at"/> on that holds none of these bytes.</summary>
    public static int Skip(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> any)
    {
        while (at < text.Length && any.Contains(text[at]))
            at++;
        return at;
    }

    /// <summary>The end of a run of digits.</summary>
    public static int SkipDigits(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && IsDigit(text[at]))
            at++;
        return at;
    }

    /// <summary>A number of a few digits; digits only.</summary>
    public static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
            number = 10 * number + digit - '0';
        return number;
    }

    /// <summary>The end of a capitalised word (<c>O'Brien</c>, <c>Jean-Luc</c>, <c>Ångström</c>), or <paramref name="at"/> where there is none.</summary>
    public static int EndOfName(ReadOnlySpan<byte> text, int at)
    {
        if (IsWordBefore(text, at) || !IsUpperAt(text, at))
            return at;
        int end = at,
            stop = Math.Min(text.Length, at + LongestName);
        while (end < stop)
            if (char.IsAsciiLetter((char)text[end]))
                end++;
            else if (text[end] is >= 0xC3 and <= 0xC9 && end + 1 < text.Length)
                end += 2;
            else if (
                (text[end] is (byte)'\'' or (byte)'-' && IsUpperAt(text, end + 1))
                || (text[end] == '\'' && Is(text, end + 1, (byte)'s') && !IsWordAt(text, end + 2))
            )
                end++;
            else
                break;
        return IsDigit(text, end) || Is(text, end, (byte)'_') ? at : end;
    }

    /// <summary>True for a capital letter, of ASCII or Latin with marks.</summary>
    public static bool IsUpperAt(ReadOnlySpan<byte> text, int at) =>
        (uint)at < (uint)text.Length
        && (
            char.IsAsciiLetterUpper((char)text[at])
            || (text[at] == 0xC3 && at + 1 < text.Length && text[at + 1] is >= 0x80 and <= 0x9E and not 0x97)
            || (text[at] is 0xC4 or 0xC5 && at + 1 < text.Length && (text[at + 1] & 1) == 0)
        );
}
