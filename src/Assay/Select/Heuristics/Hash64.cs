using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Select;

/// <summary>
/// 64-bit hashes of words and of sequences of words. Two of n different items collide with a probability of about
/// n² / 2^65 (10^-10 for 60,000), which no decision turns on in practice.
/// </summary>
internal static class Hash64
{
    private const ulong A = 0x9E3779B97F4A7C15,
        B = 0xD6E8FEB86659FD93,
        C = 0xCA5A826395121157;

    /// <summary>The hash of the bytes [start, start + length), length at least 1; 8 further bytes must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ref byte start, int length)
    {
        if (length <= 8)
            return Fold((Load(ref start) & ulong.MaxValue >> (64 - 8 * length)) ^ A, (ulong)length ^ B);
        if (length <= 16)
            return Fold(Load(ref start) ^ A, Load(ref Unsafe.Add(ref start, length - 8)) ^ (ulong)length * C ^ B);
        return XxHash3.HashToUInt64(MemoryMarshal.CreateReadOnlySpan(ref start, length));
    }

    /// <summary>The hash of 16 bytes.</summary>
    public static ulong Of16(ref byte start) => Fold(Load(ref start) ^ A, Load(ref Unsafe.Add(ref start, 8)) ^ B);

    /// <summary>The hash of a sequence, from the hash of all but its last item and the hash of that.</summary>
    public static ulong Append(ulong sequence, ulong item) => Fold(sequence ^ A, item ^ B);

    private static ulong Load(ref byte at) => Unsafe.ReadUnaligned<ulong>(ref at);

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
