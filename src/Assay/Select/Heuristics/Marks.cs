using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Select;

/// <summary>One bit per byte of a text: which bytes are letters, white space, and so on.</summary>
internal sealed class Marks
{
    private ulong[] _bits = [];

    /// <summary>The bits, 64 bytes of text in each; what lies behind the text is undefined until it is set.</summary>
    public ulong[] Blocks => _bits;

    /// <summary>Makes room for so many blocks of 64, and one block more.</summary>
    public void Reserve(int blocks)
    {
        if (_bits.Length <= blocks)
            _bits = new ulong[Math.Max(blocks + 1, 2 * _bits.Length)];
    }

    public bool this[int at] => (_bits[at >> 6] >> at & 1) != 0;

    /// <summary>Sets the bits [at, at + length), length at most 4.</summary>
    public void Set(int at, int length)
    {
        ulong bits = (1UL << length) - 1;
        int shift = at & 63;
        _bits[at >> 6] |= bits << shift;
        if (shift + length > 64)
            _bits[(at >> 6) + 1] |= bits >> (64 - shift);
    }

    /// <summary>Clears the bits [at, at + length), length at most 4.</summary>
    public void Clear(int at, int length)
    {
        ulong bits = (1UL << length) - 1;
        int shift = at & 63;
        _bits[at >> 6] &= ~(bits << shift);
        if (shift + length > 64)
            _bits[(at >> 6) + 1] &= ~(bits >> (64 - shift));
    }

    /// <summary>True if any bit of [start, end) is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Any(int start, int end)
    {
        int shift = start & 63,
            length = end - start;
        if (length <= 64 - shift)
            return length > 0 && _bits[start >> 6] >> shift << (64 - length) != 0;
        return First(start, end) < end;
    }

    /// <summary>Number of bits of [start, end) that are set.</summary>
    public int Count(int start, int end)
    {
        if (start >= end)
            return 0;
        int first = start >> 6,
            last = (end - 1) >> 6;
        ulong head = ulong.MaxValue << start,
            tail = ulong.MaxValue >> (63 - ((end - 1) & 63));
        if (first == last)
            return BitOperations.PopCount(_bits[first] & head & tail);
        int count = BitOperations.PopCount(_bits[first] & head) + BitOperations.PopCount(_bits[last] & tail);
        for (int block = first + 1; block < last; block++)
            count += BitOperations.PopCount(_bits[block]);
        return count;
    }

    /// <summary>The first set bit of [start, end), or <paramref name="end"/>.</summary>
    public int First(int start, int end)
    {
        if (start >= end)
            return end;
        ulong bits = _bits[start >> 6] & ulong.MaxValue << start;
        for (int block = start & ~63; ; bits = _bits[block >> 6])
        {
            if (bits != 0)
                return Math.Min(end, block + BitOperations.TrailingZeroCount(bits));
            block += 64;
            if (block >= end)
                return end;
        }
    }

    /// <summary>The first clear bit of [start, end), or <paramref name="end"/>.</summary>
    public int FirstClear(int start, int end)
    {
        if (start >= end)
            return end;
        ulong bits = ~_bits[start >> 6] & ulong.MaxValue << start;
        for (int block = start & ~63; ; bits = ~_bits[block >> 6])
        {
            if (bits != 0)
                return Math.Min(end, block + BitOperations.TrailingZeroCount(bits));
            block += 64;
            if (block >= end)
                return end;
        }
    }

    /// <summary>The last set bit of [start, end), or -1.</summary>
    public int Last(int start, int end)
    {
        if (start >= end)
            return -1;
        int block = (end - 1) & ~63;
        ulong bits = _bits[block >> 6] & ulong.MaxValue >> (63 - ((end - 1) & 63));
        while (bits == 0)
        {
            block -= 64;
            if (block + 64 <= start)
                return -1;
            bits = _bits[block >> 6];
        }
        int last = block + 63 - BitOperations.LeadingZeroCount(bits);
        return last >= start ? last : -1;
    }
}
