namespace Assay.Data;

/// <summary>Words of UTF-8 text: runs of characters between Unicode white space, as Python's <c>str.split()</c> has them.</summary>
public static class Words
{
    /// <summary>Enumerates the words of <paramref name="utf8"/> without allocating.</summary>
    public static Enumerator Of(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>Number of words.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        foreach (Range _ in Of(utf8))
            count++;
        return count;
    }

    /// <summary>Walks over words.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _start,
            _end;

        internal Enumerator(ReadOnlySpan<byte> text) => _text = text;

        /// <summary>The current word, as a range of the text.</summary>
        public readonly Range Current => _start.._end;

        /// <summary>This enumerator.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Moves to the next word.</summary>
        public bool MoveNext()
        {
            int at = _end;
            int space;
            while (at < _text.Length && (space = WhiteSpaceLength(_text, at)) > 0)
                at += space;
            _start = at;
            while (at < _text.Length && WhiteSpaceLength(_text, at) == 0)
                at++;
            _end = at;
            return _end > _start;
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
            (0xE2, 0x80) => third is <= 0x8A or 0xA8 or 0xA9 or 0xAF,
            (0xE2, 0x81) => third == 0x9F,
            (0xE3, 0x80) => third == 0x80,
            _ => false,
        }
            ? 3
            : 0;
    }
}
