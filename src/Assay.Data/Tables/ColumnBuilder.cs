using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Collects the values of one column; each row sets it at most once, rows that do not set it hold a missing value.</summary>
/// <remarks>
/// A value is pending until its row is closed, so that an abandoned row leaves no trace: neither bytes nor a wider type.
/// </remarks>
public sealed class ColumnBuilder
{
    private readonly ByteBuffer _values = new(); // 8 bytes per Bool, Int64, Float64; for Text and Json 4 bytes per end, from 0
    private readonly ByteBuffer _bytes = new(); // Text and Json, the pending value last
    private readonly ByteBuffer _validity = new(); // one bit per row, once there is a missing value
    private readonly byte[] _utf8Name;
    private int _count;
    private bool _hasMissing;
    private int _closedBytes;
    private ColumnType _pending;
    private long _pendingBits;

    internal ColumnBuilder(string name)
    {
        Name = name;
        _utf8Name = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The type so far; it widens as values of other types arrive, to JSON in the end.</summary>
    public ColumnType Type { get; private set; }

    /// <summary>The type that all values read as, where that is not <see cref="Type"/> (see <see cref="Column.Reads"/>).</summary>
    public ColumnType? Reads { get; set; }

    /// <summary>True if the open row has set this column, to a missing value too.</summary>
    public bool IsSet { get; private set; }

    internal ReadOnlySpan<byte> Utf8Name => _utf8Name;

    internal int TextBytes => _bytes.Length;

    /// <summary>The value that the open row has set, missing if none.</summary>
    internal Cell Pending =>
        !IsSet
            ? default
            : new()
            {
                Type = _pending,
                Whole = _pendingBits,
                Utf8 = _bytes.Span[_closedBytes..],
            };

    /// <summary>Sets this row's value to text, which must be valid UTF-8.</summary>
    public void Set(ReadOnlySpan<byte> utf8)
    {
        Begin(ColumnType.Text);
        _bytes.Append(utf8);
    }

    /// <summary>Sets this row's value to a piece of valid JSON, kept as it is written.</summary>
    public void SetJson(ReadOnlySpan<byte> json)
    {
        Begin(ColumnType.Json);
        _bytes.Append(json);
    }

    /// <summary>Sets this row's value to a whole number.</summary>
    public void Set(long value) => Begin(ColumnType.Int64, value);

    /// <summary>Sets this row's value to a finite number.</summary>
    /// <exception cref="ArgumentException">The number is NaN or infinite.</exception>
    public void Set(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException($"Column '{Name}' got {value}; numbers must be finite.");
        Begin(ColumnType.Float64, BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>Sets this row's value to true or false.</summary>
    public void Set(bool value) => Begin(ColumnType.Bool, value ? 1 : 0);

    /// <summary>Says that this row's value is missing.</summary>
    public void SetMissing() => Begin(ColumnType.Null);

    /// <summary>Room for a text of at most <paramref name="size"/> bytes; <see cref="SetReserved"/> takes what was written there.</summary>
    internal Span<byte> Reserve(int size) => _bytes.Reserve(size);

    internal void SetReserved(int size)
    {
        Begin(ColumnType.Text);
        _bytes.Advance(size);
    }

    /// <summary>Takes the pending value as that of row <paramref name="row"/>; earlier rows without a value hold a missing one.</summary>
    internal void CloseRow(int row)
    {
        if (!IsSet)
            return;
        IsSet = false;
        if (_pending == ColumnType.Null)
            return;
        PadTo(row);
        if (_pending is ColumnType.Text or ColumnType.Json)
            CloseBytes();
        else
            CloseNumber();
        if (_hasMissing)
        {
            if ((_count & 7) == 0)
                _validity.Append<byte>(0);
            _validity.Span[_count >> 3] |= (byte)(1 << (_count & 7));
        }
        _count++;
    }

    internal void AbandonRow()
    {
        IsSet = false;
        _bytes.Truncate(_closedBytes);
    }

    internal void PadTo(int rows)
    {
        int missing = rows - _count;
        if (missing <= 0)
            return;
        if (Type is ColumnType.Text or ColumnType.Json)
            for (int i = 0; i < missing; i++)
                _values.Append(_closedBytes);
        else if (Type != ColumnType.Null)
            _values.AppendZeros(8 * missing);
        if (!_hasMissing)
        {
            _hasMissing = true;
            _validity.AppendZeros((_count + 7) / 8);
            _validity.Span.Fill(0xFF);
            if ((_count & 7) != 0)
                _validity.Span[^1] = (byte)((1 << (_count & 7)) - 1);
        }
        _count = rows;
        _validity.AppendZeros((_count + 7) / 8 - _validity.Length);
    }

    internal ReadOnlyMemory<byte> Validity() => Type == ColumnType.Null || !_hasMissing ? default : _validity.Memory;

    internal ReadOnlyMemory<byte> Values()
    {
        if (Type != ColumnType.Bool)
            return _values.Memory;
        byte[] narrow = new byte[_count];
        ReadOnlySpan<long> wide = MemoryMarshal.Cast<byte, long>(_values.Span);
        for (int row = 0; row < narrow.Length; row++)
            narrow[row] = (byte)wide[row];
        return narrow;
    }

    internal ReadOnlyMemory<byte> Bytes() => _bytes.Memory[.._closedBytes];

    internal void Recycle()
    {
        _values.Dispose();
        _bytes.Dispose();
        _validity.Dispose();
    }

    private void Begin(ColumnType type, long bits = 0)
    {
        if (IsSet)
            throw new InvalidOperationException($"Column '{Name}' is set twice in one row.");
        IsSet = true;
        _pending = type;
        _pendingBits = bits;
    }

    private void CloseBytes()
    {
        ColumnType widened = Field.Union(Type, _pending);
        if (widened != Type || widened != _pending)
        {
            byte[] value = _bytes.Span[_closedBytes..].ToArray();
            _bytes.Truncate(_closedBytes);
            Widen(widened);
            _bytes.Append(_pending == widened ? value : Quoted(value));
        }
        _closedBytes = _bytes.Length;
        _values.Append(_closedBytes);
    }

    private void CloseNumber()
    {
        Widen(Field.Union(Type, _pending));
        if (Type == ColumnType.Json)
        {
            AppendNumber(_pending, _pendingBits);
            _closedBytes = _bytes.Length;
            _values.Append(_closedBytes);
        }
        else
            _values.Append(Type == _pending ? _pendingBits : BitConverter.DoubleToInt64Bits(_pendingBits));
    }

    private void Widen(ColumnType to)
    {
        ColumnType from = Type;
        Type = to;
        if (from == to)
            return;
        bool toBytes = to is ColumnType.Text or ColumnType.Json;
        if (from == ColumnType.Null)
            _values.AppendZeros(toBytes ? 4 * (_count + 1) : 8 * _count);
        else if (!toBytes)
        {
            Span<long> numbers = MemoryMarshal.Cast<byte, long>(_values.Span);
            for (int row = 0; row < _count; row++)
                numbers[row] = IsValid(row) ? BitConverter.DoubleToInt64Bits(numbers[row]) : 0;
        }
        else
            RewriteAsJson(from);
    }

    private void RewriteAsJson(ColumnType from)
    {
        byte[] values = _values.Span.ToArray(),
            bytes = _bytes.Span[.._closedBytes].ToArray();
        ReadOnlySpan<int> ends = MemoryMarshal.Cast<byte, int>(values);
        ReadOnlySpan<long> numbers = MemoryMarshal.Cast<byte, long>(values);
        _values.Truncate(0);
        _bytes.Truncate(0);
        _values.Append(0);
        for (int row = 0; row < _count; row++)
        {
            if (!IsValid(row))
            {
                // An empty range stands for a missing value.
            }
            else if (from == ColumnType.Text)
                _bytes.Append(Quoted(bytes.AsSpan(ends[row]..ends[row + 1])));
            else
                AppendNumber(from, numbers[row]);
            _values.Append(_bytes.Length);
        }
        _closedBytes = _bytes.Length;
    }

    private bool IsValid(int row) => !_hasMissing || (_validity.Span[row >> 3] & (1 << (row & 7))) != 0;

    private static byte[] Quoted(ReadOnlySpan<byte> utf8) =>
        [
            (byte)'"',
            .. JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes,
            (byte)'"',
        ];

    private void AppendNumber(ColumnType type, long bits)
    {
        if (type == ColumnType.Bool)
        {
            _bytes.Append(bits != 0 ? "true"u8 : "false"u8);
            return;
        }
        Span<byte> room = _bytes.Reserve(32);
        int written;
        if (type == ColumnType.Int64)
            Utf8Formatter.TryFormat(bits, room, out written);
        else
            BitConverter
                .Int64BitsToDouble(bits)
                .TryFormat(room, out written, default, System.Globalization.CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }
}
