using System.Text;
using Assay.Data;

namespace Assay.Select;

/// <summary>The row that an expression is evaluated for: its values, and buffers that are used again from row to row.</summary>
/// <remarks>One for each table, used by one thread.</remarks>
internal sealed class RowReader
{
    private readonly Batch _batch;
    private readonly Column?[] _columns;
    private readonly byte[]?[] _buffers;
    private char[] _chars = [];
    private int _local;

    /// <summary>Reads rows of a table.</summary>
    /// <param name="batch">The table.</param>
    /// <param name="columns">Names of the columns that the expression reads, by slot.</param>
    /// <param name="buffers">Number of buffers that it needs.</param>
    public RowReader(Batch batch, IReadOnlyList<string> columns, int buffers)
    {
        _batch = batch;
        _columns = [.. columns.Select(batch.Table.Find)];
        _buffers = new byte[]?[buffers];
    }

    /// <summary>Ordinal of the row in the dataset.</summary>
    public int Row { get; private set; }

    /// <summary>Goes to a row, given its ordinal in the dataset.</summary>
    public void MoveTo(int row) => (Row, _local) = (row, _batch.Local(row));

    /// <summary>True if the column has no value here.</summary>
    public bool IsNull(int slot) => _columns[slot]?.IsNull(_local) ?? true;

    /// <summary>The column's number, NaN if it has none.</summary>
    public double Number(int slot) => _columns[slot]?.Number(_local) ?? double.NaN;

    /// <summary>The column's truth value, null if it has none; text, as CSV files have it, is read without regard to case.</summary>
    public bool? Truth(int slot)
    {
        if (_columns[slot] is not { } column || column.IsNull(_local))
            return null;
        if (column.Type == ColumnType.Bool)
            return column.Bool(_local);
        if (column.Type != ColumnType.Text)
            return null;
        ReadOnlySpan<byte> text = column.Utf8(_local);
        return Ascii.EqualsIgnoreCase(text, "true"u8) ? true
            : Ascii.EqualsIgnoreCase(text, "false"u8) ? false
            : null;
    }

    /// <summary>The column's text; null comes as true and no text.</summary>
    public ReadOnlySpan<byte> Text(int slot, out bool isNull)
    {
        isNull = IsNull(slot);
        return isNull ? [] : _columns[slot]!.Utf8(_local);
    }

    /// <summary>The row's text with the edits of earlier steps.</summary>
    public ReadOnlySpan<byte> CurrentText(int slot, out bool isNull)
    {
        isNull = !_batch.IsEdited(Row) && IsNull(slot);
        return isNull ? [] : _batch.Text(Row);
    }

    /// <summary>The text in lower case, in buffer <paramref name="buffer"/>: valid until that buffer is used again.</summary>
    public ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> text, int buffer)
    {
        ref byte[]? bytes = ref _buffers[buffer];
        int most = (int)Math.Min(Array.MaxLength, 3L * text.Length + 4); // one byte never becomes more than three
        if (bytes is null || bytes.Length < most)
            bytes = new byte[most];
        if (Ascii.ToLower(text, bytes, out int written) == System.Buffers.OperationStatus.Done)
            return bytes.AsSpan(0, written);
        int length = 0;
        for (int at = 0; at < text.Length; )
        {
            Rune.DecodeFromUtf8(text[at..], out Rune rune, out int used);
            at += used;
            length += Rune.ToLowerInvariant(rune).EncodeToUtf8(bytes.AsSpan(length));
        }
        return bytes.AsSpan(0, length);
    }

    /// <summary>The text as UTF-16: valid until the next call.</summary>
    public ReadOnlySpan<char> Chars(ReadOnlySpan<byte> text)
    {
        if (_chars.Length < text.Length)
            _chars = new char[Math.Max(text.Length, (int)Math.Min(Array.MaxLength, 2L * _chars.Length))];
        return _chars.AsSpan(0, Encoding.UTF8.GetChars(text, _chars));
    }
}
