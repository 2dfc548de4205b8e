using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Which entries each batch takes: epoch after epoch, none left out, in the given order or shuffled anew each time.</summary>
/// <remarks>
/// An entry is a place in a selection: a row that is repeated has several. A batch depends on its number alone, so a run
/// that goes on from a checkpoint sees the same batches. A batch at the end of an epoch goes on with the next one.
/// </remarks>
public sealed class Batches
{
    private readonly RandomStream? _shuffle;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <summary>Batches over entries 0 to <paramref name="entries"/> - 1.</summary>
    /// <param name="entries">At least 1.</param>
    /// <param name="size">Entries of a batch, at least 1.</param>
    /// <param name="shuffle">Names the orders of the epochs; null keeps the given order in all of them.</param>
    public Batches(int entries, int size, RandomStream? shuffle)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(entries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        (Entries, Size, _shuffle) = (entries, size, shuffle);
        _order = new int[entries];
    }

    /// <summary>Number of entries.</summary>
    public int Entries { get; }

    /// <summary>Entries of a batch.</summary>
    public int Size { get; }

    /// <summary>Batches that see every entry once, rounded up.</summary>
    public long PerEpoch => (Entries + (long)Size - 1) / Size;

    /// <summary>Fills <paramref name="entries"/> with those of a batch.</summary>
    /// <param name="batch">Its number, from 0.</param>
    /// <param name="entries"><see cref="Size"/> places.</param>
    public void Fill(long batch, Span<int> entries)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (entries.Length != Size)
            throw new ArgumentException($"A batch has {Size} entries, and there are {entries.Length} places.");
        for (int i = 0; i < entries.Length; i++)
        {
            (long epoch, long at) = Math.DivRem(checked(batch * Size + i), Entries);
            if (epoch != _epoch)
                Order(epoch);
            entries[i] = _order[at];
        }
    }

    private void Order(long epoch)
    {
        for (int i = 0; i < _order.Length; i++)
            _order[i] = i;
        _shuffle?.Child(epoch).Shuffle<int>(_order);
        _epoch = epoch;
    }
}
