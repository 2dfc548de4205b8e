using System.IO.Compression;
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

    public const int DefaultWindow = 16 << 20;

    /// <summary>About how many bytes are put in order at once by a thread; decides where compressed members end.</summary>
    public int WindowBytes { get; init; } = DefaultWindow;

    public WrittenFile Write(string path, ReadOnlySpan<byte> header)
    {
        byte[] head = header.ToArray();
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        Func<ByteBuffer, byte[]?> pack = PackerOf(path);
        bool inOrder = true;
        for (int i = 1; i < _rows.Length && inOrder; i++)
            inOrder = _rows[i - 1] <= _rows[i];
        Pieces.WriteFile(
            path,
            stream =>
            {
                if (head.Length > 0 || _rows.Length == 0)
                    WriteChunk(head, stream, pack); // a compressed file without rows is an empty member, not no bytes
                if (inOrder)
                    WriteInOrder(stream, pack);
                else
                    WriteAnyOrder(stream, pack);
            }
        );
        if (!inOrder)
            work.Pieces.Delete(Stage);
        return new(path, _rows.Length, new FileInfo(path).Length);
    }

    private void WriteInOrder(Stream stream, Func<ByteBuffer, byte[]?> pack)
    {
        int[] starts = new int[view.TableCount + 1];
        for (int table = 0; table < view.TableCount; table++)
        {
            int at = starts[table],
                end = view.Dataset.Tables[table].FirstRow + view.Dataset.Tables[table].RowCount;
            while (at < _rows.Length && _rows[at] < end)
                at++;
            starts[table + 1] = at;
        }
        InWaves(
            view.TableCount,
            (table, output) => Serialize(table, _rows.AsSpan(starts[table]..starts[table + 1]), output),
            stream,
            pack,
            table => starts[table + 1]
        );
    }

    private void WriteAnyOrder(Stream stream, Func<ByteBuffer, byte[]?> pack)
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
            pack,
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
        Func<ByteBuffer, byte[]?> pack,
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
                    packed[i] = chunks[i].Length == 0 ? [] : pack(chunks[i]);
                }
            );
            for (int i = 0; i < wave; i++)
            {
                stream.Write(packed[i] ?? chunks[i].Span);
                chunks[i].Dispose();
            }
            work.Progress?.Report(new("write", rowsDone(first + wave - 1), _rows.Length, "rows"));
        }
    }

    private static void WriteChunk(byte[] bytes, Stream stream, Func<ByteBuffer, byte[]?> pack)
    {
        using ByteBuffer chunk = new();
        chunk.Append(bytes);
        stream.Write(pack(chunk) ?? bytes);
    }

    /// <summary>How chunks are compressed: each to a gzip member or Zstandard frame of its own, which together make one file.</summary>
    private static Func<ByteBuffer, byte[]?> PackerOf(string path)
    {
        bool gzip = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        if (!gzip && !path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
            return _ => null;
        return chunk =>
        {
            // The runtime's packer makes no bytes at all of none; readers expect a member.
            if (gzip && chunk.Length == 0)
                return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            using MemoryStream packed = new();
            using (
                Stream packer = gzip
                    ? new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)
                    : new ZstdSharp.CompressionStream(packed, leaveOpen: true)
            )
                packer.Write(chunk.Span);
            return packed.ToArray();
        };
    }

    private static int LowerBound(int[] sorted, int value)
    {
        int at = Array.BinarySearch(sorted, value);
        return at < 0 ? ~at : at;
    }
}
