using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Make;

/// <summary>Collects rows that a method makes, as a dataset in memory.</summary>
/// <remarks>
/// <code>
/// MadeRows rows = new();
/// rows.Set("prompt", prompt);
/// rows.Set("chosen", answer);
/// rows.EndRow();
/// Dataset made = rows.ToDataset();
/// </code>
/// </remarks>
public sealed class MadeRows
{
    private const string Name = "made";
    private const int RowsPerTable = 4096;
    private const long BytesPerTable = 8 << 20;
    private readonly List<byte[]> _tables = [];
    private readonly XxHash128 _content = new();
    private TableBuilder _table = new(Name);

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Sets a text of this row.</summary>
    /// <param name="column">The column, set once in a row; rows that leave it out have a missing value.</param>
    /// <param name="utf8">The text; bytes that are no UTF-8 become U+FFFD.</param>
    public void Set(string column, ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            utf8 = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(utf8));
        Note(column, utf8);
        _table.Column(column).Set(utf8);
    }

    /// <inheritdoc cref="Set(string, ReadOnlySpan{byte})"/>
    public void Set(string column, string text) => Set(column, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Sets a number of this row, which must be finite.</summary>
    public void Set(string column, double number)
    {
        Note(column, MemoryMarshal.AsBytes([number]));
        _table.Column(column).Set(number);
    }

    /// <summary>Sets a whole number of this row.</summary>
    public void Set(string column, long number)
    {
        Note(column, MemoryMarshal.AsBytes([number]));
        _table.Column(column).Set(number);
    }

    /// <summary>Sets a truth value of this row.</summary>
    public void Set(string column, bool value)
    {
        Note(column, [value ? (byte)1 : (byte)0]);
        _table.Column(column).Set(value);
    }

    /// <summary>Ends the row.</summary>
    public void EndRow()
    {
        _table.EndRow(new(_content.GetCurrentHashAsUInt128() + (UInt128)Count), Count);
        _content.Reset();
        Count++;
        if (_table.RowCount >= RowsPerTable || _table.TextBytes >= BytesPerTable)
            EndTable();
    }

    /// <summary>The rows as a dataset.</summary>
    /// <param name="textColumn">The column that is read as the rows' text.</param>
    public Dataset ToDataset(string textColumn = "prompt")
    {
        if (_table.RowCount > 0)
            EndTable();
        return Dataset.Of(Name, textColumn, _tables);
    }

    private void Note(string column, ReadOnlySpan<byte> value)
    {
        _content.Append(System.Text.Encoding.UTF8.GetBytes(column));
        _content.Append(MemoryMarshal.AsBytes([value.Length]));
        _content.Append(value);
    }

    private void EndTable()
    {
        using MemoryStream bytes = new();
        _table.WriteTo(bytes);
        _tables.Add(bytes.ToArray());
        _table.Dispose();
        _table = new(Name);
    }
}
