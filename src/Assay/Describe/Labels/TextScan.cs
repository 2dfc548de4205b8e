using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Describe;

/// <summary>Counts characters by class and script, words and lines, over UTF-8 texts.</summary>
/// <remarks>32 ASCII bytes at a time where the machine can; a block with other bytes goes character by character.</remarks>
internal sealed class TextScan
{
    private const int Block = 32;

    /// <summary>Characters by what <see cref="CodePointClasses.Of"/> says of them.</summary>
    public long[] Codes { get; } = new long[256];

    /// <summary>Characters beyond ASCII.</summary>
    public long NonAscii { get; set; }

    /// <summary>Characters by <see cref="CharacterClass"/>.</summary>
    public long[] Classes => Sum<CharacterClass>(code => (int)CodePointClasses.ClassOf(code));

    /// <summary>Letters by <see cref="Script"/>.</summary>
    public long[] Scripts =>
        Sum<Script>(code =>
            CodePointClasses.ClassOf(code) == CharacterClass.Letters ? (int)CodePointClasses.ScriptOf(code) : null
        );

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
        Codes[CodePointClasses.LatinLetter] += ascii.Letters;
        Codes[(int)CharacterClass.Digits] += ascii.Digits;
        Codes[(int)CharacterClass.WhiteSpace] += ascii.Spaces;
        Codes[(int)CharacterClass.Punctuation] += ascii.Punctuation;
        Codes[(int)CharacterClass.Symbols] += ascii.Symbols;
        Codes[(int)CharacterClass.Control] += ascii.Controls;
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
        ReadOnlySpan<byte> basic = CodePointClasses.Basic;
        ref long counts = ref MemoryMarshal.GetArrayDataReference(Codes); // a code is a byte: always in range
        int at = position.At,
            words = 0,
            lineFeeds = 0,
            nonAscii = 0;
        bool inWord = position.InWord;
        while (at < end)
        {
            int codePoint = Decode(utf8, at, out int length);
            at += length;
            byte code = codePoint < basic.Length ? basic[codePoint] : CodePointClasses.Of(codePoint);
            Unsafe.Add(ref counts, code)++;
            bool starts = code != (byte)CharacterClass.WhiteSpace;
            words += starts & !inWord ? 1 : 0;
            inWord = starts;
            nonAscii += length > 1 ? 1 : 0;
            lineFeeds += codePoint == '\n' ? 1 : 0;
        }
        position.At = at;
        position.Words += words;
        position.LineFeeds += lineFeeds;
        position.InWord = inWord;
        NonAscii += nonAscii;
    }

    private long[] Sum<T>(Func<byte, int?> groupOf)
        where T : struct, Enum
    {
        long[] sums = new long[Enum.GetValues<T>().Length];
        for (int code = 0; code < Codes.Length; code++)
            if (Codes[code] > 0 && groupOf((byte)code) is { } group)
                sums[group] += Codes[code];
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        return DecodeLong(utf8[at..], out length);
    }

    // Three bytes the short way where no check but that of the continuation bytes is needed.
    private static int DecodeLong(ReadOnlySpan<byte> utf8, out int length)
    {
        int first = utf8[0];
        if (
            first is > 0xE0 and < 0xED or 0xEE or 0xEF
            && utf8.Length > 2
            && (utf8[1] & 0xC0) == 0x80
            && (utf8[2] & 0xC0) == 0x80
        )
        {
            length = 3;
            return ((first & 0x0F) << 12) | ((utf8[1] & 0x3F) << 6) | (utf8[2] & 0x3F);
        }
        Rune.DecodeFromUtf8(utf8, out Rune rune, out length);
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
