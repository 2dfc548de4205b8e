using System.Text;

namespace Assay.Data;

/// <summary>Puts the rows of a file that is read by groups into tables, cell by cell; a row with a fault goes to the bad ones.</summary>
/// <param name="file">The file.</param>
/// <param name="names">The columns that rows have, in the order of the schema.</param>
/// <param name="options">Which column is the text, and how long a row may be.</param>
/// <param name="sink">Where rows go.</param>
internal sealed class CellRow(SourceFile file, string[] names, SourceOptions options, IRowSink sink)
{
    private const int RowCost = 32; // bytes of a row without any text
    private readonly byte[] _source = Encoding.UTF8.GetBytes(file.Name);
    private readonly int _text = Array.IndexOf(names, options.Text);
    private readonly ColumnBuilder[] _columns = new ColumnBuilder[names.Length];
    private TableBuilder? _table; // that these columns are of
    private long _ordinal,
        _bytes;
    private RowId? _id;
    private (string Reason, string Key)? _fault;

    /// <summary>Begins a row.</summary>
    /// <param name="ordinal">Its ordinal in the file.</param>
    public void Start(long ordinal)
    {
        (_ordinal, _bytes, _id, _fault) = (ordinal, 0, null, null);
        if (ReferenceEquals(_table, sink.Table))
            return;
        _table = sink.Table;
        for (int c = 0; c < names.Length; c++)
            _columns[c] = _table.Column(names[c]);
    }

    /// <summary>The value of a column.</summary>
    public void Add(int column, in Cell cell)
    {
        _bytes += cell.Utf8.Length;
        if (cell.Fault is not null)
            _fault ??= (cell.Fault, names[column]);
        else if (column == _text && cell.Type is not (ColumnType.Text or ColumnType.Null))
            Refuse(cell.Type == ColumnType.Json ? "JSON" : "a number or truth value");
        else if (_bytes <= options.MaxRow.Bytes)
            Set(_columns[column], cell);
        if (column == _text && cell.Type == ColumnType.Text)
            _id = RowId.Of(cell.Utf8, _source, _ordinal);
    }

    /// <summary>A nested value as JSON; empty where it is missing.</summary>
    public void AddNested(int column, ReadOnlySpan<byte> json, string? fault)
    {
        _bytes += json.Length;
        if (fault is not null)
            _fault ??= (fault, names[column]);
        else if (json.Length > 0 && column == _text)
            Refuse("a nested value");
        else if (json.Length > 0 && _bytes <= options.MaxRow.Bytes)
            _columns[column].SetJson(json);
    }

    /// <summary>Closes the row.</summary>
    public void End()
    {
        if (_bytes > options.MaxRow.Bytes)
            _fault ??= ($"expected a row of at most {options.MaxRow} bytes (maxRow), found a longer one", options.Text);
        if (_fault is { } bad)
        {
            sink.Table.AbandonRow();
            _table = null; // which may have forgotten columns
            sink.Bad.Add(IGroupedRows.Bad(file, _ordinal, $"row {_ordinal}: {bad.Reason}", bad.Key));
        }
        else
            sink.Table.EndRow(_id ?? RowId.Of([], _source, _ordinal), _ordinal);
        sink.RowDone(_bytes + RowCost);
    }

    private void Refuse(string found) =>
        _fault ??= ($"expected text, found {found}; it is the text column", options.Text);

    private static void Set(ColumnBuilder column, in Cell cell)
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
