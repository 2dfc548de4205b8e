using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Assay.Select;

/// <summary>
/// Reads a text's word n-grams as 32-bit hashes, in order, repeats included. Words stand between single spaces; in
/// scripts written without spaces each character is a word. A text of fewer than n words is one n-gram of them all; an
/// empty text has none.
/// </summary>
/// <remarks>
/// Words are hashed to 64 bits; the hash of an n-gram is a polynomial in its words' hashes, modulo 2^64, rolled from one
/// n-gram to the next in constant time, and mixed down to the 32 bits that <see cref="MinHash"/> takes.
/// </remarks>
internal ref struct NGramReader
{
    private const ulong Multiplier = 0x9FB21C651E98DF25; // odd; any fixed one would do
    private readonly ReadOnlySpan<byte> _text;
    private readonly Span<ulong> _window; // hashes of the last n words, as a ring
    private readonly ulong _leaving; // Multiplier^n
    private readonly bool _mayLackSpaces;
    private int _start,
        _end = -1;
    private int _slot;
    private long _words;
    private ulong _rolling;

    /// <summary>Starts at the beginning of <paramref name="text"/>.</summary>
    /// <param name="text">Words with one space between them.</param>
    /// <param name="window">Room for n words, whose length is n; overwritten.</param>
    public NGramReader(ReadOnlySpan<byte> text, Span<ulong> window)
    {
        _text = text;
        _window = window;
        window.Clear();
        _leaving = 1;
        for (int i = 0; i < window.Length; i++)
            _leaving *= Multiplier;
        _mayLackSpaces = UnspacedScripts.MayOccurIn(text);
    }

    /// <summary>The current word, as a range of the text; set by <see cref="NextWord"/>.</summary>
    public readonly Range Word => _start.._end;

    /// <summary>Fills <paramref name="hashes"/> from its start; returns how many it took, 0 at the end.</summary>
    public int Read(Span<uint> hashes)
    {
        int count = 0;
        while (count < hashes.Length && NextWord())
        {
            ulong word = HashWord(_text, _start, _end - _start);
            _rolling = _rolling * Multiplier + word - _window[_slot] * _leaving;
            _window[_slot] = word;
            if (++_slot == _window.Length)
                _slot = 0;
            if (++_words >= _window.Length)
                hashes[count++] = Finish(_rolling);
        }
        if (count == 0 && _words > 0 && _words < _window.Length)
        {
            _words = _window.Length; // the short text's only n-gram is given once
            hashes[count++] = Finish(_rolling);
        }
        return count;
    }

    /// <summary>Moves to the next word; false at the end.</summary>
    public bool NextWord()
    {
        // Where characters are words, the next may follow without a space.
        _start = _end >= 0 && _end < _text.Length && _text[_end] != ' ' ? _end : _end + 1;
        if (_start >= _text.Length)
            return false;
        int length = _text[_start..].IndexOf((byte)' ');
        _end = length < 0 ? _text.Length : _start + length;
        if (_mayLackSpaces && UnspacedScripts.MayOccurIn(_text[_start.._end]))
            _end = _start + UnspacedScripts.FirstWordLength(_text[_start.._end]);
        return true;
    }

    private static uint Finish(ulong rolling) => (uint)(((rolling ^ (rolling >> 29)) * 0xBF58476D1CE4E5B9) >> 32);

    private static ulong HashWord(ReadOnlySpan<byte> text, int start, int length)
    {
        const ulong first = 0xE7037ED1A0B428DB,
            second = 0x8EBC6AF09C88C6E3; // times the length, so that length and letters cannot make up for each other
        if (length > 16)
            return XxHash3.HashToUInt64(text.Slice(start, length));
        if (length > 8)
            return Fold(
                BinaryPrimitives.ReadUInt64LittleEndian(text[start..]) ^ first,
                BinaryPrimitives.ReadUInt64LittleEndian(text[(start + length - 8)..]) ^ (second * (ulong)length)
            );
        ulong bytes = 0;
        if (text.Length - start >= 8)
            bytes = BinaryPrimitives.ReadUInt64LittleEndian(text[start..]) & (ulong.MaxValue >> (64 - 8 * length));
        else
            for (int i = 0; i < length; i++)
                bytes |= (ulong)text[start + i] << (8 * i);
        return Fold(bytes ^ first, second * (ulong)length);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}

/// <summary>Scripts that put no spaces between words: Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer.</summary>
internal static class UnspacedScripts
{
    /// <summary>False if the text certainly has none of them: all their characters start with bytes from E0 to F0.</summary>
    public static bool MayOccurIn(ReadOnlySpan<byte> text) => text.ContainsAnyInRange((byte)0xE0, (byte)0xF0);

    /// <summary>Bytes of the first word: one character of such a script, or all before the next one.</summary>
    public static int FirstWordLength(ReadOnlySpan<byte> word)
    {
        int at = 0;
        while (at < word.Length)
        {
            Rune.DecodeFromUtf8(word[at..], out Rune rune, out int length);
            if (Contains(rune.Value))
                return at == 0 ? length : at;
            at += length;
        }
        return at;
    }

    private static bool Contains(int c) =>
        c
            is (>= 0x0E00 and <= 0x109F)
                or (>= 0x1780 and <= 0x17FF)
                or (>= 0x3005 and <= 0x3007)
                or (>= 0x3040 and <= 0x30FF)
                or (>= 0x31F0 and <= 0x31FF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x4E00 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x3FFFF);
}
