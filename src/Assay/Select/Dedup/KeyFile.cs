using System.Runtime.InteropServices;

namespace Assay.Select;

/// <summary>
/// The keys of one table's rows, as a piece on disk: key set 0 hashes whole texts, key set k the k-th band. Each is sorted
/// and has a directory by the top byte of the hash, so that a range of hashes is read without the rest.
/// </summary>
/// <remarks>
/// Little-endian: counts of keys in set 0 and in each other set (4 bytes each); per set 257 starts (4 bytes each) and its keys
/// (<see cref="RowKey"/>); at the end the byte length of each row of the table (4 bytes each), 0 where not selected.
/// </remarks>
internal sealed class KeyFile(FileStream stream) : IDisposable
{
    /// <summary>Ranges of the directory.</summary>
    public const int Ranges = 256;

    private const int HeaderBytes = 8,
        DirectoryBytes = 4 * (Ranges + 1);

    private readonly int[] _counts = ReadInts(stream, 0, 2);

    /// <summary>Writes a piece; sorts the keys.</summary>
    public static void Write(Stream stream, List<RowKey>[] sets, int[] lengths)
    {
        stream.Write(MemoryMarshal.AsBytes<int>([sets[0].Count, sets.Length > 1 ? sets[1].Count : 0]));
        foreach (List<RowKey> set in sets)
        {
            Span<RowKey> keys = CollectionsMarshal.AsSpan(set);
            keys.Sort();
            int[] starts = new int[Ranges + 1];
            foreach (RowKey key in keys)
                starts[(key.Hash >> 56) + 1]++;
            for (int i = 0; i < Ranges; i++)
                starts[i + 1] += starts[i];
            stream.Write(MemoryMarshal.AsBytes<int>(starts));
            stream.Write(MemoryMarshal.AsBytes(keys));
        }
        stream.Write(MemoryMarshal.AsBytes<int>(lengths));
    }

    /// <summary>Where in the set each range from <paramref name="first"/> to <paramref name="end"/> starts; one more than ranges.</summary>
    public int[] Starts(int set, int first, int end) => ReadInts(stream, Offset(set) + 4L * first, end - first + 1);

    /// <summary>Reads the keys from place <paramref name="start"/> on in the set.</summary>
    public void Read(int set, int start, Span<RowKey> keys) =>
        stream.ReadAt(Offset(set) + DirectoryBytes + (long)start * RowKey.Size, MemoryMarshal.AsBytes(keys));

    /// <summary>Reads the rows' lengths in bytes.</summary>
    public void ReadLengths(Span<int> lengths) =>
        stream.ReadAt(stream.Length - 4L * lengths.Length, MemoryMarshal.AsBytes(lengths));

    public void Dispose() => stream.Dispose();

    private long Offset(int set) =>
        set == 0
            ? HeaderBytes
            : HeaderBytes
                + DirectoryBytes
                + (long)_counts[0] * RowKey.Size
                + (set - 1) * (DirectoryBytes + (long)_counts[1] * RowKey.Size);

    private static int[] ReadInts(FileStream stream, long position, int count)
    {
        int[] values = new int[count];
        stream.ReadAt(position, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
