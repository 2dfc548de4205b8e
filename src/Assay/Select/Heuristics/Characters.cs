using System.Globalization;
using System.Text;

namespace Assay.Select;

/// <summary>What the rules ask about a character.</summary>
[Flags]
internal enum CharacterKinds : byte
{
    None = 0,

    /// <summary>A letter: Unicode category L, as Python's <c>str.isalpha</c>.</summary>
    Letter = 1,

    /// <summary>A letter, number (category N) or underscore: Python's <c>\w</c>.</summary>
    Word = 2,

    /// <summary>In the reference's punctuation set: words of nothing else are symbols.</summary>
    Punctuation = 4,

    /// <summary>Ends a sentence in some script.</summary>
    Terminal = 8,
}

/// <summary>The kinds of every character.</summary>
/// <remarks>
/// The two sets are facts read from datatrove's <c>utils/text.py</c> (commit a649de79): its punctuation, with the control
/// characters, and its terminal punctuation of many scripts.
/// </remarks>
internal static class Characters
{
    // First and last of each range, in ascending order.
    private static readonly int[] s_terminal =
    [
        0x21,
        0x21,
        0x2E,
        0x2E,
        0x3F,
        0x3F,
        0x589,
        0x589,
        0x61D,
        0x61F,
        0x6D4,
        0x6D4,
        0x700,
        0x702,
        0x7F9,
        0x7F9,
        0x837,
        0x837,
        0x839,
        0x839,
        0x83D,
        0x83E,
        0x964,
        0x965,
        0x104A,
        0x104B,
        0x1362,
        0x1362,
        0x1367,
        0x1368,
        0x166E,
        0x166E,
        0x1735,
        0x1736,
        0x17D4,
        0x17D6,
        0x17D9,
        0x17DA,
        0x1803,
        0x1803,
        0x1809,
        0x1809,
        0x1944,
        0x1945,
        0x1AA8,
        0x1AAB,
        0x1B5A,
        0x1B5B,
        0x1B5E,
        0x1B5F,
        0x1B7D,
        0x1B7E,
        0x1C3B,
        0x1C3C,
        0x1C7E,
        0x1C7F,
        0x203C,
        0x203D,
        0x2047,
        0x2049,
        0x2E2E,
        0x2E2E,
        0x2E3C,
        0x2E3C,
        0x2E53,
        0x2E54,
        0x3002,
        0x3002,
        0xA4FF,
        0xA4FF,
        0xA60E,
        0xA60F,
        0xA6F3,
        0xA6F3,
        0xA6F7,
        0xA6F7,
        0xA876,
        0xA877,
        0xA8CE,
        0xA8CF,
        0xA92F,
        0xA92F,
        0xA9C8,
        0xA9C9,
        0xAA5D,
        0xAA5F,
        0xAAF0,
        0xAAF1,
        0xABEB,
        0xABEB,
        0xFE52,
        0xFE52,
        0xFE56,
        0xFE57,
        0xFF01,
        0xFF01,
        0xFF0E,
        0xFF0E,
        0xFF1F,
        0xFF1F,
        0xFF61,
        0xFF61,
        0x10A56,
        0x10A57,
        0x10F55,
        0x10F59,
        0x10F86,
        0x10F89,
        0x11047,
        0x11048,
        0x110BE,
        0x110C1,
        0x11141,
        0x11143,
        0x111C5,
        0x111C6,
        0x111CD,
        0x111CD,
        0x111DE,
        0x111DF,
        0x11238,
        0x11239,
        0x1123B,
        0x1123C,
        0x112A9,
        0x112A9,
        0x1144B,
        0x1144C,
        0x115C2,
        0x115C3,
        0x115C9,
        0x115D7,
        0x11641,
        0x11642,
        0x1173C,
        0x1173E,
        0x11944,
        0x11944,
        0x11946,
        0x11946,
        0x11A42,
        0x11A43,
        0x11A9B,
        0x11A9C,
        0x11C41,
        0x11C42,
        0x11EF7,
        0x11EF8,
        0x11F43,
        0x11F44,
        0x16A6E,
        0x16A6F,
        0x16AF5,
        0x16AF5,
        0x16B37,
        0x16B38,
        0x16B44,
        0x16B44,
        0x16E98,
        0x16E98,
        0x1BC9F,
        0x1BC9F,
        0x1DA88,
        0x1DA88,
    ];

    // Besides the terminal ones.
    private static readonly int[] s_punctuation =
    [
        0x00,
        0x08,
        0x0B,
        0x1F,
        0x22,
        0x2D,
        0x2F,
        0x2F,
        0x3A,
        0x3E,
        0x40,
        0x40,
        0x5B,
        0x60,
        0x7B,
        0x9F,
        0xAB,
        0xAB,
        0xB4,
        0xB4,
        0xBB,
        0xBB,
        0x2013,
        0x2014,
        0x2019,
        0x2019,
        0x201C,
        0x201E,
        0x2026,
        0x2026,
        0x2236,
        0x2236,
        0x2501,
        0x2501,
        0x25BA,
        0x25BA,
        0x3001,
        0x3001,
        0x3008,
        0x300D,
        0x3010,
        0x3011,
        0xFF05,
        0xFF05,
        0xFF08,
        0xFF09,
        0xFF0C,
        0xFF0C,
        0xFF11,
        0xFF11,
        0xFF1A,
        0xFF1B,
        0xFF5E,
        0xFF5E,
    ];

    private static readonly CharacterKinds[] s_plane0 = Plane0();

    /// <summary>The kinds of <paramref name="rune"/>.</summary>
    public static CharacterKinds Of(Rune rune) =>
        rune.Value < s_plane0.Length ? s_plane0[rune.Value] : Compute(rune.Value);

    private static CharacterKinds[] Plane0()
    {
        CharacterKinds[] kinds = new CharacterKinds[0x10000];
        for (int i = 0; i < kinds.Length; i++)
            kinds[i] = OfCategory(i);
        foreach ((int[] ranges, CharacterKinds kind) in Sets)
            for (int i = 0; i < ranges.Length && ranges[i] < kinds.Length; i += 2)
            for (int value = ranges[i]; value <= ranges[i + 1]; value++)
                kinds[value] |= kind;
        return kinds;
    }

    private static (int[] Ranges, CharacterKinds Kind)[] Sets =>
        [
            (s_terminal, CharacterKinds.Terminal | CharacterKinds.Punctuation),
            (s_punctuation, CharacterKinds.Punctuation),
        ];

    private static CharacterKinds Compute(int value)
    {
        int at = Array.BinarySearch(s_terminal, value);
        // Between a range's first and last, the search ends at the (odd) place of the last.
        bool terminal = at >= 0 || (~at & 1) == 1;
        return OfCategory(value) | (terminal ? CharacterKinds.Terminal | CharacterKinds.Punctuation : 0);
    }

    private static CharacterKinds OfCategory(int value) =>
        CharUnicodeInfo.GetUnicodeCategory(value) switch
        {
            UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter => CharacterKinds.Letter | CharacterKinds.Word,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                CharacterKinds.Word,
            _ => value == '_' ? CharacterKinds.Word : CharacterKinds.None,
        };
}
