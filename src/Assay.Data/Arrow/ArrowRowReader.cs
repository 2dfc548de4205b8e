using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Reads the record batches of an Arrow file or stream into rows of a table.</summary>
internal sealed class ArrowRowReader : IGroupedRows
{
    private const int Window = 1 << 16;
    private readonly SourceFile _file;
    private readonly SourceOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly SafeFileHandle _handle;
    private readonly ArrowLayout _layout;
    private readonly ArrowInput _dictionaryInput;
    private readonly Dictionary<long, (int Before, ArrowDictionary Values, List<ArrowBatch> Batches)> _dictionaries =
    [];

    /// <summary>Opens a file and finds its schema and batches.</summary>
    /// <exception cref="DamagedFileException">It is not Arrow, or damaged.</exception>
    /// <exception cref="AssayException">It cannot be read.</exception>
    public ArrowRowReader(SourceFile file, SourceOptions options, CancellationToken cancellation)
    {
        (_file, _options, _cancellation) = (file, options, cancellation);
        _handle = file.OpenHandle();
        try
        {
            _layout = ArrowLayout.Read(_handle);
        }
        catch (Exception failure)
        {
            _handle.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw SourceFile.Unreadable(file.FullPath, failure);
            throw;
        }
        _dictionaryInput = new(_handle, new("dictionaries", options.MaxRow), int.MaxValue);
    }

    /// <summary>The batches, and what is damaged behind them, which makes a bad row.</summary>
    public int Count => _layout.Batches.Count + (_layout.Failure is null ? 0 : 1);

    /// <inheritdoc/>
    public long RowsOf(int group) => group < _layout.Batches.Count ? _layout.Batches[group].Rows : 0;

    /// <inheritdoc/>
    public long BytesOf(int group) => group < _layout.Batches.Count ? _layout.Batches[group].Bytes : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (long id in _dictionaries.Keys)
            Forget(id);
        _dictionaryInput.Dispose();
        _handle.Dispose();
    }

    /// <inheritdoc/>
    public void Read(int group, IRowSink sink)
    {
        if (group == _layout.Batches.Count)
        {
            ArrowBatchPlace? last = _layout.Batches.LastOrDefault();
            long end = last is null ? 0 : last.FirstRow + last.Rows;
            sink.Bad.Add(IGroupedRows.Broken(_file, "behind the last record batch", null, end, _layout.Failure!));
            return;
        }
        ArrowBatchPlace place = _layout.Batches[group];
        string[] all = [.. _layout.Fields.Select(field => field.Name)];
        int[] columns = IGroupedRows.Columns(all, _file, _options);
        ArrowField? at = null;
        long row = 0;
        using ArrowInput input = new(_handle, new("buffers", _options.MaxRow), Window);
        using CellMaker maker = new();
        using CellJson json = new();
        CellRow cells = new(_file, [.. columns.Select(column => all[column])], _options, sink);
        try
        {
            using ArrowBatch batch = ArrowBatch.Read(
                _layout.Message(place.At, ArrowMessageKind.RecordBatch),
                _layout.Fields,
                isDictionary: false,
                input,
                id => DictionaryOf(id, place.Dictionaries)
            );
            for (; row < place.Rows; row++)
            {
                if ((row & 255) == 0)
                    _cancellation.ThrowIfCancellationRequested();
                cells.Start(place.FirstRow + row);
                for (int c = 0; c < columns.Length; c++)
                {
                    ArrowArray array = batch.Arrays[columns[c]];
                    at = array.Field;
                    if (array.TryCell(row, maker, out Cell cell))
                    {
                        cells.Add(c, cell);
                        continue;
                    }
                    json.Start(_options.MaxRow.Bytes);
                    array.Write(row, json, maker);
                    cells.AddNested(c, json.End(), json.Fault);
                }
                cells.End();
            }
        }
        catch (DamagedFileException failure)
        {
            sink.Table.AbandonRow();
            sink.Bad.Add(
                IGroupedRows.Broken(_file, $"record batch {group}", at?.Name, place.FirstRow + row, failure.Message)
            );
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(_file.FullPath, failure);
        }
    }

    /// <summary>The values of a dictionary for a batch that so many dictionary batches stand before.</summary>
    private ArrowDictionary DictionaryOf(long id, int before)
    {
        if (_dictionaries.TryGetValue(id, out var known) && known.Before == before)
            return known.Values;
        List<ArrowDictionaryPlace> places = [];
        foreach (ArrowDictionaryPlace place in _layout.Dictionaries.Take(before))
            if (place.Id == id)
            {
                if (!place.IsDelta)
                    places.Clear();
                places.Add(place);
            }
        Forget(id);
        List<ArrowBatch> batches = [];
        foreach (ArrowDictionaryPlace place in places)
            batches.Add(
                ArrowBatch.Read(
                    _layout.Message(place.At, ArrowMessageKind.DictionaryBatch),
                    [_layout.DictionaryFields[id]],
                    isDictionary: true,
                    _dictionaryInput,
                    inner => DictionaryOf(inner, before)
                )
            );
        ArrowDictionary values = new([.. batches.Select(batch => batch.Arrays[0])]);
        _dictionaries[id] = (before, values, batches);
        return values;
    }

    private void Forget(long id)
    {
        if (!_dictionaries.Remove(id, out var known))
            return;
        foreach (ArrowBatch batch in known.Batches)
            batch.Dispose();
    }
}
