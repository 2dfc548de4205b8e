using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Assay.Data;

/// <summary>One column of a <see cref="Table"/>: a view over the table's buffer in Arrow's layout.</summary>
/// <remarks>
/// The type may be narrower than the dataset's: a column that is <see cref="ColumnType.Float64"/> in the dataset can be
/// <see cref="ColumnType.Int64"/> in one table. <see cref="Number"/> and <see cref="Utf8"/> read across such differences.
/// </remarks>
public sealed class Column
{
    private readonly ReadOnlyMemory<byte> _validity;
    private readonly ReadOnlyMemory<byte> _values;
    private readonly ReadOnlyMemory<byte> _bytes;

    internal Column(
        Field field,
        ColumnType reads,
        int length,
        ReadOnlyMemory<byte> validity,
        ReadOnlyMemory<byte> values,
        ReadOnlyMemory<byte> bytes
    )
    {
        Field = field;
        Reads = reads;
        Length = length;
        _validity = validity;
        _values = values;
        _bytes = bytes;
    }

    /// <summary>Name and stored type.</summary>
    public Field Field { get; }

    /// <summary>Stored type.</summary>
    public ColumnType Type => Field.Type;

    /// <summary>
    /// The narrowest type that every value reads as: differs from <see cref="Type"/> where a source has text only (CSV),
    /// and all of it is numbers.
    /// </summary>
    public ColumnType Reads { get; }

    /// <summary>Number of rows.</summary>
    public int Length { get; }

    /// <summary>True where the value is missing.</summary>
    public bool IsNull(int row) =>
        Type == ColumnType.Null || (_validity.Length > 0 && (_validity.Span[row >> 3] & (1 << (row & 7))) == 0);

    /// <summary>The bytes of a text or JSON value; empty where missing.</summary>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        if (Type is not (ColumnType.Text or ColumnType.Json))
            return Type == ColumnType.Null ? [] : throw Mismatch("text");
        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(_values.Span);
        return _bytes.Span[offsets[row]..offsets[row + 1]];
    }

    /// <summary>The same as <see cref="Utf8"/>, as memory.</summary>
    public ReadOnlyMemory<byte> Utf8Memory(int row)
    {
        if (Type is not (ColumnType.Text or ColumnType.Json))
            return Type == ColumnType.Null ? default : throw Mismatch("text");
        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(_values.Span);
        return _bytes[offsets[row]..offsets[row + 1]];
    }

    /// <summary>A whole number; the column must be <see cref="ColumnType.Int64"/>.</summary>
    public long Int64(int row) =>
        Type == ColumnType.Int64 ? MemoryMarshal.Cast<byte, long>(_values.Span)[row] : throw Mismatch("whole numbers");

    /// <summary>A number of double precision; the column must be <see cref="ColumnType.Float64"/>.</summary>
    public double Float64(int row) =>
        Type == ColumnType.Float64 ? MemoryMarshal.Cast<byte, double>(_values.Span)[row] : throw Mismatch("numbers");

    /// <summary>A truth value; the column must be <see cref="ColumnType.Bool"/>.</summary>
    public bool Bool(int row) => Type == ColumnType.Bool ? _values.Span[row] != 0 : throw Mismatch("truth values");

    /// <summary>The value as a number (true is 1, false is 0), or null if it is missing or not a number.</summary>
    public double? Number(int row)
    {
        if (IsNull(row))
            return null;
        switch (Type)
        {
            case ColumnType.Int64:
                return MemoryMarshal.Cast<byte, long>(_values.Span)[row];
            case ColumnType.Float64:
                return MemoryMarshal.Cast<byte, double>(_values.Span)[row];
            case ColumnType.Bool:
                return _values.Span[row];
            default:
                ReadOnlySpan<byte> text = Utf8(row);
                if (Reads == ColumnType.Bool)
                    return text.Length == 4 ? 1 : 0; // all of them are true or false
                return
                    Utf8Parser.TryParse(text, out double value, out int used)
                    && used == text.Length
                    && double.IsFinite(value)
                    ? value
                    : null;
        }
    }

    private InvalidOperationException Mismatch(string wanted) =>
        new($"Column '{Field.Name}' holds {Type} values and was read as {wanted}.");
}
