using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Numerics;

/// <summary>
/// A sample of the distinct values of a stream, each with the exact number of its occurrences, in bounded memory: finds a small share of
/// repeats among many distinct values, which drowns in the error of counting them.
/// </summary>
/// <remarks>
/// Gibbons, "Distinct sampling for highly-accurate answers to distinct values queries and event reports", VLDB 2001. A value is in the sample if its
/// 64-bit hash ends in <see cref="Level"/> zeros, so with probability 2^-level, whatever the order; the level rises when the sample is full. A
/// value that is in it has been in it since it first occurred. Merging is exact: the sample of a whole equals the merged
/// samples of its parts.
/// </remarks>
public sealed class DistinctSample
{
    private readonly Dictionary<ulong, long> _counts = [];

    /// <summary>An empty sample.</summary>
    /// <param name="capacity">Distinct values that it holds at most, 1 to 2^24; about 32 bytes each.</param>
    public DistinctSample(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 24);
        Capacity = capacity;
    }

    /// <summary>Distinct values that it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>A value is in the sample with probability 2^-level.</summary>
    public int Level { get; private set; }

    /// <summary>True while the sample holds every distinct value.</summary>
    public bool IsWhole => Level == 0;

    /// <summary>Distinct values in the sample.</summary>
    public int Count => _counts.Count;

    /// <summary>How often each value of the sample has occurred in the stream.</summary>
    public IReadOnlyCollection<long> Occurrences => _counts.Values;

    /// <summary>True if a value of the sample has occurred more than once.</summary>
    public bool HasRepeats => _counts.Values.Any(count => count > 1);

    /// <summary>Occurrences in the stream whose value had been there before, estimated.</summary>
    public double Repeats => Math.ScaleB(_counts.Values.Sum(count => count - 1.0), Level);

    /// <summary>Standard error of <see cref="Repeats"/>: 0 where the sample is whole.</summary>
    public double RepeatsError =>
        IsWhole
            ? 0
            : Math.Sqrt(
                Math.ScaleB(_counts.Values.Sum(count => (count - 1.0) * (count - 1.0)), Level)
                    * (Math.ScaleB(1, Level) - 1)
            );

    /// <summary>Counts an occurrence of a value by its hash, all 64 bits of which must be well mixed.</summary>
    public void Add(ulong hash)
    {
        if (BitOperations.TrailingZeroCount(hash) >= Level)
            Add(hash, 1);
    }

    /// <summary>Counts in all that <paramref name="other"/> has seen, which stays as it is.</summary>
    /// <exception cref="ArgumentException">The samples differ in size.</exception>
    public void Merge(DistinctSample other)
    {
        if (other.Capacity != Capacity)
            throw new ArgumentException("Samples of different sizes do not merge.", nameof(other));
        RaiseTo(Math.Max(Level, other.Level));
        foreach ((ulong hash, long count) in other._counts)
            if (BitOperations.TrailingZeroCount(hash) >= Level)
                Add(hash, count);
    }

    /// <summary>Writes the sample; equal samples give equal bytes.</summary>
    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Capacity);
        writer.Write((byte)Level);
        writer.Write(Count);
        foreach ((ulong hash, long count) in _counts.OrderBy(entry => entry.Key))
        {
            writer.Write(hash);
            writer.Write(count);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static DistinctSample Read(Stream stream) =>
        SketchReader.Read(
            stream,
            reader =>
            {
                int capacity = reader.Count(1 << 24);
                SketchReader.Check(capacity >= 1, "it holds nothing");
                DistinctSample sample = new(capacity) { Level = reader.Byte() };
                SketchReader.Check(sample.Level <= 64, "its level is too high");
                int count = reader.Count(capacity);
                for (int i = 0; i < count; i++)
                {
                    ulong hash = reader.UInt64();
                    long occurrences = reader.Total();
                    SketchReader.Check(
                        occurrences > 0 && BitOperations.TrailingZeroCount(hash) >= sample.Level,
                        "a value does not belong into it"
                    );
                    SketchReader.Check(sample._counts.TryAdd(hash, occurrences), "a value occurs twice");
                }
                return sample;
            }
        );

    private void Add(ulong hash, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, hash, out _) += count;
        while (_counts.Count > Capacity)
            RaiseTo(Level + 1);
    }

    private void RaiseTo(int level)
    {
        if (level == Level)
            return;
        Level = level;
        foreach (ulong hash in _counts.Keys)
            if (BitOperations.TrailingZeroCount(hash) < level)
                _counts.Remove(hash);
    }
}
