using System.Collections;
using Assay.Data;

namespace Assay.Select;

/// <summary>Finds what occurs twice in a collection of texts that is held in memory, by its suffix array.</summary>
/// <remarks>
/// Windows of <paramref name="length"/> bytes that are equal stand side by side in the suffix array; those that reach over the end of
/// their text do not count. About ten bytes of memory for each byte of text.
/// </remarks>
internal sealed class RepeatFinder(int length, bool keepFirst)
{
    /// <summary>Bytes of memory for each byte of text.</summary>
    public const int BytesPerByte = 10;

    private readonly List<(int Row, int Offset, int Start)> _texts = []; // in _bytes they start at Start
    private byte[] _bytes = [];
    private int _count;

    /// <summary>Bytes added.</summary>
    public int Bytes => _count;

    /// <summary>Adds a part of a row's text; parts come in the order of rows and places.</summary>
    public void Add(int row, int offset, ReadOnlySpan<byte> text)
    {
        if (_bytes.Length - _count < text.Length)
            Array.Resize(
                ref _bytes,
                (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_count + text.Length))
            );
        text.CopyTo(_bytes.AsSpan(_count));
        _texts.Add((row, offset, _count));
        _count += text.Length;
    }

    /// <summary>The spans made of windows that occur more than once; with the first occurrence of each only if it is not to be kept.</summary>
    public TextSpan[] Find(CancellationToken cancellation)
    {
        ReadOnlySpan<byte> text = _bytes.AsSpan(0, _count);
        BitArray isWindow = new(_count),
            repeated = new(_count);
        for (int i = 0; i < _texts.Count; i++)
        for (int at = _texts[i].Start; at <= EndOf(i) - length; at++)
            isWindow[at] = true;
        int[] suffixes = SuffixArray.Of(text, cancellation);
        int last = -1,
            first = -1; // of the windows that equal the last one, the first in the text
        foreach (int at in suffixes)
        {
            if (!isWindow[at])
                continue;
            if (last >= 0 && text.Slice(last, length).SequenceEqual(text.Slice(at, length)))
            {
                repeated[Math.Max(first, at)] = true;
                first = Math.Min(first, at);
                repeated[first] |= !keepFirst;
            }
            else
                first = at;
            last = at;
        }
        return Spans(repeated);
    }

    private TextSpan[] Spans(BitArray repeated)
    {
        List<TextSpan> spans = [];
        for (int i = 0; i < _texts.Count; i++)
        {
            (int row, int offset, int start) = _texts[i];
            for (int at = start; at <= EndOf(i) - length; at++)
            {
                if (!repeated[at])
                    continue;
                TextSpan span = new(row, offset + at - start, offset + at - start + length);
                if (spans.Count > 0 && spans[^1].Row == row && spans[^1].End >= span.Start)
                    spans[^1] = spans[^1] with { End = Math.Max(spans[^1].End, span.End) };
                else
                    spans.Add(span);
            }
        }
        return [.. spans];
    }

    private int EndOf(int text) => text + 1 < _texts.Count ? _texts[text + 1].Start : _count;
}
