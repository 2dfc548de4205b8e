using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Numerics;

/// <summary>Reads stored sketches: every failure, an early end included, is an <see cref="InvalidDataException"/>.</summary>
internal sealed class SketchReader : IDisposable
{
    private readonly BinaryReader _reader;

    private SketchReader(Stream stream) => _reader = new(stream, Encoding.UTF8, leaveOpen: true);

    public static T Read<T>(Stream stream, Func<SketchReader, T> read)
    {
        try
        {
            using SketchReader reader = new(stream);
            return read(reader);
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException("The stored sketch ends early.", end);
        }
    }

    public static void Check(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidDataException($"The stored sketch is damaged: {otherwise}.");
    }

    /// <summary>A count or length between 0 and <paramref name="max"/>.</summary>
    public int Count(int max)
    {
        int count = _reader.ReadInt32();
        Check(count >= 0 && count <= max, $"a count of {count} is not between 0 and {max}");
        return count;
    }

    /// <summary>A whole number that is not negative.</summary>
    public long Total()
    {
        long total = _reader.ReadInt64();
        Check(total >= 0, "a total is negative");
        return total;
    }

    public double Finite()
    {
        double value = _reader.ReadDouble();
        Check(double.IsFinite(value), "a number is not finite");
        return value;
    }

    public double Double() => _reader.ReadDouble();

    public void Doubles(Span<double> values)
    {
        Bytes(MemoryMarshal.AsBytes(values));
        foreach (double value in values)
            Check(double.IsFinite(value), "a number is not finite");
    }

    public void Bytes(Span<byte> bytes) => _reader.BaseStream.ReadExactly(bytes);

    public byte Byte() => _reader.ReadByte();

    public ushort UInt16() => _reader.ReadUInt16();

    public ulong UInt64() => _reader.ReadUInt64();

    public void Dispose() => _reader.Dispose();
}
