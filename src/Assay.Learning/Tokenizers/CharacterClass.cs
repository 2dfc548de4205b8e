using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Learning;

/// <summary>What the patterns of pre-tokenizers tell apart.</summary>
internal enum CharacterClass : byte
{
    Other, // marks, punctuation, symbols, controls, and bytes that are not UTF-8
    Letter, // \p{L}
    Number, // \p{N}
    Space, // \s: the Unicode property White_Space
}

/// <summary>The class of every character, by table below U+10000.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] Table = Enumerable.Range(0, 0x10000).Select(Classify).ToArray();

    /// <summary>The class of the character at the beginning of <paramref name="text"/>.</summary>
    /// <param name="text">At least one byte.</param>
    /// <param name="length">Its length in bytes; of what is not UTF-8, the bytes that belong together.</param>
    public static CharacterClass Of(ReadOnlySpan<byte> text, out int length)
    {
        byte first = text[0];
        if (first < 0x80)
        {
            length = 1;
            return Table[first];
        }
        if (Rune.DecodeFromUtf8(text, out Rune rune, out length) != OperationStatus.Done)
            return CharacterClass.Other;
        return rune.Value < 0x10000 ? Table[rune.Value] : Classify(rune.Value);
    }

    /// <summary>Where the run of characters of one class that starts at <paramref name="at"/> ends.</summary>
    public static int EndOfRun(ReadOnlySpan<byte> text, int at, CharacterClass of)
    {
        CharacterClass[] table = Table;
        while (at < text.Length)
        {
            byte first = text[at];
            if (first < 0x80)
            {
                if (table[first] != of)
                    return at;
                at++;
            }
            else
            {
                if (Of(text[at..], out int length) != of)
                    return at;
                at += length;
            }
        }
        return at;
    }

    /// <summary>Where the run of ASCII letters that goes on at <paramref name="at"/> ends; other letters may follow there.</summary>
    public static int EndOfAsciiLetters(ReadOnlySpan<byte> text, int at)
    {
        // Sixteen bytes at once and no loop for most words: a branch that is mispredicted once a word costs more.
        while (Vector128.IsHardwareAccelerated && at + 16 <= text.Length)
        {
            Vector128<byte> letters = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
            letters = (letters | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
            uint others = Vector128.GreaterThan(letters, Vector128.Create((byte)25)).ExtractMostSignificantBits();
            if (others != 0)
                return at + BitOperations.TrailingZeroCount(others);
            at += 16;
        }
        while (at < text.Length && (uint)((text[at] | 0x20) - 'a') <= 25)
            at++;
        return at;
    }

    /// <summary>Whether the character can be part of a word in the sense of <c>\w</c>.</summary>
    public static bool IsWord(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is <= UnicodeCategory.EnclosingMark
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.ConnectorPunctuation;

    private static CharacterClass Classify(int code)
    {
        if (code is (>= 0x09 and <= 0x0D) or 0x85)
            return CharacterClass.Space;
        return CharUnicodeInfo.GetUnicodeCategory(code) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                CharacterClass.Number,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                CharacterClass.Space,
            _ => CharacterClass.Other,
        };
    }
}
