using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Describe;

/// <summary>One column of the rows that the pair modules look at.</summary>
internal sealed class SampledCells
{
    private const int KeptBytes = 320;
    private readonly Dictionary<ulong, int> _codes = [];
    private readonly List<(ulong Hash, byte Format, byte[] Bytes, int Length)> _values = [];
    private readonly List<int> _cells = [];
    private readonly List<double> _numbers = [];

    /// <summary>Number of rows.</summary>
    public int Count => _cells.Count;

    /// <summary>The value of each row, as a number from 0 in the order in which values first occur; -1 where it is missing.</summary>
    public ReadOnlySpan<int> Codes => CollectionsMarshal.AsSpan(_cells);

    /// <summary>The values as numbers, lengths in bytes of what is none; NaN where they are missing.</summary>
    public ReadOnlySpan<double> Numbers => CollectionsMarshal.AsSpan(_numbers);

    /// <summary>Number of distinct values.</summary>
    public int Distinct => _values.Count;

    /// <summary>A distinct value as text, its first 80 characters where it is longer.</summary>
    public string Text(int code)
    {
        (_, byte format, byte[] bytes, int length) = _values[code];
        return ColumnSketch.Shown(format, bytes, bytes.Length < length).Text;
    }

    public void AddMissing()
    {
        _cells.Add(-1);
        _numbers.Add(double.NaN);
    }

    public void Add(ulong hash, byte format, ReadOnlySpan<byte> value, double number)
    {
        if (!_codes.TryGetValue(hash, out int code))
        {
            _codes.Add(hash, code = _values.Count);
            _values.Add((hash, format, value[..Math.Min(value.Length, KeptBytes)].ToArray(), value.Length));
        }
        _cells.Add(code);
        _numbers.Add(number);
    }

    /// <summary>Appends the rows of <paramref name="other"/>.</summary>
    public void Append(SampledCells other)
    {
        for (int row = 0; row < other.Count; row++)
            if (other._cells[row] < 0)
                AddMissing();
            else
            {
                (ulong hash, byte format, byte[] bytes, int length) = other._values[other._cells[row]];
                if (!_codes.TryGetValue(hash, out int code))
                {
                    _codes.Add(hash, code = _values.Count);
                    _values.Add((hash, format, bytes, length));
                }
                _cells.Add(code);
                _numbers.Add(other._numbers[row]);
            }
    }

    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_values.Count);
        foreach ((ulong hash, byte format, byte[] bytes, int length) in _values)
        {
            writer.Write(hash);
            writer.Write(format);
            writer.Write(length);
            writer.Write((ushort)bytes.Length);
            writer.Write(bytes);
        }
        writer.Write(_cells.Count);
        writer.Write(MemoryMarshal.AsBytes(Codes));
        writer.Write(MemoryMarshal.AsBytes(Numbers));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="IOException">The bytes end early.</exception>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static SampledCells Read(Stream stream)
    {
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        SampledCells cells = new();
        int values = Checked(reader.ReadInt32(), stream);
        for (int i = 0; i < values; i++)
        {
            ulong hash = reader.ReadUInt64();
            byte format = reader.ReadByte();
            int length = reader.ReadInt32();
            byte[] bytes = reader.ReadBytes(reader.ReadUInt16());
            cells._codes.Add(hash, i);
            cells._values.Add((hash, format, bytes, length));
        }
        int count = Checked(reader.ReadInt32(), stream);
        CollectionsMarshal.SetCount(cells._cells, count);
        CollectionsMarshal.SetCount(cells._numbers, count);
        stream.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(cells._cells)));
        stream.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(cells._numbers)));
        foreach (int code in cells._cells)
            if (code < -1 || code >= values)
                throw new InvalidDataException("A cell of the sample has no value.");
        return cells;
    }

    private static int Checked(int count, Stream stream) =>
        count >= 0 && count <= stream.Length - stream.Position
            ? count
            : throw new InvalidDataException("A count of the sample is out of range.");
}
