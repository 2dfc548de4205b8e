using System.IO.Hashing;
using System.Text;

namespace Assay.Learning;

/// <summary>The distinct words of an n-gram model, numbered in the order in which they came; each is kept once, as UTF-8.</summary>
/// <remarks>Exact: words are compared byte by byte, a hash only finds the place. About 24 bytes a word beside its text.</remarks>
internal sealed class NGramVocabulary
{
    public const int Unknown = 0;
    public const int Begin = 1;
    public const int End = 2;
    public const int FirstByte = 3; // with NGramUnit.Bytes, byte b is token FirstByte + b

    private byte[] _bytes = new byte[4096];
    private int[] _ends = new int[1024]; // where each word ends in _bytes
    private ulong[] _slots = new ulong[1024]; // high half: bits of the hash; low half: word + 1, or 0 where empty
    private int _count;

    public NGramVocabulary()
    {
        Add("<unk>"u8);
        Add("<s>"u8);
        Add("</s>"u8);
    }

    public static NGramVocabulary OfBytes()
    {
        NGramVocabulary vocabulary = new();
        for (int value = 0; value < 256; value++)
            vocabulary.Add(Encoding.ASCII.GetBytes($"<0x{value:X2}>"));
        return vocabulary;
    }

    /// <summary>Number of words, the three special ones included.</summary>
    public int Count => _count;

    public long MemoryBytes => _bytes.LongLength + 4L * _ends.LongLength + 8L * _slots.LongLength;

    public ReadOnlySpan<byte> this[int word] => _bytes.AsSpan((word == 0 ? 0 : _ends[word - 1])..(_ends[word]));

    /// <summary>The number of <paramref name="word"/>, or -1.</summary>
    public int Find(ReadOnlySpan<byte> word)
    {
        ulong hash = XxHash3.HashToUInt64(word);
        ulong mask = (ulong)_slots.Length - 1;
        for (ulong at = hash & mask; ; at = (at + 1) & mask)
        {
            ulong slot = _slots[at];
            if (slot == 0)
                return -1;
            if (slot >> 32 == hash >> 32 && this[(int)(uint)slot - 1].SequenceEqual(word))
                return (int)(uint)slot - 1;
        }
    }

    /// <summary>The number of a word of running text; a text cannot name the marks of its own beginning and end.</summary>
    public int FindInText(ReadOnlySpan<byte> word) =>
        Find(word) is var found && found is -1 or Begin or End ? Unknown : found;

    /// <summary>The number of <paramref name="word"/>, which is given one if it is new.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> word) => Find(word) is var found && found >= 0 ? found : Add(word);

    /// <summary>Adds a word that is not there yet.</summary>
    public int Add(ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
            throw new ArgumentException("A word has at least one byte.", nameof(word));
        int start = _count == 0 ? 0 : _ends[_count - 1];
        int end = checked(start + word.Length);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        if (_count == _ends.Length)
            Array.Resize(ref _ends, 2 * _ends.Length);
        word.CopyTo(_bytes.AsSpan(start));
        _ends[_count++] = end;
        if (_count > _slots.Length / 2)
        {
            _slots = new ulong[2 * _slots.Length];
            for (int i = 0; i < _count - 1; i++)
                Place(i);
        }
        Place(_count - 1);
        return _count - 1;
    }

    private void Place(int word)
    {
        ulong hash = XxHash3.HashToUInt64(this[word]);
        ulong mask = (ulong)_slots.Length - 1;
        ulong at = hash & mask;
        while (_slots[at] != 0)
            at = (at + 1) & mask;
        _slots[at] = (hash >> 32 << 32) | (uint)(word + 1);
    }
}
