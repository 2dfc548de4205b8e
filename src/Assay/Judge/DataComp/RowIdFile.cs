using System.Buffers.Binary;
using System.IO.Hashing;
using Assay.Data;

namespace Assay.Judge;

/// <summary>A submission as a sorted list of row ids: what is handed in on the filtering track.</summary>
/// <remarks>
/// DataComp's subset files are arrays of pairs of unsigned 64-bit numbers, the first and the last 16 hexadecimal digits of an id, sorted; here also
/// as text. Sorted pairs are in the order of the sorted text, so that equal sets have equal files and hashes.
/// </remarks>
public static class RowIdFile
{
    private static ReadOnlySpan<byte> NumpyMagic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file, whatever the order of its lines.</summary>
    /// <exception cref="AssayException">It cannot be read, a line is no id, or an id stands twice.</exception>
    public static IReadOnlyList<RowId> Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException($"cannot read the ids: {failure.Message}", new(path), cause: failure);
        }
        RowId[] ids = content.AsSpan().StartsWith(NumpyMagic) ? Pairs(content, path) : Lines(content, path);
        Array.Sort(ids, (a, b) => a.Value.CompareTo(b.Value));
        for (int i = 1; i < ids.Length; i++)
            if (ids[i] == ids[i - 1])
                throw new AssayException(
                    $"the id {ids[i]} stands twice",
                    new(path),
                    "A row is in a subset once or not at all."
                );
        return ids.Length > 0
            ? ids
            : throw new AssayException("there are no ids", new(path), "A subset needs a row at least.");
    }

    /// <summary>The sorted ids as text, a line each.</summary>
    public static string Write(IEnumerable<RowId> ids) =>
        string.Concat(ids.OrderBy(id => id.Value).Select(id => id + "\n"));

    /// <summary>A hash of the set: the same for every order of its ids.</summary>
    public static string Hash(IEnumerable<RowId> ids)
    {
        XxHash128 hash = new();
        Span<byte> bytes = stackalloc byte[16];
        foreach (RowId id in ids.OrderBy(id => id.Value))
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
            hash.Append(bytes);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The rows of a pool that ids name.</summary>
    /// <exception cref="AssayException">An id is of no row of the pool: the filtering track takes nothing else.</exception>
    public static Selection In(View pool, IReadOnlyList<RowId> ids, string name, Work work)
    {
        HashSet<RowId> wanted = [.. ids];
        List<int> rows = [];
        pool.ForEach(
            pool.Selection.Rows,
            (batch, row) =>
            {
                if (wanted.Remove(batch.Id(row)))
                    rows.Add(row);
            },
            work.Cancellation
        );
        if (wanted.Count > 0)
            throw new AssayException(
                FormattableString.Invariant(
                    $"{wanted.Count} of {ids.Count} ids of '{name}' are of no row of the pool, such as {wanted.MinBy(id => id.Value)}"
                ),
                hint: "A submission of ids chooses rows of the pool; data of your own go in as a dataset (--own)."
            );
        rows.Sort();
        return new([.. rows]);
    }

    private static RowId[] Lines(byte[] content, string path)
    {
        string[] lines = System.Text.Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.TrimEntries);
        List<RowId> ids = [];
        foreach ((int i, string line) in lines.Index())
            if (RowId.TryParse(line, null, out RowId id))
                ids.Add(id);
            else if (line.Length > 0)
                throw new AssayException(
                    $"'{(line.Length > 40 ? line[..40] + "..." : line)}' is no row id",
                    new(path, Line: i + 1),
                    "Expected 32 hexadecimal digits on a line."
                );
        return [.. ids];
    }

    // Version 1 has two bytes for the length of its header, later ones four.
    private static RowId[] Pairs(byte[] content, string path)
    {
        int start =
            content.Length < 12 ? content.Length
            : content[6] == 1 ? 10 + BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(8))
            : 12 + BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(8));
        if (start < 0 || start >= content.Length || (content.Length - start) % 16 != 0)
            throw new AssayException(
                "the array is not of pairs of 64-bit numbers",
                new(path),
                "Expected the dtype 'u8,u8'."
            );
        RowId[] ids = new RowId[(content.Length - start) / 16];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = new(
                new UInt128(
                    BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(start + 16 * i)),
                    BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(start + 16 * i + 8))
                )
            );
        return ids;
    }
}
