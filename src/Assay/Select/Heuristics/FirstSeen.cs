using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Select;

/// <summary>
/// Finds earlier occurrences of 64-bit hashes. Open addressing with linear probing over 4-byte slots that name a place in
/// the list of hashes, so that what is cleared from row to row, and what is probed, is small.
/// </summary>
internal sealed class FirstSeen
{
    private int[] _slots = []; // place + 1, or 0 where free
    private ulong[] _hashes = [];
    private int _shift;
    private int _count;

    /// <summary>Forgets everything and makes room for so many hashes: clears only what they may touch.</summary>
    public void Reset(int hashes)
    {
        int bits = BitOperations.Log2((uint)Math.Clamp(hashes, 8, 1 << 28)) + 2;
        if (_slots.Length < 1 << bits)
        {
            _slots = new int[1 << bits];
            _hashes = new ulong[1 << (bits - 1)];
        }
        else
            Array.Clear(_slots, 0, 1 << bits);
        _shift = 64 - bits;
        _count = 0;
    }

    /// <summary>Adds a hash; the place, counted from 0, at which it was added first: its own if it is new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(ulong hash)
    {
        int place = _count++;
        _hashes[place] = hash;
        int[] slots = _slots;
        int last = (int)(ulong.MaxValue >> _shift);
        for (int at = (int)(hash >> _shift); ; at = (at + 1) & last)
        {
            int first = slots[at] - 1;
            if (first < 0)
            {
                slots[at] = place + 1;
                return place;
            }
            if (_hashes[first] == hash)
                return first;
        }
    }

    /// <summary>Adds a hash; true if it was added before.</summary>
    public bool AddAgain(ulong hash)
    {
        int place = _count;
        return Add(hash) != place;
    }
}
