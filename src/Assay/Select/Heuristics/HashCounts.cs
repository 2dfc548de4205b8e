using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Select;

/// <summary>Counts occurrences of 64-bit hashes: open addressing with linear probing, reused from row to row.</summary>
internal sealed class HashCounts
{
    private Entry[] _entries = [];
    private int _mask;

    public struct Entry
    {
        /// <summary>The hash; 0 marks a free entry, so that hash 0 is kept as 1.</summary>
        public ulong Hash;

        /// <summary>Times counted.</summary>
        public int Count;

        /// <summary>Free for the caller: where it was first seen.</summary>
        public int First;
    }

    /// <summary>Forgets everything and makes room for so many hashes: clears only what they may touch.</summary>
    public void Reset(int hashes)
    {
        int size = (int)Math.Min(1 << 30, BitOperations.RoundUpToPowerOf2(2 * (ulong)Math.Max(8, hashes)));
        if (_entries.Length < size)
            _entries = new Entry[size];
        else
            Array.Clear(_entries, 0, size);
        _mask = size - 1;
    }

    /// <summary>The entry of <paramref name="hash"/>, with count 0 if it is new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Entry Find(ulong hash)
    {
        hash |= hash == 0 ? 1UL : 0;
        for (int at = (int)hash & _mask; ; at = (at + 1) & _mask)
        {
            ref Entry entry = ref _entries[at];
            if (entry.Hash == hash)
                return ref entry;
            if (entry.Hash == 0)
            {
                entry.Hash = hash;
                return ref entry;
            }
        }
    }

    /// <summary>Counts one more occurrence; true if there was one before.</summary>
    public bool Add(ulong hash) => Find(hash).Count++ > 0;
}
