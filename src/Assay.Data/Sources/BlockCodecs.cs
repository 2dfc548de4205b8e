using System.Buffers.Binary;
using System.IO.Hashing;

namespace Assay.Data;

/// <summary>Snappy's block format (google/snappy, format_description.txt), decompression only.</summary>
internal static class SnappyBlock
{
    /// <summary>Fills <paramref name="output"/>, whose length the caller knows.</summary>
    /// <exception cref="DamagedFileException">The input is damaged, or of another length when decompressed.</exception>
    public static void Decompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int at = 0,
            filled = 0;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at == input.Length || shift > 28)
                throw Damaged();
            length |= (ulong)(input[at] & 0x7F) << shift;
            if (input[at++] < 0x80)
                break;
        }
        if (length != (ulong)output.Length)
            throw new DamagedFileException($"expected Snappy data of {output.Length} bytes, found {length}");
        while (at < input.Length)
        {
            int tag = input[at++],
                size,
                back;
            switch (tag & 3)
            {
                case 0:
                    size = tag >> 2;
                    if (size >= 60)
                    {
                        int bytes = size - 59;
                        if (bytes > input.Length - at)
                            throw Damaged();
                        uint whole = 0;
                        for (int i = 0; i < bytes; i++)
                            whole |= (uint)input[at + i] << 8 * i;
                        at += bytes;
                        if (whole >= int.MaxValue)
                            throw Damaged();
                        size = (int)whole;
                    }
                    size++;
                    if (size > input.Length - at || size > output.Length - filled)
                        throw Damaged();
                    input.Slice(at, size).CopyTo(output[filled..]);
                    at += size;
                    filled += size;
                    continue;
                case 1:
                    if (at + 1 > input.Length)
                        throw Damaged();
                    size = 4 + (tag >> 2 & 7);
                    back = tag >> 5 << 8 | input[at];
                    at++;
                    break;
                case 2:
                    if (at + 2 > input.Length)
                        throw Damaged();
                    size = 1 + (tag >> 2);
                    back = BinaryPrimitives.ReadUInt16LittleEndian(input[at..]);
                    at += 2;
                    break;
                default:
                    if (at + 4 > input.Length)
                        throw Damaged();
                    size = 1 + (tag >> 2);
                    back = BinaryPrimitives.ReadInt32LittleEndian(input[at..]);
                    at += 4;
                    break;
            }
            if (!BackReference.TryCopy(output, filled, back, size))
                throw Damaged();
            filled += size;
        }
        if (filled != output.Length)
            throw Damaged();
    }

    private static DamagedFileException Damaged() => new("expected Snappy data, found it damaged");
}

/// <summary>The block format of LZ4 (lz4_Block_format.md), decompression only.</summary>
internal static class Lz4Block
{
    /// <summary>Fills <paramref name="output"/>, whose length the caller knows.</summary>
    /// <exception cref="DamagedFileException">The input is damaged, or of another length when decompressed.</exception>
    public static void Decompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (Decompress(input, output, 0) != output.Length)
            throw Damaged();
    }

    /// <summary>Decompresses behind what is there already, to which the input may refer back; returns where it ends.</summary>
    private static int Decompress(ReadOnlySpan<byte> input, Span<byte> output, int filled)
    {
        int at = 0;
        while (at < input.Length)
        {
            int token = input[at++],
                literals = Length(token >> 4, input, ref at);
            if (literals > input.Length - at || literals > output.Length - filled)
                throw Damaged();
            input.Slice(at, literals).CopyTo(output[filled..]);
            at += literals;
            filled += literals;
            if (at == input.Length)
                break; // the last sequence has no match
            if (at + 2 > input.Length)
                throw Damaged();
            int back = BinaryPrimitives.ReadUInt16LittleEndian(input[at..]);
            at += 2;
            int match = Length(token & 15, input, ref at) + 4;
            if (!BackReference.TryCopy(output, filled, back, match))
                throw Damaged();
            filled += match;
        }
        return filled;
    }

    /// <summary>The frame format of LZ4 (lz4_Frame_format.md), one frame without a dictionary.</summary>
    public static void DecompressFrame(ReadOnlySpan<byte> input, Span<byte> output)
    {
        const int magic = 0x184D2204;
        if (input.Length < 7 || BinaryPrimitives.ReadInt32LittleEndian(input) != magic)
            throw new DamagedFileException("expected a frame of LZ4, found other bytes");
        int flags = input[4];
        bool hasBlockSums = (flags & 0x10) != 0,
            hasLength = (flags & 0x08) != 0,
            hasSum = (flags & 0x04) != 0;
        int descriptor = 4 + 2 + (hasLength ? 8 : 0);
        if (flags >> 6 != 1 || (flags & 3) != 0 || descriptor >= input.Length)
            throw new DamagedFileException(
                $"expected a frame of LZ4, version 1 without a dictionary, found flags {flags:x2}"
            );
        if (input[descriptor] != (byte)(XxHash32.HashToUInt32(input[4..descriptor]) >> 8))
            throw Damaged();
        int filled = 0;
        for (input = input[(descriptor + 1)..]; ; )
        {
            if (input.Length < 4)
                throw Damaged();
            uint head = BinaryPrimitives.ReadUInt32LittleEndian(input);
            input = input[4..];
            if (head == 0)
                break;
            uint size = head & 0x7FFFFFFF;
            if (size > input.Length - (hasBlockSums ? 4 : 0))
                throw Damaged();
            ReadOnlySpan<byte> block = input[..(int)size];
            input = input[((int)size + (hasBlockSums ? 4 : 0))..];
            if (head == size)
                filled = Decompress(block, output, filled);
            else if (block.TryCopyTo(output[filled..]))
                filled += block.Length;
            else
                throw Damaged();
        }
        if (filled != output.Length)
            throw new DamagedFileException($"expected LZ4 data of {output.Length} bytes, found {filled}");
        if (
            hasSum
            && (input.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(input) != XxHash32.HashToUInt32(output))
        )
            throw new DamagedFileException(
                "expected LZ4 data with the checksum that stands behind it, found other data"
            );
    }

    /// <summary>
    /// The framing of Hadoop: blocks, each behind its two lengths (big-endian). Fails where the input is not framed so.
    /// </summary>
    public static bool TryDecompressHadoop(ReadOnlySpan<byte> input, Span<byte> output)
    {
        try
        {
            while (!input.IsEmpty)
            {
                if (input.Length < 8)
                    return false;
                uint plain = BinaryPrimitives.ReadUInt32BigEndian(input),
                    packed = BinaryPrimitives.ReadUInt32BigEndian(input[4..]);
                if (plain > output.Length || packed > input.Length - 8)
                    return false;
                Decompress(input.Slice(8, (int)packed), output[..(int)plain]);
                input = input[(8 + (int)packed)..];
                output = output[(int)plain..];
            }
            return output.IsEmpty;
        }
        catch (DamagedFileException)
        {
            return false;
        }
    }

    private static int Length(int nibble, ReadOnlySpan<byte> input, ref int at)
    {
        long length = nibble;
        if (nibble == 15)
            for (int more = 255; more == 255; length += more)
                more = at < input.Length ? input[at++] : throw Damaged();
        return length < 1 << 30 ? (int)length : throw Damaged();
    }

    private static DamagedFileException Damaged() => new("expected LZ4 data, found it damaged");
}

/// <summary>What both have in common: a piece of what was written before, once more.</summary>
internal static class BackReference
{
    /// <summary>Copies <paramref name="size"/> bytes from <paramref name="back"/> bytes before; they may reach into themselves.</summary>
    public static bool TryCopy(Span<byte> output, int filled, int back, int size)
    {
        if (back <= 0 || back > filled || size > output.Length - filled)
            return false;
        Span<byte> to = output.Slice(filled, size);
        if (back >= size)
            output.Slice(filled - back, size).CopyTo(to);
        else if (back == 1)
            to.Fill(output[filled - 1]);
        else
            for (int i = 0; i < size; i++)
                to[i] = output[filled - back + i];
        return true;
    }
}
