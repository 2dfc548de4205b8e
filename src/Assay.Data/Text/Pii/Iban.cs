using System.Collections.Frozen;

namespace Assay.Data;

/// <summary>International bank account numbers (ISO 13616): a country, its length, and a remainder of 1 by 97.</summary>
internal static class Iban
{
    // Lengths of the registry, for the countries that use it most.
    private static readonly FrozenDictionary<string, int> s_lengths = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 "
        + "GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 "
        + "MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 "
        + "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    )
        .Split(' ')
        .ToFrozenDictionary(word => word[..2], word => int.Parse(word[2..]));

    /// <summary>Length in bytes of the number at a place, where a word starts; in one piece or in fours. Or 0.</summary>
    public static int Length(ReadOnlySpan<byte> text, int at)
    {
        if (
            text.Length - at < 15
            || !char.IsAsciiLetterUpper((char)text[at])
            || !char.IsAsciiLetterUpper((char)text[at + 1])
            || !TextPlace.IsDigit(text[at + 2])
            || !TextPlace.IsDigit(text[at + 3])
            || !s_lengths.TryGetValue($"{(char)text[at]}{(char)text[at + 1]}", out int length)
        )
            return 0;
        Span<byte> signs = stackalloc byte[34];
        int count = 0,
            end = at;
        while (count < length && end < text.Length)
        {
            if (text[end] == ' ' && count % 4 == 0 && count > 0)
                end++;
            if (end == text.Length || !(TextPlace.IsDigit(text[end]) || char.IsAsciiLetterUpper((char)text[end])))
                return 0;
            signs[count++] = text[end++];
        }
        return count == length && !TextPlace.IsWordAt(text, end) && Remainder(signs[..count]) == 1 ? end - at : 0;
    }

    private static int Remainder(ReadOnlySpan<byte> signs)
    {
        int remainder = 0;
        for (int i = 0; i < signs.Length; i++)
        {
            byte sign = signs[(i + 4) % signs.Length];
            remainder = TextPlace.IsDigit(sign)
                ? (10 * remainder + sign - '0') % 97
                : (100 * remainder + sign - 'A' + 10) % 97;
        }
        return remainder;
    }
}
