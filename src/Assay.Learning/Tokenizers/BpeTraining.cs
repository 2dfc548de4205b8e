using System.Runtime.InteropServices;

namespace Assay.Learning;

/// <summary>One run of merging over counted words.</summary>
/// <remarks>
/// Counts of pairs are kept exact while words change. The queue holds a pair with the count that it had when it last grew; one
/// that shrank meanwhile is put back with its present count when it comes up.
/// </remarks>
internal sealed class BpeTraining
{
    private readonly BpeTrainerOptions _options;
    private readonly WordCounts _words;
    private readonly int[] _symbols; // the tokens of all words, each in the room of its bytes
    private readonly int[] _starts; // of each word
    private readonly int[] _lengths;
    private readonly Dictionary<ulong, int> _pairs = [];
    private readonly List<Pair> _found = []; // by the values of _pairs
    private readonly List<int> _grown = []; // pairs that grew in this merge
    private readonly Dictionary<byte[], int> _ids = new(BytesComparer.Instance);
    private readonly PriorityQueue<int, (long Count, ulong Key)> _queue = new(
        Comparer<(long Count, ulong Key)>.Create(
            (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Key.CompareTo(b.Key)
        )
    );

    private sealed class Pair(ulong key)
    {
        public readonly ulong Key = key; // left token in the high half
        public readonly List<int> Words = []; // that hold the pair, or did
        public long Count;
        public bool HasGrown;
        public bool IsMerged;
    }

    public BpeTraining(WordCounts words, BpeTrainerOptions options)
    {
        (_words, _options) = (words, options);
        int special = options.Special.Count;
        int[] idOfByte = new int[256];
        foreach (byte value in ByteAlphabet.InOrderOfCharacters)
        {
            idOfByte[value] = special + Tokens.Count;
            _ids.Add([value], idOfByte[value]);
            Tokens.Add([value]);
        }
        _starts = new int[words.Count];
        _lengths = new int[words.Count];
        long total = 0;
        for (int word = 0; word < words.Count; word++)
            total += words.Word(word).Length;
        _symbols = new int[checked((int)total)];
        int at = 0;
        for (int word = 0; word < words.Count; word++)
        {
            _starts[word] = at;
            foreach (byte value in words.Word(word))
                _symbols[at++] = idOfByte[value];
            _lengths[word] = at - _starts[word];
            ReadOnlySpan<int> symbols = _symbols.AsSpan(_starts[word], _lengths[word]);
            for (int i = 0; i + 1 < symbols.Length; i++)
                Count(symbols[i], symbols[i + 1], words.CountOf(word), word);
        }
        Enqueue();
    }

    /// <summary>The bytes of each token after the special ones.</summary>
    public List<byte[]> Tokens { get; } = [];

    public List<(int Left, int Right, int Merged)> Merges { get; } = [];

    public void Run(CancellationToken cancellation)
    {
        int special = _options.Special.Count;
        int lastOfWord = -1;
        while (special + Tokens.Count < _options.VocabularySize && _queue.TryDequeue(out int index, out var priority))
        {
            cancellation.ThrowIfCancellationRequested();
            Pair pair = _found[index];
            if (pair.Count != priority.Count)
            {
                if (pair.Count > 0)
                    _queue.Enqueue(index, (pair.Count, pair.Key));
                continue;
            }
            if (pair.Count < _options.MinFrequency)
                break;
            (int left, int right) = ((int)(pair.Key >> 32), (int)(uint)pair.Key);
            byte[] bytes = [.. Tokens[left - special], .. Tokens[right - special]];
            if (bytes.Length > _options.MaxTokenBytes)
                continue;
            ref int merged = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, bytes, out bool isKnown);
            if (!isKnown)
            {
                merged = special + Tokens.Count;
                Tokens.Add(bytes);
            }
            if (!pair.IsMerged)
                Merges.Add((left, right, merged));
            pair.IsMerged = true;
            lastOfWord = -1;
            // The list grows while it is read only if the pair makes itself again, which it does not: its own result differs.
            for (int i = 0; i < pair.Words.Count; i++)
                if (pair.Words[i] != lastOfWord)
                {
                    lastOfWord = pair.Words[i];
                    MergeIn(lastOfWord, left, right, merged);
                }
            pair.Words.Clear();
            Enqueue();
        }
    }

    private void MergeIn(int word, int left, int right, int merged)
    {
        Span<int> symbols = _symbols.AsSpan(_starts[word], _lengths[word]);
        long times = _words.CountOf(word);
        int kept = 0;
        for (int at = 0; at < symbols.Length; )
        {
            if (at + 1 == symbols.Length || symbols[at] != left || symbols[at + 1] != right)
            {
                symbols[kept++] = symbols[at++];
                continue;
            }
            Count(left, right, -times, word);
            if (kept > 0)
            {
                Count(symbols[kept - 1], left, -times, word);
                Count(symbols[kept - 1], merged, times, word);
            }
            at += 2;
            if (at < symbols.Length)
            {
                Count(right, symbols[at], -times, word);
                Count(merged, symbols[at], times, word);
            }
            symbols[kept++] = merged;
        }
        _lengths[word] = kept;
    }

    private void Count(int left, int right, long times, int word)
    {
        ulong key = ((ulong)(uint)left << 32) | (uint)right;
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out bool isKnown);
        if (!isKnown)
        {
            index = _found.Count;
            _found.Add(new(key));
        }
        Pair pair = _found[index];
        pair.Count += times;
        if (times < 0)
            return;
        if (pair.Words.Count == 0 || pair.Words[^1] != word)
            pair.Words.Add(word);
        if (!pair.HasGrown)
        {
            pair.HasGrown = true;
            _grown.Add(index);
        }
    }

    private void Enqueue()
    {
        foreach (int index in _grown)
        {
            Pair pair = _found[index];
            pair.HasGrown = false;
            if (pair.Count > 0)
                _queue.Enqueue(index, (pair.Count, pair.Key));
        }
        _grown.Clear();
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] bytes)
        {
            HashCode hash = new();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}
