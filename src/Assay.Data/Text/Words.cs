using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Data;

/// <summary>Words of UTF-8 text: runs of characters between Unicode white space, as Python's <c>str.split()</c> has them.</summary>
public static class Words
{
    private const int BlockSize = 64;

    /// <summary>Enumerates the words of <paramref name="utf8"/> without allocating.</summary>
    public static Enumerator Of(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>Number of words of <paramref name="utf8"/>.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        int words = 0;
        ulong before = 0;
        for (int at = 0; at < utf8.Length; at += BlockSize)
        {
            ulong visible = Visible(utf8, at);
            words += BitOperations.PopCount(visible & ~((visible << 1) | before));
            before = visible >> (BlockSize - 1);
        }
        return words;
    }

    /// <summary>The text without white space at either end, as Python's <c>str.strip()</c> has it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> utf8)
    {
        int start = 0,
            end = utf8.Length,
            space;
        while (start < end && (space = WhiteSpaceLength(utf8, start)) > 0)
            start += space;
        while (end > start && (space = WhiteSpaceBefore(utf8[start..end])) > 0)
            end -= space;
        return utf8[start..end];
    }

    private static int WhiteSpaceBefore(ReadOnlySpan<byte> utf8)
    {
        for (int length = 1; length <= Math.Min(3, utf8.Length); length++)
            if (WhiteSpaceLength(utf8, utf8.Length - length) == length)
                return length;
        return 0;
    }

    /// <summary>Walks over words.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _text;
        private ulong _visible; // of the 64 bytes from _block on
        private int _block;
        private int _start,
            _end;

        internal Enumerator(ReadOnlySpan<byte> text)
        {
            _text = text;
            _block = -BlockSize;
        }

        /// <summary>The current word, as a range of the text.</summary>
        public readonly Range Current => _start.._end;

        /// <summary>This enumerator.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Moves to the next word.</summary>
        public bool MoveNext()
        {
            _start = Next(_end, 0);
            _end = Next(_start, ulong.MaxValue);
            return _end > _start;
        }

        // The first byte from `at` on that is visible, or that is not if `flip` is all ones; the end of text if there is none.
        private int Next(int at, ulong flip)
        {
            while (at < _text.Length)
            {
                int block = at & -BlockSize;
                if (block != _block)
                {
                    _visible = Visible(_text, block);
                    _block = block;
                }
                ulong bits = (_visible ^ flip) >> (at - block);
                if (bits != 0)
                    return Math.Min(at + BitOperations.TrailingZeroCount(bits), _text.Length);
                at = block + BlockSize;
            }
            return _text.Length;
        }
    }

    /// <summary>
    /// Length in bytes of the white-space character at <paramref name="at"/>, or 0 if there is none. White space is what
    /// Python's <c>str.isspace</c> says: U+0009-000D, 001C-0020, 0085, 00A0, 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000.
    /// </summary>
    public static int WhiteSpaceLength(ReadOnlySpan<byte> utf8, int at)
    {
        byte first = utf8[at];
        if (first < 0x80)
            return first is (>= 0x09 and <= 0x0D) or (>= 0x1C and <= 0x20) ? 1 : 0;
        if (first == 0xC2 && at + 1 < utf8.Length)
            return utf8[at + 1] is 0x85 or 0xA0 ? 2 : 0;
        if (first is not (0xE1 or 0xE2 or 0xE3) || at + 2 >= utf8.Length)
            return 0;
        byte second = utf8[at + 1],
            third = utf8[at + 2];
        return (first, second) switch
        {
            (0xE1, 0x9A) => third == 0x80,
            (0xE2, 0x80) => third is (>= 0x80 and <= 0x8A) or 0xA8 or 0xA9 or 0xAF,
            (0xE2, 0x81) => third == 0x9F,
            (0xE3, 0x80) => third == 0x80,
            _ => false,
        }
            ? 3
            : 0;
    }

    // Bit i is set if byte at + i exists and is no part of a white-space character; `at` is a multiple of 64.
    internal static ulong Visible(ReadOnlySpan<byte> text, int at)
    {
        if (!Vector128.IsHardwareAccelerated)
            return VisibleScalar(text, at);
        return text.Length - at >= BlockSize
            ? Visible(text, at, Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at))
            : VisibleTail(text, at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong VisibleTail(ReadOnlySpan<byte> text, int at)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Fill((byte)' ');
        text[at..].CopyTo(block);
        return Visible(text, at, Vector512.Create<byte>(block));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Visible(ReadOnlySpan<byte> text, int at, Vector512<byte> block)
    {
        Vector512<byte> controls = block - Vector512.Create((byte)0x09),
            separators = block - Vector512.Create((byte)0x1C);
        ulong spaces = (
            Vector512.LessThanOrEqual(controls, Vector512.Create((byte)4))
            | Vector512.LessThanOrEqual(separators, Vector512.Create((byte)4))
        ).ExtractMostSignificantBits();
        ulong wide = block.ExtractMostSignificantBits();
        return wide == 0 && (at == 0 || text[at - 1] < 0x80) ? ~spaces : ~WithWide(text, at, spaces, wide);
    }

    // Adds the white space of two and three bytes that lies in the block or reaches into it.
    private static ulong WithWide(ReadOnlySpan<byte> text, int at, ulong spaces, ulong wide)
    {
        for (int back = Math.Min(2, at); back > 0; back--)
        {
            int length = WhiteSpaceLength(text, at - back);
            if (length > back)
                spaces |= (1UL << (length - back)) - 1;
        }
        for (; wide != 0; wide &= wide - 1)
        {
            int i = BitOperations.TrailingZeroCount(wide);
            int length = WhiteSpaceLength(text, at + i);
            spaces |= ((1UL << length) - 1) << i;
        }
        return spaces;
    }

    internal static ulong VisibleScalar(ReadOnlySpan<byte> text, int at)
    {
        ulong spaces = 0;
        for (int i = Math.Max(0, at - 2); i < at + BlockSize; i++)
        {
            int length = i < text.Length ? WhiteSpaceLength(text, i) : 1;
            for (int j = Math.Max(i, at); j < Math.Min(i + length, at + BlockSize); j++)
                spaces |= 1UL << (j - at);
        }
        return ~spaces;
    }
}
