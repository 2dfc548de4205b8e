using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Learning;

/// <summary>
/// The n-grams of a model as a trie in one hash table: a node is found by its context (the node of all its words but the
/// last) and its last word, and links to its suffix (the node of all its words but the first, or of the longest suffix
/// that the model has). Exact: keys are compared in full.
/// </summary>
/// <remarks>
/// Contexts and suffixes always come before the nodes that refer to them, so one pass in the order of the nodes computes
/// anything that is defined by them. 32 bytes a node and 11 to 21 bytes of hash slots.
/// </remarks>
internal sealed class NGramTable(long memoryBytes = long.MaxValue)
{
    /// <summary>The empty n-gram: the context and the suffix of single words.</summary>
    public const int Root = 0;

    private const int ChunkBits = 14; // nodes never move: growing copies nothing and takes no second copy's memory
    private const int ChunkLength = 1 << ChunkBits;

    private Node[][] _chunks = [new Node[ChunkLength]];
    private int _chunkCount = 1;
    private ulong[] _slots = new ulong[2048]; // high half: bits of the hash; low half: the node, or 0 where empty
    private int _shift = 64 - 11;

    public struct Node
    {
        public int Context;
        public int Word;
        public int Suffix;

        /// <summary>How often, while counting; afterwards the number of words.</summary>
        public int Count;

        /// <summary>ln p(word | context); a sum of counts while estimating.</summary>
        public double LogProbability;

        /// <summary>ln of what the suffix's probabilities are multiplied with for words not seen after this n-gram.</summary>
        public double LogBackoff;

        public readonly int Order => Count;
    }

    /// <summary>Number of nodes, the root included.</summary>
    public int Count { get; private set; } = 1;

    public long MemoryBytes => ChunkBytes * _chunkCount + 8 * _slots.LongLength;

    public ref Node this[int node] => ref _chunks[node >> ChunkBits][node & (ChunkLength - 1)];

    private static long ChunkBytes => (long)Unsafe.SizeOf<Node>() * ChunkLength;

    /// <summary>The node of <paramref name="context"/> followed by <paramref name="word"/>, or <see cref="Root"/> if there is none.</summary>
    public int Find(int context, int word)
    {
        ulong hash = Hash(context, word);
        ulong[] slots = _slots;
        int mask = slots.Length - 1;
        for (int at = (int)(hash >> _shift); ; at = (at + 1) & mask)
        {
            ulong slot = slots[at];
            if (slot == 0)
                return Root;
            if ((uint)(slot >> 32) != (uint)hash)
                continue;
            ref Node node = ref this[(int)(uint)slot];
            if (node.Context == context && node.Word == word)
                return (int)(uint)slot;
        }
    }

    /// <summary>Adds a node that is not there yet, with a count of 0.</summary>
    /// <exception cref="InsufficientMemoryException">The table would outgrow its memory.</exception>
    public int Add(int context, int word, int suffix)
    {
        if (Count == _chunkCount * ChunkLength)
        {
            Reserve(ChunkBytes);
            if (_chunkCount == _chunks.Length)
                Array.Resize(ref _chunks, 2 * _chunks.Length);
            _chunks[_chunkCount++] = GC.AllocateUninitializedArray<Node>(ChunkLength);
        }
        if (Count > _slots.LongLength * 3 / 4)
            GrowSlots();
        int node = Count++;
        this[node] = new()
        {
            Context = context,
            Word = word,
            Suffix = suffix,
        };
        Place(node);
        return node;
    }

    /// <summary>Asks the processor to fetch what <see cref="Find"/> will look at first: misses of several keys then overlap.</summary>
    public unsafe void Prefetch(int context, int word)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[Hash(context, word) >> _shift]));
    }

    private void GrowSlots()
    {
        if (_slots.LongLength * 2 > Array.MaxLength)
            throw new InsufficientMemoryException("A model holds at most 800 million n-grams.");
        Reserve(16 * _slots.LongLength);
        _slots = new ulong[2 * _slots.Length];
        _shift--;
        for (int node = 1; node < Count; node++)
            Place(node);
    }

    private void Place(int node)
    {
        ref Node placed = ref this[node];
        ulong hash = Hash(placed.Context, placed.Word);
        int mask = _slots.Length - 1;
        int at = (int)(hash >> _shift);
        while (_slots[at] != 0)
            at = (at + 1) & mask;
        _slots[at] = (hash << 32) | (uint)node;
    }

    private void Reserve(long more)
    {
        if (MemoryBytes + more > memoryBytes)
            throw new InsufficientMemoryException($"The n-grams need more than {memoryBytes} bytes of memory.");
    }

    private static ulong Hash(int context, int word)
    {
        ulong hash = (((ulong)(uint)context << 32) | (uint)word) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 32);
    }
}
