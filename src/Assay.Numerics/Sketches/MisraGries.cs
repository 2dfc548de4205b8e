using System.Text;

namespace Assay.Numerics;

/// <summary>The most frequent values of a stream with counts that are too low by a known amount at most; exact while few values occur.</summary>
/// <remarks>
/// Misra and Gries, "Finding repeated elements", 1982, with k counters; merging as in Agarwal, Cormode, Huang, Phillips,
/// Wei and Yi, "Mergeable Summaries", PODS 2012. Each reduction takes the same amount from k + 1 values, so a count is
/// too low by at most <see cref="Error"/> &lt;= (n - sum of the counts) / (k + 1) after any order of adding and merging:
/// every value that occurs more often than n / (k + 1) is present. Values are told apart by 64-bit hashes and kinds; of
/// each, a bounded number of bytes is kept to show it.
/// </remarks>
public sealed class MisraGries
{
    private readonly Dictionary<ulong, int> _slotOf = [];
    private readonly int _maxBytes;
    private Slot[] _slots = new Slot[16];
    private byte[] _bytes = [];
    private int _used;

    /// <summary>An empty sketch.</summary>
    /// <param name="capacity">Number of counters k, 1 to 1,000,000.</param>
    /// <param name="maxBytes">Bytes kept of each value, 0 to 65,536.</param>
    public MisraGries(int capacity, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, 1 << 16);
        Capacity = capacity;
        _maxBytes = maxBytes;
    }

    /// <summary>Number of counters at most.</summary>
    public int Capacity { get; }

    /// <summary>Number of counters in use: the exact number of distinct values while <see cref="Error"/> is 0.</summary>
    public int Count => _slotOf.Count;

    /// <summary>Values added, those of merged sketches included.</summary>
    public long Total { get; private set; }

    /// <summary>By how much any count may be too low; also the most that a value without a counter can have occurred.</summary>
    public long Error { get; private set; }

    /// <summary>Counts one occurrence of a value.</summary>
    /// <param name="hash">Hash of the whole value and its kind, all 64 bits well mixed: the value's identity here.</param>
    /// <param name="kind">What the bytes mean, for the caller; kept with them.</param>
    /// <param name="value">The value's bytes; the first of them are kept.</param>
    public void Add(ulong hash, byte kind, ReadOnlySpan<byte> value)
    {
        Total++;
        if (_slotOf.TryGetValue(hash, out int slot))
            _slots[slot].Count++;
        else if (_slotOf.Count < Capacity)
            Insert(hash, kind, value[..Math.Min(value.Length, _maxBytes)], value.Length, 1);
        else
            Reduce(1);
    }

    /// <summary>Adds all that <paramref name="other"/> has counted, which stays as it is.</summary>
    /// <exception cref="ArgumentException">The sketches differ in size.</exception>
    public void Merge(MisraGries other)
    {
        if (other.Capacity != Capacity || other._maxBytes != _maxBytes)
            throw new ArgumentException("Sketches of different sizes do not merge.", nameof(other));
        Total += other.Total;
        Error += other.Error;
        for (int i = 0; i < other.Count; i++)
        {
            ref Slot theirs = ref other._slots[i];
            if (_slotOf.TryGetValue(theirs.Hash, out int slot))
                _slots[slot].Count += theirs.Count;
            else
                Insert(theirs.Hash, theirs.Kind, other.Bytes(theirs), theirs.Length, theirs.Count);
        }
        if (Count > Capacity)
        {
            long[] counts = new long[Count];
            for (int i = 0; i < counts.Length; i++)
                counts[i] = _slots[i].Count;
            Array.Sort(counts);
            Reduce(counts[^(Capacity + 1)]);
        }
    }

    /// <summary>The values that have a counter, most frequent first, equal counts in the order of their bytes.</summary>
    public IReadOnlyList<Frequent> MostFrequent(int top)
    {
        Slot[] sorted = _slots.AsSpan(0, Count).ToArray();
        Array.Sort(
            sorted,
            (a, b) =>
            {
                int order = b.Count.CompareTo(a.Count);
                order = order != 0 ? order : a.Kind.CompareTo(b.Kind);
                order = order != 0 ? order : Bytes(a).SequenceCompareTo(Bytes(b));
                return order != 0 ? order : a.Hash.CompareTo(b.Hash);
            }
        );
        return
        [
            .. sorted.Take(top).Select(slot => new Frequent(slot.Kind, Bytes(slot).ToArray(), slot.Length, slot.Count)),
        ];
    }

    /// <summary>Writes the sketch.</summary>
    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Capacity);
        writer.Write(_maxBytes);
        writer.Write(Total);
        writer.Write(Error);
        writer.Write(Count);
        for (int i = 0; i < Count; i++)
        {
            ref Slot slot = ref _slots[i];
            writer.Write(slot.Hash);
            writer.Write(slot.Kind);
            writer.Write(slot.Count);
            writer.Write(slot.Length);
            writer.Write(slot.Stored);
            writer.Write(Bytes(slot));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static MisraGries Read(Stream stream) =>
        SketchReader.Read(
            stream,
            reader =>
            {
                int capacity = reader.Count(1_000_000);
                SketchReader.Check(capacity >= 1, "it has no counters");
                MisraGries sketch = new(capacity, reader.Count(1 << 16))
                {
                    Total = reader.Total(),
                    Error = reader.Total(),
                };
                int count = reader.Count(capacity);
                byte[] bytes = new byte[sketch._maxBytes];
                Int128 sum = 0;
                for (int i = 0; i < count; i++)
                {
                    ulong hash = reader.UInt64();
                    byte kind = reader.Byte();
                    long occurrences = reader.Total();
                    int length = reader.Count(int.MaxValue);
                    int stored = reader.Count(Math.Min(length, sketch._maxBytes));
                    reader.Bytes(bytes.AsSpan(0, stored));
                    SketchReader.Check(occurrences > 0, "a counter is zero");
                    SketchReader.Check(!sketch._slotOf.ContainsKey(hash), "a value occurs twice");
                    sketch.Insert(hash, kind, bytes.AsSpan(0, stored), length, occurrences);
                    sum += occurrences;
                }
                SketchReader.Check(
                    sum + (Int128)sketch.Error * (capacity + 1) <= sketch.Total
                        && (sketch.Error > 0 || sum == sketch.Total),
                    "its counters do not add up to its total"
                );
                return sketch;
            }
        );

    private void Insert(ulong hash, byte kind, ReadOnlySpan<byte> kept, int length, long count)
    {
        if (_slotOf.Count == _slots.Length)
            Array.Resize(ref _slots, 2 * _slots.Length);
        if (_used + kept.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_used + kept.Length, 2 * _bytes.Length));
        kept.CopyTo(_bytes.AsSpan(_used));
        _slots[_slotOf.Count] = new()
        {
            Hash = hash,
            Kind = kind,
            Count = count,
            Length = length,
            Offset = _used,
            Stored = kept.Length,
        };
        _slotOf.Add(hash, _slotOf.Count);
        _used += kept.Length;
    }

    // Takes the amount from every counter, and drops those that have nothing left.
    private void Reduce(long amount)
    {
        Error += amount;
        int count = Count;
        _slotOf.Clear();
        _used = 0;
        for (int i = 0; i < count; i++)
        {
            Slot slot = _slots[i];
            if (slot.Count <= amount)
                continue;
            _bytes.AsSpan(slot.Offset, slot.Stored).CopyTo(_bytes.AsSpan(_used));
            slot.Offset = _used;
            slot.Count -= amount;
            _slots[_slotOf.Count] = slot;
            _slotOf.Add(slot.Hash, _slotOf.Count);
            _used += slot.Stored;
        }
    }

    private ReadOnlySpan<byte> Bytes(in Slot slot) => _bytes.AsSpan(slot.Offset, slot.Stored);

    private struct Slot
    {
        public ulong Hash;
        public long Count;
        public int Length,
            Offset,
            Stored;
        public byte Kind;
    }
}

/// <summary>A frequent value.</summary>
/// <param name="Kind">What its bytes mean, as the caller of <see cref="MisraGries.Add"/> said.</param>
/// <param name="Bytes">Its first bytes.</param>
/// <param name="Length">Length of the whole value in bytes.</param>
/// <param name="Count">How often it occurred at least.</param>
public sealed record Frequent(byte Kind, byte[] Bytes, int Length, long Count)
{
    /// <summary>True if the value is longer than what was kept of it.</summary>
    public bool IsCut => Bytes.Length < Length;
}
