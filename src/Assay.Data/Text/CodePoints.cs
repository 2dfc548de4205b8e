using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Data;

/// <summary>Lengths of UTF-8 text in Unicode code points, as Python's <c>len(str)</c> counts.</summary>
public static class CodePoints
{
    /// <summary>
    /// Number of code points of <paramref name="utf8"/>: of the bytes that are no continuation bytes (80-BF), so that
    /// invalid text has a length too.
    /// </summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        int at = 0,
            count = 0;
        ref byte start = ref MemoryMarshal.GetReference(utf8);
        if (Vector128.IsHardwareAccelerated)
            for (; at <= utf8.Length - Vector512<byte>.Count; at += Vector512<byte>.Count)
            {
                Vector512<sbyte> block = Vector512.LoadUnsafe(ref start, (nuint)at).AsSByte();
                ulong leads = Vector512.GreaterThan(block, Vector512.Create((sbyte)-65)).ExtractMostSignificantBits();
                count += BitOperations.PopCount(leads);
            }
        for (; at < utf8.Length; at++)
            count += IsLead(utf8[at]) ? 1 : 0;
        return count;
    }

    /// <summary>True if a code point starts with this byte, in valid text.</summary>
    public static bool IsLead(byte value) => (value & 0xC0) != 0x80;
}
