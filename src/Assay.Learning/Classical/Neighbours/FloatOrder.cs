using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Learning;

/// <summary>Sorts float32 numbers with the places that they came from: a radix sort in three passes, several times faster than by comparison.</summary>
internal sealed class FloatOrder
{
    private const int Bits = 11,
        Buckets = 1 << Bits;
    private ulong[] _from,
        _to;
    private readonly int[] _counts = new int[3 * Buckets];

    /// <summary>Makes room.</summary>
    /// <param name="count">How many numbers are sorted at a time.</param>
    public FloatOrder(int count) => (_from, _to) = (new ulong[count], new ulong[count]);

    /// <summary>Sorts in place, ascending; equal numbers in the order of their places.</summary>
    /// <param name="keys">As many finite numbers as there is room for.</param>
    /// <param name="places">Gets the place at which each of them was.</param>
    public void Sort(Span<float> keys, Span<int> places)
    {
        Array.Clear(_counts);
        for (int i = 0; i < keys.Length; i++)
        {
            // Bits of floats order like whole numbers once negative ones are turned round.
            uint bits = BitConverter.SingleToUInt32Bits(keys[i] + 0f); // -0 becomes 0
            bits ^= (uint)((int)bits >> 31) | 0x80000000;
            _from[i] = (ulong)bits << 32 | (uint)i;
            _counts[bits & (Buckets - 1)]++;
            _counts[Buckets + (bits >> Bits & (Buckets - 1))]++;
            _counts[2 * Buckets + (bits >> 2 * Bits)]++;
        }
        for (int pass = 0; pass < 3; pass++)
            Distribute(keys.Length, 32 + pass * Bits, _counts.AsSpan(pass * Buckets, Buckets));
        for (int i = 0; i < keys.Length; i++)
        {
            uint bits = (uint)(_from[i] >> 32);
            bits ^= (uint)((int)~bits >> 31) | 0x80000000;
            keys[i] = BitConverter.UInt32BitsToSingle(bits);
            places[i] = (int)(uint)_from[i];
        }
    }

    private void Distribute(int count, int shift, Span<int> counts)
    {
        int start = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
            (counts[bucket], start) = (start, start + counts[bucket]);
        ref int next = ref MemoryMarshal.GetReference(counts);
        for (int i = 0; i < count; i++)
        {
            ulong item = _from[i];
            ref int at = ref Unsafe.Add(ref next, (int)(item >> shift) & (Buckets - 1));
            _to[at++] = item;
        }
        (_from, _to) = (_to, _from);
    }
}
