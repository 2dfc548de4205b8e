using System.Numerics;

namespace Assay.Data;

/// <summary>
/// Parquet's hybrid of run lengths and bit packing, in which levels and dictionary indices are written: runs of 8 or more equal
/// values by their length, everything else in packed groups of 8.
/// </summary>
internal static class HybridEncoder
{
    /// <summary>Bits that numbers below <paramref name="count"/> take.</summary>
    public static int BitsFor(int count) => count <= 1 ? 0 : BitOperations.Log2((uint)(count - 1)) + 1;

    /// <summary>Appends <paramref name="values"/>, each below 2^<paramref name="bits"/>, without a length before them.</summary>
    public static void Encode(ReadOnlySpan<int> values, int bits, ByteBuffer output)
    {
        int packedFrom = 0; // values from here on wait to be packed
        for (int at = 0; at < values.Length; )
        {
            int run = RunAt(values[at..]);
            // A run may only begin where whole groups of 8 lie before it.
            int lent = -(at - packedFrom) & 7;
            if (run - lent < 8)
            {
                at += Math.Max(run, 1);
                continue;
            }
            Pack(values[packedFrom..(at + lent)], bits, output);
            Varint((uint)(run - lent) << 1, output);
            for (int shift = 0; shift < bits; shift += 8)
                output.Append((byte)(values[at] >> shift));
            at += run;
            packedFrom = at;
        }
        Pack(values[packedFrom..], bits, output);
    }

    private static int RunAt(ReadOnlySpan<int> values)
    {
        int end = values.IndexOfAnyExcept(values[0]);
        return end < 0 ? values.Length : end;
    }

    /// <summary>Appends groups of 8 values; the last is filled with zeros.</summary>
    private static void Pack(ReadOnlySpan<int> values, int bits, ByteBuffer output)
    {
        if (values.IsEmpty)
            return;
        int groups = (values.Length + 7) / 8;
        Varint((uint)groups << 1 | 1, output);
        Span<byte> packed = output.Reserve(groups * bits)[..(groups * bits)];
        int at = 0,
            held = 0;
        ulong buffer = 0;
        foreach (int value in values)
        {
            buffer |= (ulong)(uint)value << held;
            for (held += bits; held >= 8; held -= 8, buffer >>= 8)
                packed[at++] = (byte)buffer;
        }
        if (held > 0)
            packed[at++] = (byte)buffer;
        packed[at..].Clear();
        output.Advance(packed.Length);
    }

    private static void Varint(uint value, ByteBuffer output)
    {
        for (; value >= 0x80; value >>= 7)
            output.Append((byte)(value | 0x80));
        output.Append((byte)value);
    }
}
