using System.Runtime.InteropServices;

namespace Assay.Data;

/// <summary>Appends rows (ordinals, all of one batch) to <paramref name="output"/> and notes where each one ends.</summary>
internal delegate void RowSerializer(Batch batch, ReadOnlySpan<int> rows, ByteBuffer output, Span<int> ends);

/// <summary>
/// Writes the rows of a view in the order of its selection. Rows in the dataset's order go straight to the file; for any
/// other order each table's rows are first written to a piece, and then put in order a window at a time.
/// </summary>
internal sealed class RowExport(View view, Work work, RowSerializer serialize)
{
    private const string Stage = "export-rows";
    private readonly int[] _rows = view.Selection.Rows;
    private long _bytes;

    public const int DefaultWindow = 16 << 20;

    /// <summary>About how many bytes are put in order at once by a thread; decides where compressed members end.</summary>
    public int WindowBytes { get; init; } = DefaultWindow;

    /// <summary>Writes a file of lines, the first of them <paramref name="header"/>.</summary>
    public WrittenFile Write(string path, ReadOnlySpan<byte> header) =>
        Write(path, new LinePacker(path, header.ToArray(), isEmpty: _rows.Length == 0));

    public WrittenFile Write(string path, ChunkPacker packer)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        bool inOrder = true;
        for (int i = 1; i < _rows.Length && inOrder; i++)
            inOrder = _rows[i - 1] <= _rows[i];
        Pieces.WriteFile(
            path,
            stream =>
            {
                stream.Write(packer.Start());
                if (inOrder)
                    WriteInOrder(stream, packer);
                else
                    WriteAnyOrder(stream, packer);
                stream.Write(packer.End());
            }
        );
        if (!inOrder)
            work.Pieces.Delete(Stage);
        return new(path, _rows.Length, new FileInfo(path).Length) { RowBytes = _bytes };
    }

    private void WriteInOrder(Stream stream, ChunkPacker packer)
    {
        int[] starts = Runs();
        InWaves(
            starts.Length - 1,
            (run, output) => SerializeRun(starts[run], starts[run + 1], output),
            stream,
            packer,
            run => starts[run + 1]
        );
    }

    /// <summary>
    /// Where chunks start in a selection that is in the dataset's order, and the end of the last one. A chunk is about a window: whole
    /// tables, or a part of one whose rows repeat that often.
    /// </summary>
    private int[] Runs()
    {
        List<int> starts = [0];
        double held = 0;
        for (int at = 0, end; at < _rows.Length; at = end)
        {
            TableInfo table = view.Dataset.Tables[view.Dataset.TableOf(_rows[at])];
            int behind = table.FirstRow + table.RowCount;
            for (end = at; end < _rows.Length && _rows[end] < behind; )
                end++;
            double perRow = (double)table.Bytes / table.RowCount;
            if (held > 0 && held + perRow * (end - at) > WindowBytes)
            {
                starts.Add(at);
                held = 0;
            }
            int most = (int)Math.Clamp(WindowBytes / perRow, 1, int.MaxValue);
            for (; end - at > most; at += most)
                starts.Add(at + most);
            held += perRow * (end - at);
        }
        if (_rows.Length > 0)
            starts.Add(_rows.Length);
        return [.. starts];
    }

    private void SerializeRun(int from, int to, ByteBuffer output)
    {
        while (from < to)
        {
            int table = view.Dataset.TableOf(_rows[from]),
                end = from;
            int behind = view.Dataset.Tables[table].FirstRow + view.Dataset.Tables[table].RowCount;
            while (end < to && _rows[end] < behind)
                end++;
            Serialize(table, _rows.AsSpan(from..end), output);
            from = end;
        }
    }

    private void WriteAnyOrder(Stream stream, ChunkPacker packer)
    {
        int[][] positions = PositionsByTable();
        work.Make(Stage, positions.Length, (table, piece) => WritePiece(table, positions[table], piece));
        long[][] ends = [.. positions.Select((of, table) => ReadEnds(table, of.Length))];
        int[] lengths = new int[_rows.Length];
        for (int table = 0; table < positions.Length; table++)
        for (int i = 0; i < positions[table].Length; i++)
            lengths[positions[table][i]] = (int)(ends[table][i + 1] - ends[table][i]);
        int[] windows = Windows(lengths);
        InWaves(
            windows.Length - 1,
            (window, output) => ReadWindow(windows[window], windows[window + 1], positions, ends, lengths, output),
            stream,
            packer,
            window => windows[window + 1]
        );
    }

    /// <summary>For each table, the places in the selection where its rows stand, ascending.</summary>
    private int[][] PositionsByTable()
    {
        int[] counts = new int[view.TableCount];
        foreach (int row in _rows)
            counts[view.Dataset.TableOf(row)]++;
        int[][] positions = [.. counts.Select(count => new int[count])];
        Array.Clear(counts);
        for (int i = 0; i < _rows.Length; i++)
        {
            int table = view.Dataset.TableOf(_rows[i]);
            positions[table][counts[table]++] = i;
        }
        return positions;
    }

    /// <summary>A piece: where each row starts and the last one ends (8 bytes each), then the rows.</summary>
    private void WritePiece(int table, int[] positions, Stream piece)
    {
        using ByteBuffer rows = new();
        long[] ends = new long[positions.Length + 1];
        long start = 8L * ends.Length;
        ends[0] = start;
        int[] ordinals = [.. positions.Select(position => _rows[position])];
        int[] rowEnds = Serialize(table, ordinals, rows);
        for (int i = 0; i < rowEnds.Length; i++)
            ends[i + 1] = start + rowEnds[i];
        piece.Write(MemoryMarshal.AsBytes(ends.AsSpan()));
        piece.Write(rows.Span);
    }

    private long[] ReadEnds(int table, int count)
    {
        long[] ends = new long[count + 1];
        using FileStream piece = work.Pieces.Open(Stage, table);
        piece.ReadExactly(MemoryMarshal.AsBytes(ends.AsSpan()));
        return ends;
    }

    /// <summary>Where each window starts in the selection, and the end of the last one.</summary>
    private int[] Windows(int[] lengths)
    {
        List<int> windows = [0];
        long held = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            held += lengths[i];
            if (held < WindowBytes && i < lengths.Length - 1)
                continue;
            windows.Add(i + 1);
            held = 0;
        }
        return [.. windows];
    }

    private void ReadWindow(int from, int to, int[][] positions, long[][] ends, int[] lengths, ByteBuffer output)
    {
        int[] places = new int[to - from];
        int total = 0;
        for (int i = from; i < to; i++)
        {
            places[i - from] = total;
            total = checked(total + lengths[i]);
        }
        Span<byte> window = output.Reserve(total);
        using ByteBuffer slice = new();
        for (int table = 0; table < positions.Length; table++)
        {
            int first = LowerBound(positions[table], from),
                last = LowerBound(positions[table], to);
            if (first == last)
                continue;
            slice.Truncate(0);
            int length = (int)(ends[table][last] - ends[table][first]);
            Span<byte> rows = slice.Reserve(length)[..length];
            using (FileStream piece = work.Pieces.Open(Stage, table))
            {
                piece.Position = ends[table][first];
                piece.ReadExactly(rows);
            }
            for (int i = first; i < last; i++)
                rows[(int)(ends[table][i] - ends[table][first])..(int)(ends[table][i + 1] - ends[table][first])]
                    .CopyTo(window[places[positions[table][i] - from]..]);
        }
        output.Advance(total);
    }

    private int[] Serialize(int table, ReadOnlySpan<int> rows, ByteBuffer output)
    {
        int[] ends = new int[rows.Length];
        if (rows.Length == 0)
            return ends;
        using Batch batch = view.Read(table);
        serialize(batch, rows, output, ends);
        return ends;
    }

    /// <summary>Makes chunks in parallel, as many at a time as there are threads, and writes them in order.</summary>
    private void InWaves(
        int count,
        Action<int, ByteBuffer> make,
        Stream stream,
        ChunkPacker packer,
        Func<int, int> rowsDone
    )
    {
        for (int first = 0; first < count; first += work.Threads)
        {
            int wave = Math.Min(work.Threads, count - first);
            ByteBuffer[] chunks = [.. Enumerable.Range(0, wave).Select(_ => new ByteBuffer())];
            byte[]?[] packed = new byte[]?[wave];
            work.Each(
                wave,
                i =>
                {
                    make(first + i, chunks[i]);
                    packed[i] = chunks[i].Length == 0 ? [] : packer.Pack(first + i, chunks[i]);
                }
            );
            for (int i = 0; i < wave; i++)
            {
                stream.Write(packed[i] ?? chunks[i].Span);
                _bytes += chunks[i].Length;
                chunks[i].Dispose();
            }
            work.Progress?.Report(new("write", rowsDone(first + wave - 1), _rows.Length, "rows"));
        }
    }

    private static int LowerBound(int[] sorted, int value)
    {
        int at = Array.BinarySearch(sorted, value);
        return at < 0 ? ~at : at;
    }
}
