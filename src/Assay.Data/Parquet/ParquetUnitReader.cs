using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Reads a unit of Parquet files, or a run of row groups of one, into tables of about a block each.</summary>
/// <param name="plan">Files and options.</param>
/// <param name="policy">What to do with bad rows.</param>
/// <param name="finish">Gets each table and its bad rows, with their number within the unit.</param>
/// <param name="cancellation">Asks to stop.</param>
internal sealed class ParquetUnitReader(
    SourcePlan plan,
    BadRowPolicy policy,
    Action<int, TableBuilder, BadRows> finish,
    CancellationToken cancellation
) : IRowSink, IDisposable
{
    private readonly ParquetRowReader _rows = new(plan.Options, cancellation);
    private long _held;
    private int _blocks;

    public TableBuilder Table { get; private set; } = new("");

    public BadRows Bad { get; private set; } = new(policy);

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
            for (int group = first; group < Math.Min(end, footer.Groups.Count); group++)
                _rows.Read(file, footer, group, handle, this);
        }
    }

    private void Finish()
    {
        finish(_blocks++, Table, Bad);
        string source = Table.Source;
        Table.Dispose();
        Table = new(source);
        Bad = new(policy);
        _held = 0;
    }
}
