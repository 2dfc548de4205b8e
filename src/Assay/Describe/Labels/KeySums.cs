using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Describe;

/// <summary>Sums of one column's numbers by key.</summary>
internal sealed class KeySums
{
    private readonly Dictionary<int, (long Count, double Sum)> _sums = [];

    /// <summary>The keys that have numbers: how many, and their sum.</summary>
    public IReadOnlyDictionary<int, (long Count, double Sum)> Sums => _sums;

    public void Add(int key, double number) => Add(key, 1, number);

    public void Merge(KeySums other)
    {
        foreach ((int key, (long count, double sum)) in other._sums)
            Add(key, count, sum);
    }

    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_sums.Count);
        foreach ((int key, (long count, double sum)) in _sums.OrderBy(entry => entry.Key))
        {
            writer.Write(key);
            writer.Write(count);
            writer.Write(sum);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="IOException">The bytes end early.</exception>
    public static KeySums Read(Stream stream)
    {
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        KeySums sums = new();
        for (int left = reader.ReadInt32(); left > 0; left--)
            sums.Add(reader.ReadInt32(), reader.ReadInt64(), reader.ReadDouble());
        return sums;
    }

    private void Add(int key, long count, double sum)
    {
        ref (long Count, double Sum) found = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _);
        found = (found.Count + count, found.Sum + sum);
    }
}
