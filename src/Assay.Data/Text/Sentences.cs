namespace Assay.Data;

/// <summary>
/// Sentences of UTF-8 text in the plainest sense: pieces between <c>.</c>, <c>!</c> or <c>?</c> followed by white space.
/// The white space belongs to no sentence; empty pieces are left out. No abbreviation is known, so <c>e.g. this</c> is two.
/// </summary>
public static class Sentences
{
    /// <summary>Enumerates the sentences of <paramref name="utf8"/> without allocating.</summary>
    public static Enumerator Of(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>Number of sentences of <paramref name="utf8"/>.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        foreach (Range _ in Of(utf8))
            count++;
        return count;
    }

    /// <summary>Walks over sentences.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _start,
            _end,
            _next;

        internal Enumerator(ReadOnlySpan<byte> text) => _text = text;

        /// <summary>The current sentence, as a range of the text.</summary>
        public readonly Range Current => _start.._end;

        /// <summary>This enumerator.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Moves to the next sentence.</summary>
        public bool MoveNext()
        {
            if (_next == _text.Length)
                return false;
            _start = _next;
            int at = _start;
            while (true)
            {
                int found = _text[at..].IndexOfAny((byte)'.', (byte)'!', (byte)'?');
                if (found < 0)
                {
                    _end = _next = _text.Length;
                    return true;
                }
                at += found + 1;
                _end = _next = at;
                int space;
                while (_next < _text.Length && (space = Words.WhiteSpaceLength(_text, _next)) > 0)
                    _next += space;
                if (_next > _end)
                    return true;
            }
        }
    }
}
