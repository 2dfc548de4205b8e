using System.Runtime.Intrinsics;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>
/// A family of hash functions of which each keeps the least value over a set: two sets agree in one with a probability that
/// is their Jaccard similarity.
/// </summary>
/// <remarks>
/// <c>h_i(x) = ((a_i x + b_i) mod 2^64) / 2^32</c>, rounded down, for 32-bit x and random 64-bit a_i and b_i: the strongly universal
/// multiply-add-shift family (Dietzfelbinger, 1996). It stands where the reference takes <c>(a_i x + b_i) mod (2^61 - 1)</c>,
/// because it needs no division and gives the same bits on vectors of any width. The shift is put off until the least value is
/// known, and values are compared as signed numbers, which vectors do faster: that is the same as another b_i.
/// </remarks>
internal sealed class MinHash
{
    // Functions that a vector loop handles at once, so that a, b and the minima stay in registers.
    private const int Group = 16;
    private readonly ulong[] _a;
    private readonly ulong[] _b;

    /// <summary>Draws <paramref name="count"/> functions.</summary>
    public MinHash(int count, RandomStream random)
    {
        Count = count;
        PaddedCount = (count + Group - 1) / Group * Group;
        _a = new ulong[PaddedCount];
        _b = new ulong[PaddedCount];
        for (int i = 0; i < count; i++)
        {
            _a[i] = random.NextUInt64();
            _b[i] = random.NextUInt64();
        }
    }

    /// <summary>Number of functions.</summary>
    public int Count { get; }

    /// <summary>Length of the minima that <see cref="Update"/> takes: <see cref="Count"/> rounded up.</summary>
    public int PaddedCount { get; }

    /// <summary>Lowers <paramref name="minima"/> to the least values of <paramref name="set"/>; start with <see cref="long.MaxValue"/>.</summary>
    public void Update(ReadOnlySpan<uint> set, Span<long> minima)
    {
        if (Vector512.IsHardwareAccelerated)
            Update512(set, minima);
        else if (Vector256.IsHardwareAccelerated)
            Update256(set, minima);
        else
            UpdateScalar(set, minima);
    }

    /// <summary>The signature: the upper half of each minimum.</summary>
    public void Finish(ReadOnlySpan<long> minima, Span<uint> signature)
    {
        for (int i = 0; i < Count; i++)
            signature[i] = (uint)(minima[i] >> 32);
    }

    internal void UpdateScalar(ReadOnlySpan<uint> set, Span<long> minima)
    {
        for (int i = 0; i < Count; i++)
        {
            long least = minima[i];
            foreach (uint x in set)
                least = Math.Min(least, (long)(_a[i] * x + _b[i]));
            minima[i] = least;
        }
    }

    internal void Update512(ReadOnlySpan<uint> set, Span<long> minima)
    {
        for (int i = 0, j = 8; i < PaddedCount; i += 16, j += 16)
        {
            Vector512<ulong> a0 = Vector512.Create(_a.AsSpan(i)),
                a1 = Vector512.Create(_a.AsSpan(j)),
                b0 = Vector512.Create(_b.AsSpan(i)),
                b1 = Vector512.Create(_b.AsSpan(j));
            Vector512<long> least0 = Vector512.Create<long>(minima[i..]),
                least1 = Vector512.Create<long>(minima[j..]);
            foreach (uint item in set)
            {
                Vector512<ulong> x = Vector512.Create((ulong)item);
                least0 = Vector512.Min(least0, (a0 * x + b0).AsInt64());
                least1 = Vector512.Min(least1, (a1 * x + b1).AsInt64());
            }
            least0.CopyTo(minima[i..]);
            least1.CopyTo(minima[j..]);
        }
    }

    internal void Update256(ReadOnlySpan<uint> set, Span<long> minima)
    {
        for (int i = 0, j = 4; i < PaddedCount; i += 8, j += 8)
        {
            Vector256<ulong> a0 = Vector256.Create(_a.AsSpan(i)),
                a1 = Vector256.Create(_a.AsSpan(j)),
                b0 = Vector256.Create(_b.AsSpan(i)),
                b1 = Vector256.Create(_b.AsSpan(j));
            Vector256<long> least0 = Vector256.Create<long>(minima[i..]),
                least1 = Vector256.Create<long>(minima[j..]);
            foreach (uint item in set)
            {
                Vector256<ulong> x = Vector256.Create((ulong)item);
                least0 = Vector256.Min(least0, (a0 * x + b0).AsInt64());
                least1 = Vector256.Min(least1, (a1 * x + b1).AsInt64());
            }
            least0.CopyTo(minima[i..]);
            least1.CopyTo(minima[j..]);
        }
    }
}
