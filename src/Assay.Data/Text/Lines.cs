using System.Buffers;

namespace Assay.Data;

/// <summary>
/// Lines of UTF-8 text as Python's <c>str.splitlines()</c> has them: ended by LF, CR, CR LF, VT, FF, U+001C-001E, U+0085,
/// U+2028 or U+2029; a break at the very end starts no further line.
/// </summary>
public static class Lines
{
    // Line breaks, and the lead bytes of the wide ones.
    private static readonly SearchValues<byte> s_starts = SearchValues.Create(
        "\n\v\f\r\x1C\x1D\x1E"u8.ToArray().Concat((byte[])[0xC2, 0xE2]).ToArray()
    );

    /// <summary>Enumerates the lines of <paramref name="utf8"/>, without their breaks and without allocating.</summary>
    public static Enumerator Of(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>Length in bytes of the line break at <paramref name="at"/> (2 for CR LF), or 0 if there is none.</summary>
    public static int BreakLength(ReadOnlySpan<byte> utf8, int at) =>
        utf8[at] switch
        {
            (byte)'\r' => at + 1 < utf8.Length && utf8[at + 1] == '\n' ? 2 : 1,
            (>= 0x0A and <= 0x0C) or (>= 0x1C and <= 0x1E) => 1,
            0xC2 => at + 1 < utf8.Length && utf8[at + 1] == 0x85 ? 2 : 0,
            0xE2 => at + 2 < utf8.Length && utf8[at + 1] == 0x80 && utf8[at + 2] is 0xA8 or 0xA9 ? 3 : 0,
            _ => 0,
        };

    /// <summary>Walks over lines.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _start,
            _end,
            _next;

        internal Enumerator(ReadOnlySpan<byte> text) => _text = text;

        /// <summary>The current line, as a range of the text.</summary>
        public readonly Range Current => _start.._end;

        /// <summary>This enumerator.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Moves to the next line.</summary>
        public bool MoveNext()
        {
            if (_next == _text.Length)
                return false;
            _start = _next;
            for (int at = _start; ; at++)
            {
                int found = _text[at..].IndexOfAny(s_starts);
                if (found < 0)
                {
                    _end = _next = _text.Length;
                    return true;
                }
                at += found;
                int length = BreakLength(_text, at);
                if (length == 0)
                    continue;
                _end = at;
                _next = at + length;
                return true;
            }
        }
    }
}
