using Assay.Data;

namespace Assay.Select;

/// <summary>Finds the rows that share a key: reads one slice of a key set from all tables' pieces, sorts it, and writes its groups.</summary>
/// <remarks>
/// A group is written as its size and its nodes, ascending. Slices are cut by the data; within one, only as many keys are held
/// at once as memory allows, which changes nothing in what is written.
/// </remarks>
internal sealed class Buckets(Work work, DedupRows rows, string signatures, int slices, long keysInMemory)
{
    /// <summary>Writes the groups of two and more nodes that have a key in common.</summary>
    /// <param name="set">Which key set.</param>
    /// <param name="slice">Which slice of its hashes.</param>
    /// <param name="takesPart">Nodes to look at.</param>
    /// <param name="stream">Takes the groups.</param>
    public void Write(int set, int slice, Func<int, bool> takesPart, Stream stream)
    {
        int width = KeyFile.Ranges / slices,
            first = slice * width;
        long[] sizes = Sizes(set, first, width);
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        RowKey[] keys = [];
        for (int from = 0, end; from < width; from = end)
        {
            long size = sizes[from];
            for (end = from + 1; end < width && size + sizes[end] <= keysInMemory; end++)
                size += sizes[end];
            if (size > keys.Length)
                keys = GC.AllocateUninitializedArray<RowKey>(checked((int)size));
            int count = Load(set, first + from, first + end, keys, takesPart);
            Span<RowKey> loaded = keys.AsSpan(0, count);
            loaded.Sort();
            WriteGroups(loaded, writer);
        }
    }

    /// <summary>Reads back the groups of a piece: all, or each <paramref name="shares"/>-th from <paramref name="share"/> on.</summary>
    public static IEnumerable<int[]> Read(Stream stream, int share = 0, int shares = 1)
    {
        using BinaryReader reader = new(stream);
        long length = stream.Length;
        for (int at = 0; stream.Position < length; at++)
        {
            int size = reader.ReadInt32();
            if (at % shares != share)
            {
                stream.Seek(4L * size, SeekOrigin.Current);
                continue;
            }
            int[] group = new int[size];
            for (int i = 0; i < group.Length; i++)
                group[i] = reader.ReadInt32();
            yield return group;
        }
    }

    private long[] Sizes(int set, int first, int width)
    {
        long[] sizes = new long[width];
        for (int part = 0; part < rows.Parts.Count; part++)
        {
            using KeyFile file = new(work.Pieces.Open(signatures, part));
            int[] starts = file.Starts(set, first, first + width);
            for (int i = 0; i < width; i++)
                sizes[i] += starts[i + 1] - starts[i];
        }
        return sizes;
    }

    private int Load(int set, int first, int end, RowKey[] keys, Func<int, bool> takesPart)
    {
        int count = 0;
        for (int part = 0; part < rows.Parts.Count; part++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using KeyFile file = new(work.Pieces.Open(signatures, part));
            int[] starts = file.Starts(set, first, end);
            Span<RowKey> added = keys.AsSpan(count, starts[^1] - starts[0]);
            file.Read(set, starts[0], added);
            foreach (RowKey key in added)
                if (takesPart(key.Node))
                    keys[count++] = key;
        }
        return count;
    }

    private void WriteGroups(ReadOnlySpan<RowKey> keys, BinaryWriter writer)
    {
        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end].Hash == keys[start].Hash; )
                end++;
            // A group without a row of the dataset in view changes nothing.
            if (end - start < 2 || keys[start].Node >= rows.OwnCount)
                continue;
            writer.Write(end - start);
            foreach (RowKey key in keys[start..end])
                writer.Write(key.Node);
        }
    }
}
