using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Reads a unit of Parquet files, or a run of row groups of one, into tables of about a block each.</summary>
/// <param name="plan">Files and options.</param>
/// <param name="policy">What to do with bad rows.</param>
/// <param name="finish">Takes <see cref="Table"/> and <see cref="Bad"/> when they are full; gets their number within the unit.</param>
/// <param name="cancellation">Asks to stop.</param>
internal sealed class ParquetUnitReader(
    SourcePlan plan,
    BadRowPolicy policy,
    Action<ParquetUnitReader, int> finish,
    CancellationToken cancellation
) : IRowSink, IDisposable
{
    private readonly ParquetRowReader _rows = new(plan.Options, cancellation);
    private long _held;
    private int _blocks;
    private long _before,
        _share; // bytes of the files before the row group, and its own
    private long _rowsInGroup,
        _rowsOfGroup = 1;

    public TableBuilder Table { get; private set; } = new("");

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
        SafeFileHandle handle;
        ParquetFooter footer;
        try
        {
            footer = ParquetRowReader.Open(file, out handle);
        }
        catch (ParquetException failure)
        {
            Bad.Add(ParquetRowReader.Bad(file, 0, $"expected a Parquet file: {failure.Message}"));
            return;
        }
        using (handle)
        {
            int first = unit.Groups > 0 ? (int)unit.Start : 0,
                end = unit.Groups > 0 ? first + unit.Groups : footer.Groups.Count;
            int count = footer.Groups.Count;
            for (int group = first; group < Math.Min(end, count); group++)
            {
                _share = file.Size * (group + 1) / count - file.Size * group / count;
                (_rowsInGroup, _rowsOfGroup) = (0, Math.Max(1, footer.Groups[group].Rows));
                _rows.Read(file, footer, group, handle, this);
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
        Table = new(source);
        Bad = new(policy);
        _held = 0;
    }
}
