using System.Globalization;

namespace Assay.Describe;

/// <summary>What a character is.</summary>
internal enum CharacterClass
{
    Letters,
    Marks,
    Digits,
    WhiteSpace,
    Punctuation,
    Symbols,
    Control,
    Other,
}

/// <summary>The script that a letter belongs to.</summary>
internal enum Script
{
    Other,
    Latin,
    Cyrillic,
    Greek,
    Han,
    Kana,
    Hangul,
    Arabic,
    Devanagari,
    Hebrew,
    Thai,
}

/// <summary>Class and script of every code point.</summary>
/// <remarks>
/// Classes follow the general category (Unicode Standard, section 4.5): L* letters, M* marks, Nd digits, P* punctuation,
/// S* symbols, Cc control; white space is the set of <see cref="Data.Words.WhiteSpaceLength"/> and comes first. Scripts
/// follow the script property (Unicode Standard Annex 24) by ranges that are right for letters; the Japanese prolonged
/// sound marks, which the property leaves common, count as Kana.
/// </remarks>
internal static class CodePointClasses
{
    // First and last code point, ascending. What lies between the ranges, or has no letters, is Other.
    private static readonly (int First, int Last, Script Script)[] Ranges =
    [
        (0x0041, 0x00B4, Script.Latin),
        (0x00B6, 0x02B8, Script.Latin),
        (0x02E0, 0x02E4, Script.Latin),
        (0x0370, 0x0373, Script.Greek),
        (0x0375, 0x03E1, Script.Greek),
        (0x03F0, 0x03FF, Script.Greek),
        (0x0400, 0x052F, Script.Cyrillic),
        (0x0591, 0x05F4, Script.Hebrew),
        (0x0600, 0x063F, Script.Arabic),
        (0x0641, 0x06FF, Script.Arabic),
        (0x0750, 0x077F, Script.Arabic),
        (0x0870, 0x08FF, Script.Arabic),
        (0x0900, 0x097F, Script.Devanagari),
        (0x0E01, 0x0E5B, Script.Thai),
        (0x1100, 0x11FF, Script.Hangul),
        (0x1C80, 0x1C8A, Script.Cyrillic),
        (0x1D00, 0x1D25, Script.Latin),
        (0x1D26, 0x1D2A, Script.Greek),
        (0x1D2B, 0x1D2B, Script.Cyrillic),
        (0x1D2C, 0x1D5C, Script.Latin),
        (0x1D5D, 0x1D61, Script.Greek),
        (0x1D62, 0x1D65, Script.Latin),
        (0x1D66, 0x1D6A, Script.Greek),
        (0x1D6B, 0x1D77, Script.Latin),
        (0x1D78, 0x1D78, Script.Cyrillic),
        (0x1D79, 0x1DBE, Script.Latin),
        (0x1DBF, 0x1DBF, Script.Greek),
        (0x1E00, 0x1EFF, Script.Latin),
        (0x1F00, 0x1FFE, Script.Greek),
        (0x2071, 0x2071, Script.Latin),
        (0x207F, 0x207F, Script.Latin),
        (0x2090, 0x209C, Script.Latin),
        (0x2126, 0x2126, Script.Greek),
        (0x212A, 0x212B, Script.Latin),
        (0x2132, 0x2132, Script.Latin),
        (0x214E, 0x214E, Script.Latin),
        (0x2183, 0x2184, Script.Latin),
        (0x2C60, 0x2C7F, Script.Latin),
        (0x2DE0, 0x2DFF, Script.Cyrillic),
        (0x3005, 0x3005, Script.Han),
        (0x3031, 0x3035, Script.Kana),
        (0x303B, 0x303B, Script.Han),
        (0x3041, 0x30FF, Script.Kana),
        (0x3131, 0x318E, Script.Hangul),
        (0x31F0, 0x31FF, Script.Kana),
        (0x3400, 0x4DBF, Script.Han),
        (0x4E00, 0x9FFF, Script.Han),
        (0xA640, 0xA69F, Script.Cyrillic),
        (0xA722, 0xA787, Script.Latin),
        (0xA78B, 0xA7FF, Script.Latin),
        (0xA8E0, 0xA8FF, Script.Devanagari),
        (0xA960, 0xA97C, Script.Hangul),
        (0xAB30, 0xAB64, Script.Latin),
        (0xAB65, 0xAB65, Script.Greek),
        (0xAB66, 0xAB69, Script.Latin),
        (0xAC00, 0xD7FB, Script.Hangul),
        (0xF900, 0xFAD9, Script.Han),
        (0xFB00, 0xFB06, Script.Latin),
        (0xFB1D, 0xFB4F, Script.Hebrew),
        (0xFB50, 0xFDFF, Script.Arabic),
        (0xFE70, 0xFEFC, Script.Arabic),
        (0xFF21, 0xFF3A, Script.Latin),
        (0xFF41, 0xFF5A, Script.Latin),
        (0xFF66, 0xFF9F, Script.Kana),
        (0xFFA0, 0xFFDC, Script.Hangul),
        (0x10780, 0x107BA, Script.Latin),
        (0x10EC2, 0x10EC4, Script.Arabic),
        (0x1AFF0, 0x1AFFE, Script.Kana),
        (0x1B000, 0x1B167, Script.Kana),
        (0x1DF00, 0x1DF2A, Script.Latin),
        (0x1E030, 0x1E06D, Script.Cyrillic),
        (0x1EE00, 0x1EEBB, Script.Arabic),
        (0x20000, 0x323AF, Script.Han),
    ];

    private static readonly byte[] Table = BuildTable();

    /// <summary>Class and script of the ASCII letters.</summary>
    public const byte LatinLetter = (byte)CharacterClass.Letters | ((byte)Script.Latin << 4);

    /// <summary>Class (low four bits) and script (high four bits) of each code point below 65,536.</summary>
    public static ReadOnlySpan<byte> Basic => Table;

    /// <summary>Class (low four bits) and script (high four bits) of any code point.</summary>
    public static byte Of(int codePoint) => codePoint < Table.Length ? Table[codePoint] : Look(codePoint);

    public static CharacterClass ClassOf(byte code) => (CharacterClass)(code & 15);

    public static Script ScriptOf(byte code) => (Script)(code >> 4);

    private static byte[] BuildTable()
    {
        byte[] table = new byte[1 << 16];
        for (int codePoint = 0; codePoint < table.Length; codePoint++)
            table[codePoint] = Look(codePoint);
        return table;
    }

    private static byte Look(int codePoint)
    {
        CharacterClass kind = Classify(codePoint);
        return (byte)((int)kind | (kind == CharacterClass.Letters ? (int)FindScript(codePoint) << 4 : 0));
    }

    private static CharacterClass Classify(int codePoint) =>
        IsWhiteSpace(codePoint)
            ? CharacterClass.WhiteSpace
            : CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
            {
                <= UnicodeCategory.OtherLetter => CharacterClass.Letters,
                <= UnicodeCategory.EnclosingMark => CharacterClass.Marks,
                UnicodeCategory.DecimalDigitNumber => CharacterClass.Digits,
                UnicodeCategory.Control => CharacterClass.Control,
                >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation =>
                    CharacterClass.Punctuation,
                >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => CharacterClass.Symbols,
                _ => CharacterClass.Other,
            };

    private static bool IsWhiteSpace(int codePoint) =>
        codePoint
            is (>= 0x09 and <= 0x0D)
                or (>= 0x1C and <= 0x20)
                or 0x85
                or 0xA0
                or 0x1680
                or (>= 0x2000 and <= 0x200A)
                or 0x2028
                or 0x2029
                or 0x202F
                or 0x205F
                or 0x3000;

    private static Script FindScript(int codePoint)
    {
        int low = 0,
            high = Ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Ranges[middle].First <= codePoint)
                low = middle;
            else
                high = middle - 1;
        }
        return codePoint >= Ranges[low].First && codePoint <= Ranges[low].Last ? Ranges[low].Script : Script.Other;
    }
}
