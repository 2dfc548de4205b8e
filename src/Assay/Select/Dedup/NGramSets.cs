using System.Collections;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>
/// The n-gram sets of candidate rows, written once, table by table, so that any pair can be compared without reading tables
/// again. Reads one piece at a time per call; not thread-safe.
/// </summary>
/// <remarks>A piece is the sets of the table's candidates one after another (4 bytes a hash), then where each row's set ends (8 bytes a row).</remarks>
internal sealed class NGramSets(Pieces pieces, string stage, DedupRows rows) : IDisposable
{
    private const int MostOpen = 128;
    private readonly Dictionary<int, FileStream> _open = [];

    /// <summary>Writes the sets of a table's candidates.</summary>
    public static void Write(
        DedupRows.Part part,
        BitArray candidates,
        RowSigner signer,
        Stream stream,
        CancellationToken cancellation
    )
    {
        long[] ends = new long[part.Count];
        List<uint> set = [];
        using Batch batch = part.View.Read(part.Table);
        foreach (int row in batch.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!candidates[row + part.Shift])
                continue;
            signer.Exact(batch.Text(row), out ReadOnlySpan<byte> words);
            signer.NGrams(words, set, cancellation);
            stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(set)));
            ends[batch.Local(row)] = set.Count;
        }
        for (int i = 1; i < ends.Length; i++)
            ends[i] += ends[i - 1];
        stream.Write(MemoryMarshal.AsBytes<long>(ends));
    }

    /// <summary>The set of a candidate, ascending; in <paramref name="buffer"/>, which grows as need be.</summary>
    public ReadOnlySpan<uint> Read(int node, ref uint[] buffer)
    {
        int index = rows.PartOf(node);
        DedupRows.Part part = rows.Parts[index];
        FileStream file = Open(index);
        Span<long> ends = stackalloc long[2];
        int local = node - part.First;
        ends[0] = 0;
        int known = local == 0 ? 1 : 2;
        file.ReadAt(file.Length - 8L * part.Count + 8L * (local - known + 1), MemoryMarshal.AsBytes(ends[^known..]));
        int count = checked((int)(ends[1] - ends[0]));
        if (buffer.Length < count)
            buffer = new uint[Math.Max(count, Math.Min(2 * buffer.Length, Array.MaxLength))];
        file.ReadAt(4 * ends[0], MemoryMarshal.AsBytes(buffer.AsSpan(0, count)));
        return buffer.AsSpan(0, count);
    }

    /// <summary>Jaccard similarity of two ascending sets: shared members over all members; 1 if both are empty.</summary>
    public static double Jaccard(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int i = 0,
            j = 0;
        long shared = 0;
        while (i < a.Length && j < b.Length)
        {
            uint x = a[i],
                y = b[j];
            // Without branches, for which of two hashes is the smaller cannot be predicted.
            shared += x == y ? 1 : 0;
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
        }
        long all = a.Length + (long)b.Length - shared;
        return all == 0 ? 1 : (double)shared / all;
    }

    public void Dispose()
    {
        foreach (FileStream file in _open.Values)
            file.Dispose();
        _open.Clear();
    }

    private FileStream Open(int index)
    {
        if (_open.TryGetValue(index, out FileStream? file))
            return file;
        if (_open.Count == MostOpen)
            Dispose();
        return _open[index] = pieces.Open(stage, index);
    }
}
