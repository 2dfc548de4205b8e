using System.IO.Hashing;

namespace Assay.Learning;

/// <summary>The distinct words of a text and how often each occurs.</summary>
/// <remarks>Exact: words are compared byte by byte, a hash only finds the place. About 32 bytes a word beside its text.</remarks>
internal sealed class WordCounts
{
    private byte[] _bytes = new byte[4096];
    private int[] _ends = new int[1024]; // where each word ends in _bytes
    private long[] _counts = new long[1024];
    private ulong[] _slots = new ulong[2048]; // high half: bits of the hash; low half: word + 1, or 0 where empty

    /// <summary>Number of distinct words.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<byte> Word(int word) => _bytes.AsSpan((word == 0 ? 0 : _ends[word - 1])..(_ends[word]));

    public long CountOf(int word) => _counts[word];

    /// <summary>Counts the words of a text.</summary>
    public void AddText(ReadOnlySpan<byte> text, long times)
    {
        for (int at = 0; at < text.Length; )
        {
            int end = WordPatterns.Gpt2(text, at);
            Add(text[at..end], times);
            at = end;
        }
    }

    public void AddAll(WordCounts other)
    {
        for (int word = 0; word < other.Count; word++)
            Add(other.Word(word), other.CountOf(word));
    }

    private void Add(ReadOnlySpan<byte> word, long times)
    {
        ulong hash = XxHash3.HashToUInt64(word);
        ulong mask = (ulong)_slots.Length - 1;
        ulong at = hash & mask;
        for (; _slots[at] != 0; at = (at + 1) & mask)
            if (_slots[at] >> 32 == hash >> 32 && Word((int)(uint)_slots[at] - 1).SequenceEqual(word))
            {
                _counts[(int)(uint)_slots[at] - 1] += times;
                return;
            }
        _slots[at] = (hash >> 32 << 32) | (uint)(Count + 1);
        int start = Count == 0 ? 0 : _ends[Count - 1];
        int end = checked(start + word.Length);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * Count);
            Array.Resize(ref _counts, 2 * Count);
        }
        word.CopyTo(_bytes.AsSpan(start));
        _ends[Count] = end;
        _counts[Count++] = times;
        if (Count > _slots.Length / 2)
            Grow();
    }

    private void Grow()
    {
        _slots = new ulong[2 * _slots.Length];
        ulong mask = (ulong)_slots.Length - 1;
        for (int word = 0; word < Count; word++)
        {
            ulong hash = XxHash3.HashToUInt64(Word(word));
            ulong at = hash & mask;
            while (_slots[at] != 0)
                at = (at + 1) & mask;
            _slots[at] = (hash >> 32 << 32) | (uint)(word + 1);
        }
    }
}
