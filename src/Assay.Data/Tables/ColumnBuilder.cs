using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Collects the values of one column; each row sets it at most once, rows that do not set it hold a missing value.</summary>
public sealed class ColumnBuilder
{
    private readonly List<bool> _valid = [];
    private readonly List<long> _numbers = []; // bits of Bool, Int64 and Float64 values
    private readonly List<int> _ends = [0]; // where each Text and Json value ends in _bytes; first the start of the first
    private byte[] _bytes = [];

    internal ColumnBuilder(string name) => Name = name;

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The type so far; it widens as values of other types arrive, to JSON in the end.</summary>
    public ColumnType Type { get; private set; }

    /// <summary>The type that all values read as, where that is not <see cref="Type"/> (see <see cref="Column.Reads"/>).</summary>
    public ColumnType? Reads { get; set; }

    internal int TextBytes => _ends[^1];

    /// <summary>Sets this row's value to text, which must be valid UTF-8.</summary>
    public void Set(ReadOnlySpan<byte> utf8)
    {
        if (Widen(ColumnType.Text) == ColumnType.Text)
            AddBytes(utf8);
        else
            AddBytes(JsonSerializer.SerializeToUtf8Bytes(System.Text.Encoding.UTF8.GetString(utf8)));
    }

    /// <summary>Sets this row's value to a piece of valid JSON, kept as it is written.</summary>
    public void SetJson(ReadOnlySpan<byte> json)
    {
        Widen(ColumnType.Json);
        AddBytes(json);
    }

    /// <summary>Sets this row's value to a whole number.</summary>
    public void Set(long value) => AddNumber(ColumnType.Int64, value);

    /// <summary>Sets this row's value to a finite number.</summary>
    /// <exception cref="ArgumentException">The number is NaN or infinite.</exception>
    public void Set(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException($"Column '{Name}' got {value}; numbers must be finite.");
        AddNumber(ColumnType.Float64, BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>Sets this row's value to true or false.</summary>
    public void Set(bool value) => AddNumber(ColumnType.Bool, value ? 1 : 0);

    internal int Count => _valid.Count;

    internal void PadTo(int rows)
    {
        while (_valid.Count < rows)
            Add(valid: false, 0);
    }

    internal void TruncateTo(int rows)
    {
        if (_valid.Count <= rows)
            return;
        int extra = _valid.Count - rows;
        _valid.RemoveRange(rows, extra);
        _numbers.RemoveRange(rows, extra);
        _ends.RemoveRange(rows + 1, extra);
    }

    internal ReadOnlyMemory<byte> Validity()
    {
        if (Type == ColumnType.Null || !_valid.Contains(false))
            return default;
        byte[] bits = new byte[(_valid.Count + 7) / 8];
        for (int row = 0; row < _valid.Count; row++)
            if (_valid[row])
                bits[row >> 3] |= (byte)(1 << (row & 7));
        return bits;
    }

    internal ReadOnlyMemory<byte> Values() =>
        Type switch
        {
            ColumnType.Null => default,
            ColumnType.Bool => _numbers.Select(bits => (byte)bits).ToArray(),
            ColumnType.Text or ColumnType.Json => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_ends)).ToArray(),
            _ => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_numbers)).ToArray(),
        };

    internal ReadOnlyMemory<byte> Bytes() => _bytes.AsMemory(0, _ends[^1]);

    private void AddNumber(ColumnType type, long bits)
    {
        ColumnType widened = Widen(type);
        if (widened == ColumnType.Json)
            AddBytes(ToJson(type, bits));
        else
            Add(valid: true, widened == type ? bits : BitConverter.DoubleToInt64Bits(bits));
    }

    private void AddBytes(ReadOnlySpan<byte> value)
    {
        int start = _ends[^1];
        long end = (long)start + value.Length;
        if (end > Array.MaxLength)
            throw new InvalidOperationException($"Column '{Name}' holds more text than a table can.");
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        value.CopyTo(_bytes.AsSpan(start));
        Add(valid: true, 0, (int)end);
    }

    private void Add(bool valid, long bits, int? end = null)
    {
        _valid.Add(valid);
        _numbers.Add(bits);
        _ends.Add(end ?? _ends[^1]);
    }

    private ColumnType Widen(ColumnType added)
    {
        ColumnType from = Type;
        Type = Field.Union(from, added);
        if (from == Type || from == ColumnType.Null)
            return Type;
        if (Type == ColumnType.Float64)
        {
            for (int row = 0; from == ColumnType.Int64 && row < _valid.Count; row++)
                _numbers[row] = _valid[row] ? BitConverter.DoubleToInt64Bits(_numbers[row]) : 0;
            return Type;
        }
        bool[] valid = [.. _valid];
        long[] numbers = [.. _numbers];
        int[] ends = [.. _ends];
        byte[] bytes = _bytes;
        TruncateTo(0);
        _bytes = new byte[bytes.Length];
        for (int row = 0; row < valid.Length; row++)
            if (!valid[row])
                Add(valid: false, 0);
            else if (from == ColumnType.Text)
                AddBytes(
                    JsonSerializer.SerializeToUtf8Bytes(
                        System.Text.Encoding.UTF8.GetString(bytes.AsSpan(ends[row]..ends[row + 1]))
                    )
                );
            else
                AddBytes(ToJson(from, numbers[row]));
        return Type;
    }

    private static byte[] ToJson(ColumnType type, long bits) =>
        type switch
        {
            ColumnType.Bool => JsonSerializer.SerializeToUtf8Bytes(bits != 0),
            ColumnType.Int64 => JsonSerializer.SerializeToUtf8Bytes(bits),
            _ => JsonSerializer.SerializeToUtf8Bytes(BitConverter.Int64BitsToDouble(bits)),
        };
}
