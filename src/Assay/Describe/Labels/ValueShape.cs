using System.Buffers.Text;
using System.Text;

namespace Assay.Describe;

/// <summary>What a short text reads as; names the fields of <see cref="ValueShapes"/>.</summary>
internal enum ValueShape
{
    Other,
    Number,
    Date,
    Truth,
    MonthDay,
    SpreadsheetError,
    Placeholder,
}

/// <summary>Tells what a text reads as.</summary>
internal static class ValueShapeOf
{
    private const int Longest = 32;

    private static readonly HashSet<string> Truths = new(StringComparer.OrdinalIgnoreCase)
    {
        "t",
        "f",
        "true",
        "false",
        "y",
        "n",
        "yes",
        "no",
    };

    // "None" is left out: it is an answer as often as it is none.
    private static readonly HashSet<string> Placeholders = new(StringComparer.OrdinalIgnoreCase)
    {
        "?",
        "-",
        "--",
        "na",
        "n/a",
        "nan",
        "null",
        "nil",
        "missing",
        "unknown",
        "undefined",
    };

    private static readonly HashSet<string> Errors = new(StringComparer.OrdinalIgnoreCase)
    {
        "#ref!",
        "#name?",
        "#value!",
        "#div/0!",
        "#n/a",
        "#num!",
        "#null!",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> TruthSpans = Truths.GetAlternateLookup<
            ReadOnlySpan<char>
        >(),
        PlaceholderSpans = Placeholders.GetAlternateLookup<ReadOnlySpan<char>>(),
        ErrorSpans = Errors.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for a short text with white space around it.</summary>
    public static bool IsPadded(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= Longest
        && (utf8[0] is (byte)' ' or (byte)'\t' || utf8[^1] is (byte)' ' or (byte)'\t');

    /// <summary>What the text reads as, white space around it aside; longer ones than 32 bytes read as nothing.</summary>
    public static ValueShape Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > Longest)
            return ValueShape.Other;
        utf8 = utf8[Ascii.Trim(utf8)];
        if (utf8.IsEmpty || !Ascii.IsValid(utf8))
            return ValueShape.Other;
        bool startsAsNumber = utf8[0] is >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'+' or (byte)'.';
        if (
            startsAsNumber
            && Utf8Parser.TryParse(utf8, out double number, out int used)
            && used == utf8.Length
            && double.IsFinite(number)
        )
            return ValueShape.Number;
        Span<char> text = stackalloc char[utf8.Length];
        Ascii.ToUtf16(utf8, text, out _);
        if (startsAsNumber && IsDate(text))
            return ValueShape.Date;
        if (SpreadsheetDamage.IsDayAndMonth(text))
            return ValueShape.MonthDay;
        return text[0] == '#' && ErrorSpans.Contains(text) ? ValueShape.SpreadsheetError
            : text.Length > 9 ? ValueShape.Other
            : PlaceholderSpans.Contains(text) ? ValueShape.Placeholder
            : TruthSpans.Contains(text) ? ValueShape.Truth
            : ValueShape.Other;
    }

    // 2014-05-06, the same with a time behind it, 2014/05/06, 6.5.2014, 5/6/14.
    private static bool IsDate(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny('T', ' ');
        if (end > 0)
        {
            if (end + 1 >= text.Length || !char.IsAsciiDigit(text[end + 1]))
                return false;
            text = text[..end];
        }
        Span<int> digits = stackalloc int[3];
        int part = 0;
        char between = '\0';
        foreach (char one in text)
            if (char.IsAsciiDigit(one))
                digits[part]++;
            else if (one is '-' or '/' or '.' && part < 2 && digits[part] > 0 && (part == 0 || one == between))
                (between, part) = (one, part + 1);
            else
                return false;
        return part == 2
            && digits[1] is 1 or 2
            && (digits[0] == 4 ? digits[2] is 1 or 2 : digits[0] is 1 or 2 && digits[2] is 2 or 4);
    }
}
