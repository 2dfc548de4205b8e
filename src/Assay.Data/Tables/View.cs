namespace Assay.Data;

/// <summary>A dataset as a step sees it: the rows that are left, their edited texts, and the signals computed so far.</summary>
public sealed class View
{
    private readonly int[] _distinct;

    /// <summary>Looks at <paramref name="dataset"/> through a selection.</summary>
    public View(
        Dataset dataset,
        Selection? selection = null,
        Edits? edits = null,
        IReadOnlyDictionary<string, Signal>? signals = null
    )
    {
        Dataset = dataset;
        Selection = selection ?? Selection.All(dataset);
        Edits = edits;
        Signals = signals ?? new OrderedDictionary<string, Signal>();
        _distinct = Ascending(Selection.Rows) ? Selection.Rows : [.. Selection.Rows.Distinct().Order()];
    }

    /// <summary>The dataset underneath.</summary>
    public Dataset Dataset { get; }

    /// <summary>The rows that are left, in their order.</summary>
    public Selection Selection { get; }

    /// <summary>Texts changed by earlier steps, or null.</summary>
    public Edits? Edits { get; }

    /// <summary>Signals computed so far, by name; the one that was computed last stands last.</summary>
    public IReadOnlyDictionary<string, Signal> Signals { get; }

    /// <summary>Number of tables of the dataset; a table without selected rows counts too.</summary>
    public int TableCount => Dataset.Tables.Count;

    /// <summary>Distinct selected rows, ascending.</summary>
    public ReadOnlySpan<int> DistinctRows => _distinct;

    /// <summary>The selected rows of table <paramref name="index"/>, ascending, each once.</summary>
    public ReadOnlySpan<int> RowsOf(int index)
    {
        TableInfo table = Dataset.Tables[index];
        int start = LowerBound(table.FirstRow),
            end = LowerBound(table.FirstRow + table.RowCount);
        return _distinct.AsSpan(start, end - start);
    }

    /// <summary>Loads table <paramref name="index"/> with its edits; thread-safe; dispose it when done.</summary>
    public Batch Read(int index)
    {
        Table table = Dataset.Read(index);
        return new(this, index, table, Edits?.Read(index));
    }

    /// <summary>Gives rows one by one, in the given order, each with the table that it stands in; cheap where neighbours share a table.</summary>
    /// <param name="rows">Ordinals in the dataset; a row may repeat.</param>
    /// <param name="use">Gets the table and the row's ordinal; the table ends with the call.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public void ForEach(IEnumerable<int> rows, Action<Batch, int> use, CancellationToken cancellation)
    {
        Batch? batch = null;
        try
        {
            foreach (int row in rows)
            {
                cancellation.ThrowIfCancellationRequested();
                if (batch is null || (uint)batch.Local(row) >= (uint)batch.Table.RowCount)
                {
                    batch?.Dispose();
                    batch = Read(Dataset.TableOf(row));
                }
                use(batch, row);
            }
        }
        finally
        {
            batch?.Dispose();
        }
    }

    /// <summary>The same dataset through another selection, with further signals.</summary>
    public View With(Selection? selection = null, Edits? edits = null, IEnumerable<Signal>? signals = null)
    {
        OrderedDictionary<string, Signal> all = new(Signals);
        foreach (Signal signal in signals ?? [])
        {
            all.Remove(signal.Name);
            all.Add(signal.Name, signal);
        }
        return new(Dataset, selection ?? Selection, edits ?? Edits, all);
    }

    /// <summary>The signal of that name.</summary>
    /// <exception cref="AssayException">No earlier step computed it.</exception>
    public Signal Signal(string name) =>
        Signals.TryGetValue(name, out Signal? signal)
            ? signal
            : throw new AssayException(
                $"no step before this one computes the signal '{name}'",
                hint: Signals.Count == 0
                    ? "No signal is computed before it at all; add a value/... step above."
                    : "Computed so far: " + string.Join(", ", Signals.Keys) + "."
            );

    private int LowerBound(int row)
    {
        int at = Array.BinarySearch(_distinct, row);
        return at < 0 ? ~at : at;
    }

    private static bool Ascending(int[] rows)
    {
        for (int i = 1; i < rows.Length; i++)
            if (rows[i - 1] >= rows[i])
                return false;
        return true;
    }
}

/// <summary>One table of a <see cref="View"/>: its selected rows and their current texts. Dispose it when done.</summary>
public sealed class Batch : IDisposable
{
    private readonly View _view;
    private readonly int _firstRow;
    private readonly Column? _text;
    private readonly Table? _edits;
    private readonly Column? _editedText;
    private readonly Dictionary<int, int>? _edited;

    internal Batch(View view, int index, Table table, Table? edits)
    {
        _view = view;
        Index = index;
        Table = table;
        _firstRow = view.Dataset.Tables[index].FirstRow;
        _text = table.Find(view.Dataset.TextColumn);
        if (edits is null)
            return;
        _edits = edits;
        _editedText = edits.Find("text");
        _edited = new(edits.RowCount);
        for (int i = 0; i < edits.RowCount; i++)
            _edited.Add((int)edits.Find("row")!.Int64(i), i);
    }

    /// <summary>Which table of the dataset this is.</summary>
    public int Index { get; }

    /// <summary>The table with all its rows, selected or not, before edits.</summary>
    public Table Table { get; }

    /// <summary>Ordinals (in the dataset) of the selected rows, ascending.</summary>
    public ReadOnlySpan<int> Rows => _view.RowsOf(Index);

    /// <summary>The place of row <paramref name="row"/> in <see cref="Table"/>.</summary>
    public int Local(int row) => row - _firstRow;

    /// <summary>The id of row <paramref name="row"/>.</summary>
    public RowId Id(int row) => Table.Ids[row - _firstRow];

    /// <summary>The current text of row <paramref name="row"/> (an ordinal in the dataset), empty if it has none.</summary>
    public ReadOnlySpan<byte> Text(int row) => TextMemory(row).Span;

    /// <summary>The same as <see cref="Text"/>, as memory.</summary>
    public ReadOnlyMemory<byte> TextMemory(int row) =>
        _edited is not null && _edited.TryGetValue(row, out int at) ? _editedText?.Utf8Memory(at) ?? default
        : _text is null || _text.Type != ColumnType.Text ? default
        : _text.Utf8Memory(row - _firstRow);

    /// <summary>True if an earlier step changed the row's text.</summary>
    public bool IsEdited(int row) => _edited is not null && _edited.ContainsKey(row);

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _edits?.Dispose();
    }
}
