using System.Text;

namespace Assay.Data;

/// <summary>Puts the rows of a file that is read by groups into tables, cell by cell; a row with a fault goes to the bad ones.</summary>
internal sealed class CellRow(SourceFile file, SourceOptions options, IRowSink sink)
{
    private const int RowCost = 32; // bytes of a row without any text
    private readonly byte[] _source = Encoding.UTF8.GetBytes(file.Name);
    private readonly byte[] _text = Encoding.UTF8.GetBytes(options.Text);
    private long _ordinal,
        _bytes;
    private RowId? _id;
    private (string Reason, string Key)? _fault;

    /// <summary>Begins a row.</summary>
    /// <param name="ordinal">Its ordinal in the file.</param>
    public void Start(long ordinal) => (_ordinal, _bytes, _id, _fault) = (ordinal, 0, null, null);

    /// <summary>The value of a column; quickest when columns come in the same order in each row.</summary>
    public void Add(ReadOnlySpan<byte> utf8Name, Cell cell)
    {
        ColumnBuilder column = sink.Table.Column(utf8Name);
        _bytes += cell.Utf8.Length;
        bool isText = utf8Name.SequenceEqual(_text);
        if (cell.Fault is not null)
            _fault ??= (cell.Fault, column.Name);
        else if (isText && cell.Type is not (ColumnType.Text or ColumnType.Null))
            Refuse(cell.Type == ColumnType.Json ? "JSON" : "a number or truth value", column.Name);
        else if (_bytes <= options.MaxRow.Bytes)
            Set(column, cell);
        if (isText && cell.Type == ColumnType.Text)
            _id = RowId.Of(cell.Utf8, _source, _ordinal);
    }

    /// <summary>A nested value as JSON; empty where it is missing.</summary>
    public void AddNested(ReadOnlySpan<byte> utf8Name, ReadOnlySpan<byte> json, string? fault)
    {
        ColumnBuilder column = sink.Table.Column(utf8Name);
        _bytes += json.Length;
        if (fault is not null)
            _fault ??= (fault, column.Name);
        else if (json.Length > 0 && utf8Name.SequenceEqual(_text))
            Refuse("a nested value", column.Name);
        else if (json.Length > 0 && _bytes <= options.MaxRow.Bytes)
            column.SetJson(json);
    }

    /// <summary>Closes the row.</summary>
    public void End()
    {
        if (_bytes > options.MaxRow.Bytes)
            _fault ??= ($"expected a row of at most {options.MaxRow} bytes (maxRow), found a longer one", options.Text);
        if (_fault is { } bad)
        {
            sink.Table.AbandonRow();
            sink.Bad.Add(IGroupedRows.Bad(file, _ordinal, $"row {_ordinal}: {bad.Reason}", bad.Key));
        }
        else
            sink.Table.EndRow(_id ?? RowId.Of([], _source, _ordinal), _ordinal);
        sink.RowDone(_bytes + RowCost);
    }

    private void Refuse(string found, string key) =>
        _fault ??= ($"expected text, found {found}; it is the text column", key);

    private static void Set(ColumnBuilder column, Cell cell)
    {
        switch (cell.Type)
        {
            case ColumnType.Bool:
                column.Set(cell.Whole != 0);
                break;
            case ColumnType.Int64:
                column.Set(cell.Whole);
                break;
            case ColumnType.Float64:
                column.Set(cell.Number);
                break;
            case ColumnType.Text:
                column.Set(cell.Utf8);
                break;
            case ColumnType.Json:
                column.SetJson(cell.Utf8);
                break;
        }
    }
}
