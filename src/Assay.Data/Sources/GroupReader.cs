namespace Assay.Data;

/// <summary>Reads a unit of files whose rows come in groups, or a run of groups of one, into tables of about a block each.</summary>
/// <param name="plan">Files and options.</param>
/// <param name="policy">What to do with bad rows.</param>
/// <param name="finish">Takes <see cref="Table"/> and <see cref="Bad"/> when they are full; gets their number within the unit.</param>
/// <param name="cancellation">Asks to stop.</param>
internal sealed class GroupReader(
    SourcePlan plan,
    BadRowPolicy policy,
    Action<GroupReader, int> finish,
    CancellationToken cancellation
) : IRowSink, IDisposable
{
    private long _held;
    private int _blocks;
    private long _before,
        _share; // bytes of the files before the row group, and its own
    private long _rowsInGroup,
        _rowsOfGroup = 1;

    public TableBuilder Table { get; private set; } = new("") { Where = plan.Options.Where };

    public BadRows Bad { get; private set; } = new(policy);

    /// <summary>How far reading is, in bytes of the unit's files.</summary>
    public long Position => _before + (long)(_share * ((double)_rowsInGroup / _rowsOfGroup));

    /// <summary>Reads the unit; returns how many tables it made.</summary>
    public int Read(SourceUnit unit)
    {
        for (int i = unit.FirstFile; i < unit.FirstFile + unit.FileCount; i++)
            ReadFile(plan.Files[i], unit);
        if (_held > 0 || Bad.Count > 0 || _blocks == 0)
            Finish();
        return _blocks;
    }

    /// <summary>Reads a file by itself; what it makes is finished at its end.</summary>
    public void Read(SourceFile file)
    {
        ReadFile(file, default);
        if (_held > 0 || Bad.Count > 0)
            Finish();
    }

    public void RowDone(long bytes)
    {
        _held += bytes;
        _rowsInGroup++;
        if (_held >= plan.BlockSize)
            Finish();
    }

    public void Dispose() => Table.Dispose();

    private void ReadFile(SourceFile file, SourceUnit unit)
    {
        Table.From(file.Name);
        IGroupedRows rows;
        try
        {
            rows = IGroupedRows.Open(file, plan.Options, cancellation);
        }
        catch (DamagedFileException failure)
        {
            Bad.Add(IGroupedRows.Bad(file, 0, $"damaged {FormatTraits.Of(file.Format).Name}: {failure.Message}"));
            return;
        }
        using (rows)
        {
            int first = unit.Groups > 0 ? (int)unit.Start : 0,
                end = unit.Groups > 0 ? first + unit.Groups : rows.Count;
            int count = rows.Count;
            for (int group = first; group < Math.Min(end, count); group++)
            {
                _share = file.Size * (group + 1) / count - file.Size * group / count;
                (_rowsInGroup, _rowsOfGroup) = (0, Math.Max(1, rows.RowsOf(group)));
                rows.Read(group, this);
                _before += _share;
                _share = 0;
            }
        }
    }

    private void Finish()
    {
        finish(this, _blocks++);
        string source = Table.Source;
        Table.Dispose();
        Table = new(source) { Where = plan.Options.Where };
        Bad = new(policy);
        _held = 0;
    }
}
