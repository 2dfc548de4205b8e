using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Describe;

/// <summary>Counts characters by class and script, words and lines, over UTF-8 texts.</summary>
/// <remarks>32 ASCII bytes at a time where the machine can; a block with other bytes goes character by character.</remarks>
internal sealed class TextScan
{
    private const int Block = 32;

    /// <summary>Characters by <see cref="CharacterClass"/>.</summary>
    public long[] Classes { get; } = new long[Enum.GetValues<CharacterClass>().Length];

    /// <summary>Letters by <see cref="Script"/>.</summary>
    public long[] Scripts { get; } = new long[Enum.GetValues<Script>().Length];

    /// <summary>Characters beyond ASCII.</summary>
    public long NonAscii { get; set; }

    /// <summary>Counts one text in.</summary>
    /// <returns>Its words and lines.</returns>
    public (long Words, long Lines) Add(ReadOnlySpan<byte> utf8) =>
        Vector256.IsHardwareAccelerated ? AddBlocks(utf8) : AddCharacters(utf8);

    /// <summary>The same without vectors.</summary>
    internal (long Words, long Lines) AddCharacters(ReadOnlySpan<byte> utf8)
    {
        Position position = new();
        Characters(utf8, utf8.Length, ref position);
        return (position.Words, LinesOf(utf8, position.LineFeeds));
    }

    private (long Words, long Lines) AddBlocks(ReadOnlySpan<byte> utf8)
    {
        Position position = new();
        AsciiCounts ascii = default;
        while (utf8.Length - position.At >= Block)
        {
            Vector256<byte> bytes = Vector256.Create(utf8.Slice(position.At, Block));
            if (bytes.ExtractMostSignificantBits() != 0)
            {
                Characters(utf8, position.At + Block, ref position);
                continue;
            }
            Ascii(bytes, uint.MaxValue, ref ascii, ref position);
            position.At += Block;
        }
        int left = utf8.Length - position.At;
        if (left > 0)
        {
            Span<byte> rest = stackalloc byte[Block];
            rest.Clear();
            utf8[position.At..].CopyTo(rest);
            Vector256<byte> bytes = Vector256.Create((ReadOnlySpan<byte>)rest);
            if (bytes.ExtractMostSignificantBits() != 0)
                Characters(utf8, utf8.Length, ref position);
            else
                Ascii(bytes, (1u << left) - 1, ref ascii, ref position);
        }
        Classes[(int)CharacterClass.Letters] += ascii.Letters;
        Classes[(int)CharacterClass.Digits] += ascii.Digits;
        Classes[(int)CharacterClass.WhiteSpace] += ascii.Spaces;
        Classes[(int)CharacterClass.Punctuation] += ascii.Punctuation;
        Classes[(int)CharacterClass.Symbols] += ascii.Symbols;
        Classes[(int)CharacterClass.Control] += ascii.Controls;
        Scripts[(int)Script.Latin] += ascii.Letters;
        return (position.Words, LinesOf(utf8, position.LineFeeds));
    }

    private static long LinesOf(ReadOnlySpan<byte> utf8, long lineFeeds) =>
        lineFeeds + (utf8.Length > 0 && utf8[^1] != '\n' ? 1 : 0);

    private static void Ascii(Vector256<byte> bytes, uint valid, ref AsciiCounts counts, ref Position position)
    {
        uint spaces = (Between(bytes, 0x09, 0x0D) | Between(bytes, 0x1C, 0x20)).ExtractMostSignificantBits() & valid;
        uint letters =
            Between(bytes | Vector256.Create((byte)0x20), (byte)'a', (byte)'z').ExtractMostSignificantBits() & valid;
        uint digits = Between(bytes, (byte)'0', (byte)'9').ExtractMostSignificantBits() & valid;
        uint controls = (Between(bytes, 0x00, 0x1F) | Is(bytes, 0x7F)).ExtractMostSignificantBits() & valid & ~spaces;
        uint symbols =
            (
                Is(bytes, (byte)'$')
                | Is(bytes, (byte)'+')
                | Between(bytes, (byte)'<', (byte)'>')
                | Is(bytes, (byte)'^')
                | Is(bytes, (byte)'`')
                | Is(bytes, (byte)'|')
                | Is(bytes, (byte)'~')
            ).ExtractMostSignificantBits() & valid;
        uint starts = valid & ~spaces & ((spaces << 1) | (position.InWord ? 0u : 1u));
        position.Words += BitOperations.PopCount(starts);
        position.LineFeeds += BitOperations.PopCount(Is(bytes, (byte)'\n').ExtractMostSignificantBits() & valid);
        position.InWord = (spaces & 0x8000_0000) == 0;
        counts.Spaces += BitOperations.PopCount(spaces);
        counts.Letters += BitOperations.PopCount(letters);
        counts.Digits += BitOperations.PopCount(digits);
        counts.Controls += BitOperations.PopCount(controls);
        counts.Symbols += BitOperations.PopCount(symbols);
        counts.Punctuation += BitOperations.PopCount(valid & ~(spaces | letters | digits | controls | symbols));
    }

    private static Vector256<byte> Between(Vector256<byte> bytes, byte first, byte last) =>
        Vector256.LessThanOrEqual(bytes - Vector256.Create(first), Vector256.Create((byte)(last - first)));

    private static Vector256<byte> Is(Vector256<byte> bytes, byte value) =>
        Vector256.Equals(bytes, Vector256.Create(value));

    // Goes on to the first character that starts at `end` or after it.
    private void Characters(ReadOnlySpan<byte> utf8, int end, ref Position position)
    {
        ReadOnlySpan<byte> basic = CodePoints.Basic;
        while (position.At < end)
        {
            int codePoint = Decode(utf8, position.At, out int length);
            position.At += length;
            byte code = (uint)codePoint < (uint)basic.Length ? basic[codePoint] : CodePoints.Of(codePoint);
            CharacterClass kind = CodePoints.ClassOf(code);
            Classes[(int)kind]++;
            if (kind == CharacterClass.Letters)
                Scripts[(int)CodePoints.ScriptOf(code)]++;
            if (length > 1)
                NonAscii++;
            else if (codePoint == '\n')
                position.LineFeeds++;
            bool inWord = kind != CharacterClass.WhiteSpace;
            if (inWord && !position.InWord)
                position.Words++;
            position.InWord = inWord;
        }
    }

    // Tables hold valid UTF-8; the short way out is only taken where the bytes say so themselves.
    private static int Decode(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        int first = utf8[at];
        length = 1;
        if (first < 0x80)
            return first;
        if (first is >= 0xC2 and < 0xE0 && at + 1 < utf8.Length && (utf8[at + 1] & 0xC0) == 0x80)
        {
            length = 2;
            return ((first & 0x1F) << 6) | (utf8[at + 1] & 0x3F);
        }
        if (
            first is > 0xE0 and < 0xED or 0xEE or 0xEF
            && at + 2 < utf8.Length
            && (utf8[at + 1] & 0xC0) == 0x80
            && (utf8[at + 2] & 0xC0) == 0x80
        )
        {
            length = 3;
            return ((first & 0x0F) << 12) | ((utf8[at + 1] & 0x3F) << 6) | (utf8[at + 2] & 0x3F);
        }
        Rune.DecodeFromUtf8(utf8[at..], out Rune rune, out length);
        return rune.Value;
    }

    private struct Position
    {
        public int At;
        public long Words,
            LineFeeds;
        public bool InWord;
    }

    private struct AsciiCounts
    {
        public long Letters,
            Digits,
            Spaces,
            Punctuation,
            Symbols,
            Controls;
    }
}
