using System.Globalization;
using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>What normalisation does with a character beyond ASCII.</summary>
internal enum CharacterKind
{
    /// <summary>It is written as <see cref="CharacterClass.Target"/>.</summary>
    Letter,

    /// <summary>Punctuation or white space: it separates words.</summary>
    Separator,

    /// <summary>A decimal digit of any script.</summary>
    Digit,

    /// <summary>A non-spacing mark: it vanishes.</summary>
    Mark,

    /// <summary>It is written as several characters, which <see cref="Diacritics"/> knows.</summary>
    Several,
}

/// <summary>Kind and lower-case, undecorated form of a character, from a table filled as pages are first used.</summary>
internal readonly struct CharacterClass
{
    private const int PageBits = 8;

    // Punctuation that becomes space, beyond ASCII and the controls U+0080-009F: the set of datatrove's normalisation.
    private const string Punctuation =
        "\u00AB\u00B4\u00BB\u2013\u2014\u2019\u201C\u201D\u201E\u2026\u2236\u2501\u25BA\u3001\u3002\u3008\u3009\u300A"
        + "\u300B\u300C\u300D\u3010\u3011\uFF01\uFF05\uFF08\uFF09\uFF0C\uFF0E\uFF11\uFF1A\uFF1B\uFF1F\uFF5E";

    private static readonly CharacterClass[]?[] Pages = new CharacterClass[0x110000 >> PageBits][];

    private readonly int _bits;

    private CharacterClass(CharacterKind kind, Rune target) => _bits = ((int)kind << 24) | target.Value;

    /// <summary>What becomes of the character.</summary>
    public CharacterKind Kind => (CharacterKind)(_bits >> 24);

    /// <summary>The character to write; for <see cref="CharacterKind.Several"/> the key into <see cref="Diacritics"/>.</summary>
    public Rune Target => new(_bits & 0xFFFFFF);

    /// <summary>The class of a character, ASCII or not.</summary>
    public static CharacterClass Of(Rune rune)
    {
        // Two threads may fill the same page at once: they write the same.
        CharacterClass[] page = Pages[rune.Value >> PageBits] ??= Fill(rune.Value >> PageBits);
        return page[rune.Value & ((1 << PageBits) - 1)];
    }

    private static CharacterClass[] Fill(int page)
    {
        CharacterClass[] classes = new CharacterClass[1 << PageBits];
        for (int i = 0; i < classes.Length; i++)
            if (Rune.IsValid((page << PageBits) + i))
                classes[i] = Classify(new((page << PageBits) + i));
        return classes;
    }

    private static CharacterClass Classify(Rune rune)
    {
        // The dotted capital I is the one letter whose lower case (i with a dot above) is no single character.
        Rune lower =
            rune.Value == 0x130 ? new('i')
            : rune.Value == 0x3C2 ? new(0x3C3) // final sigma: capitals do not tell the two apart
            : Rune.ToLowerInvariant(rune);
        UnicodeCategory category = Rune.GetUnicodeCategory(lower);
        if (category == UnicodeCategory.DecimalDigitNumber)
            return new(CharacterKind.Digit, lower);
        if (IsSeparator(lower))
            return new(CharacterKind.Separator, lower);
        if (category == UnicodeCategory.NonSpacingMark)
            return new(CharacterKind.Mark, lower);
        if (Diacritics.Of(lower) is not { } reduced)
            return new(CharacterKind.Letter, lower);
        Rune first = reduced.EnumerateRunes().First();
        return first.Utf16SequenceLength == reduced.Length
            ? new(CharacterKind.Letter, first)
            : new(CharacterKind.Several, lower);
    }

    private static bool IsSeparator(Rune rune)
    {
        if (rune.IsAscii)
            return !Rune.IsLetterOrDigit(rune);
        if (rune.Value < 0xA0 || (rune.IsBmp && Punctuation.Contains((char)rune.Value)))
            return true;
        Span<byte> utf8 = stackalloc byte[4];
        return Words.WhiteSpaceLength(utf8[..rune.EncodeToUtf8(utf8)], 0) > 0;
    }
}
