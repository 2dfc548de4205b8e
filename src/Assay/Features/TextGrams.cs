using System.IO.Hashing;
using System.Numerics;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Features;

/// <summary>The n-grams of texts, each as a hash of 64 bits; one thread at a time.</summary>
/// <remarks>Upper case counts as lower case as far as ASCII goes. A word of nothing but punctuation is a word.</remarks>
internal sealed class TextGrams
{
    /// <summary>Base-2 logarithm of the columns that n-grams are counted in.</summary>
    public const int HashBits = 18;

    private const int ShortestCharacters = 3;
    private readonly TextUnit _unit;
    private readonly int _longest,
        _textBytes;
    private readonly ulong[] _ending; // hashes of the n-grams that end with the last word, by length
    private byte[] _lower = [];
    private int[] _starts = [];
    private ulong[] _hashes = new ulong[256];
    private int _count;

    public TextGrams(EmbeddingOptions options)
    {
        _unit = options.Unit;
        _longest =
            options.NGrams > 0 ? options.NGrams
            : _unit == TextUnit.Words ? 2
            : 5;
        _textBytes = options.TextBytes;
        _ending = new ulong[_longest];
    }

    /// <summary>The hashes of a text's n-grams, ascending, one for each time that an n-gram occurs; valid until the next call.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="bits">Bits of the hashes that are kept, 1 to 64.</param>
    public ReadOnlySpan<ulong> Of(ReadOnlySpan<byte> text, int bits = 64)
    {
        _count = 0;
        ReadOnlySpan<byte> lower = Lower(Cut(text, _textBytes));
        if (_unit == TextUnit.Words)
            AddWords(lower);
        else
            AddCharacters(lower);
        Span<ulong> hashes = _hashes.AsSpan(0, _count);
        if (bits < 64)
            foreach (ref ulong hash in hashes)
                hash &= (1UL << bits) - 1;
        hashes.Sort();
        return hashes;
    }

    /// <summary>The hashes of a text's words, in their order; valid until the next call.</summary>
    /// <param name="text">UTF-8.</param>
    public ReadOnlySpan<ulong> WordsOf(ReadOnlySpan<byte> text)
    {
        _count = 0;
        ReadOnlySpan<byte> lower = Lower(Cut(text, _textBytes));
        foreach (Range range in Words.Of(lower))
            Add(HashOfLowerWord(lower[range]));
        return _hashes.AsSpan(0, _count);
    }

    /// <summary>Counts of hashed n-grams: one row a row, 2^18 columns.</summary>
    /// <param name="view">Where the rows are.</param>
    /// <param name="rows">Ordinals in the dataset.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public SparseMatrix Count(View view, IEnumerable<int> rows, CancellationToken cancellation)
    {
        Counts counts = new();
        view.ForEach(rows, (batch, row) => AddRow(batch.Text(row), counts), cancellation);
        return counts.ToMatrix();
    }

    /// <summary>The same for rows of one table.</summary>
    public SparseMatrix Count(Batch batch, ReadOnlySpan<int> rows)
    {
        Counts counts = new();
        foreach (int row in rows)
            AddRow(batch.Text(row), counts);
        return counts.ToMatrix();
    }

    /// <summary>The same for texts.</summary>
    public SparseMatrix Count(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        Counts counts = new();
        foreach (ReadOnlyMemory<byte> text in texts)
            AddRow(text.Span, counts);
        return counts.ToMatrix();
    }

    private void AddRow(ReadOnlySpan<byte> text, Counts counts)
    {
        foreach (ulong hash in Of(text, HashBits))
            counts.Add((int)hash);
        counts.EndRow();
    }

    // At the start of a character.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int bytes)
    {
        if (text.Length <= bytes)
            return text;
        while (bytes > 0 && (text[bytes] & 0xC0) == 0x80)
            bytes--;
        return text[..bytes];
    }

    private ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> text)
    {
        if (_lower.Length < text.Length)
            _lower = new byte[Math.Max(text.Length, 2 * _lower.Length)];
        for (int i = 0; i < text.Length; i++)
            _lower[i] = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
        return _lower.AsSpan(0, text.Length);
    }

    private void AddWords(ReadOnlySpan<byte> text)
    {
        int known = 0;
        foreach (Range range in Words.Of(text))
        {
            ulong word = HashOfLowerWord(text[range]);
            known = Math.Min(known + 1, _longest);
            for (int length = known; length > 1; length--)
                Add(_ending[length - 1] = Join(_ending[length - 2], word));
            Add(_ending[0] = word);
        }
    }

    private void AddCharacters(ReadOnlySpan<byte> text)
    {
        if (_starts.Length <= text.Length)
            _starts = new int[text.Length + 1];
        int characters = 0;
        for (int i = 0; i < text.Length; i++)
            if ((text[i] & 0xC0) != 0x80)
                _starts[characters++] = i;
        _starts[characters] = text.Length;
        for (int length = Math.Min(ShortestCharacters, _longest); length <= _longest; length++)
        for (int i = 0; i + length <= characters; i++)
            Add(XxHash3.HashToUInt64(text[_starts[i].._starts[i + length]]));
    }

    private static ulong HashOfLowerWord(ReadOnlySpan<byte> word) => XxHash3.HashToUInt64(WithoutPunctuation(word));

    private static ReadOnlySpan<byte> WithoutPunctuation(ReadOnlySpan<byte> word)
    {
        int start = 0,
            end = word.Length;
        while (start < end && IsPunctuation(word[start]))
            start++;
        while (end > start && IsPunctuation(word[end - 1]))
            end--;
        return start < end ? word[start..end] : word;
    }

    private static bool IsPunctuation(byte b) => b < 0x80 && !char.IsAsciiLetterOrDigit((char)b);

    private static ulong Join(ulong before, ulong word) =>
        RandomStream.SplitMix64(BitOperations.RotateLeft(before, 23) ^ word, 1);

    private void Add(ulong hash)
    {
        if (_count == _hashes.Length)
            Array.Resize(ref _hashes, 2 * _count);
        _hashes[_count++] = hash;
    }

    // Compressed rows, from columns that ascend within a row.
    private sealed class Counts
    {
        private readonly List<int> _offsets = [0],
            _columns = [];
        private readonly List<float> _values = [];

        public void Add(int column)
        {
            if (_columns.Count > _offsets[^1] && _columns[^1] == column)
                _values[^1]++;
            else
            {
                _columns.Add(column);
                _values.Add(1);
            }
        }

        public void EndRow() => _offsets.Add(_columns.Count);

        public SparseMatrix ToMatrix() => new([.. _offsets], [.. _columns], [.. _values], 1 << HashBits);
    }
}
