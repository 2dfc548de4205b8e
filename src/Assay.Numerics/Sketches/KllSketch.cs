using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Numerics;

/// <summary>Quantiles and ranks of a stream of numbers in bounded memory; exact while the numbers fit in it.</summary>
/// <remarks>
/// <para>
/// Karnin, Lang and Liberty, "Optimal Quantile Approximation in Streams", FOCS 2016: level h keeps numbers that stand for
/// 2^h each; a full level is sorted and every second number moves up, the odd or the even ones by a coin.
/// Level h of H + 1 holds max(8, k (2/3)^(H-h)) numbers, about 3k in all.
/// </para>
/// <para>
/// Error. A compaction at level h changes the rank of any one value by +2^h, 0 or -2^h with mean 0, whatever came before;
/// when compactions happen depends on counts alone. So, by Azuma's inequality, the rank error exceeds
/// sqrt(2 S ln(2/d)) with probability at most d, where S is the sum of 4^h over all compactions made, merged sketches'
/// included. The sketch counts S: <see cref="RankError"/> is that bound, as a share of the count, for d = 0.1 %. As a
/// compaction at level h consumes at least k (2/3)^(H-h) 2^h of the count n, and the first one of the highest level
/// at least k 2^(H-1), S is at most 6 (n/k)^2 for any order of adding and merging, and the error at most 9.56 n/k.
/// </para>
/// <para>
/// The coins come from a seed, and their numbers from a counter: the same adds and merges give the same sketch. Sketches
/// that are merged should have seeds of their own.
/// </para>
/// </remarks>
public sealed class KllSketch
{
    private const double Shrink = 2.0 / 3;
    private const int SmallestLevel = 8;
    private const int MostLevels = 60;
    private const double FailureProbability = 0.001;
    private readonly ulong _seed;
    private readonly List<Level> _levels = [new()];
    private ulong _coins;
    private double _squares; // S of the remarks
    private int _held,
        _capacity;

    /// <summary>An empty sketch.</summary>
    /// <param name="k">Numbers in the highest level, 8 to 100,000.</param>
    /// <param name="seed">Seed of the coins.</param>
    public KllSketch(int k, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, SmallestLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, 100_000);
        K = k;
        _seed = seed;
        _capacity = TotalCapacity();
    }

    /// <summary>
    /// An empty sketch whose rank error stays below <paramref name="rankError"/> (a share of the count, 0.0001 to 0.5)
    /// with probability 99.9 % for any one rank, however many numbers are added or merged.
    /// </summary>
    public static KllSketch ForRankError(double rankError, ulong seed)
    {
        if (!(rankError is >= 0.0001 and <= 0.5))
            throw new ArgumentOutOfRangeException(nameof(rankError), rankError, "Expected 0.0001 to 0.5.");
        return new((int)Math.Ceiling(Math.Sqrt(12 * Math.Log(2 / FailureProbability)) / rankError), seed);
    }

    /// <summary>The size parameter.</summary>
    public int K { get; }

    /// <summary>Numbers added, those of merged sketches included.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest number, exactly; infinity if there is none.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest number, exactly; minus infinity if there is none.</summary>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>
    /// Bound on the error of any one rank, as a share of <see cref="Count"/>, that holds with probability 99.9 %; 0 while
    /// all numbers are held.
    /// </summary>
    public double RankError =>
        Count == 0 ? 0 : Math.Min(1, Math.Sqrt(2 * _squares * Math.Log(2 / FailureProbability)) / Count);

    /// <summary>Adds a finite number.</summary>
    /// <exception cref="ArgumentException">The number is NaN or infinite.</exception>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException($"Got {value}; numbers must be finite.", nameof(value));
        Count++;
        if (value < Min)
            Min = value;
        if (value > Max)
            Max = value;
        _levels[0].Add(value);
        if (++_held >= _capacity)
            CompactOne();
    }

    /// <summary>Adds all that <paramref name="other"/> holds, which stays as it is.</summary>
    /// <exception cref="ArgumentException">The sketches differ in size.</exception>
    public void Merge(KllSketch other)
    {
        if (other.K != K)
            throw new ArgumentException($"Sketches of k = {K} and k = {other.K} do not merge.", nameof(other));
        while (_levels.Count < other._levels.Count)
            _levels.Add(new());
        for (int h = 0; h < other._levels.Count; h++)
            foreach (double value in other._levels[h].Items)
                _levels[h].Add(value);
        Count += other.Count;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        _squares += other._squares;
        _held += other._held;
        _capacity = TotalCapacity();
        while (_held >= _capacity)
            CompactOne();
    }

    /// <summary>
    /// For each probability in [0, 1] the smallest held number with at least that share of the count at or below it;
    /// the exact extremes at 0 and 1.
    /// </summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double[] Quantiles(ReadOnlySpan<double> probabilities)
    {
        if (Count == 0)
            throw new InvalidOperationException("An empty sketch has no quantiles.");
        Cumulative cumulative = new(this);
        double[] quantiles = new double[probabilities.Length];
        for (int i = 0; i < quantiles.Length; i++)
            quantiles[i] = cumulative.Quantile(probabilities[i]);
        return quantiles;
    }

    /// <summary>The median: the mean of the two middle numbers where the count is even, as far as the sketch knows them.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Median()
    {
        if (Count == 0)
            throw new InvalidOperationException("An empty sketch has no median.");
        Cumulative cumulative = new(this);
        double low = cumulative.OfRank((Count + 1) / 2),
            high = cumulative.OfRank(Count / 2 + 1);
        return low == high ? low : low / 2 + high / 2;
    }

    /// <summary>Estimates how many numbers are below <paramref name="value"/>.</summary>
    public long CountBelow(double value) => new Cumulative(this).CountBelow(value);

    /// <summary>A histogram with edges as <see cref="Histogram.Of"/> chooses them; counts err by at most twice the rank error.</summary>
    /// <param name="whole">True if all numbers added were whole, of magnitude 2^52 at most.</param>
    /// <param name="bins">Most bins.</param>
    public Histogram Histogram(bool whole, int bins = 40)
    {
        if (Count == 0)
            return Numerics.Histogram.Empty;
        Cumulative cumulative = new(this);
        return Numerics.Histogram.Build(Count, Min, Max, whole, bins, cumulative.Quantile, cumulative.CountBelow);
    }

    /// <summary>Writes the sketch.</summary>
    public void Write(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(K);
        writer.Write(_seed);
        writer.Write(_coins);
        writer.Write(Count);
        writer.Write(Min);
        writer.Write(Max);
        writer.Write(_squares);
        writer.Write(_levels.Count);
        foreach (Level level in _levels)
        {
            writer.Write(level.Items.Length);
            writer.Write(MemoryMarshal.AsBytes(level.Items));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static KllSketch Read(Stream stream) =>
        SketchReader.Read(
            stream,
            reader =>
            {
                int k = reader.Count(100_000);
                SketchReader.Check(k >= SmallestLevel, "its size is too small");
                KllSketch sketch = new(k, reader.UInt64()) { _coins = reader.UInt64(), Count = reader.Total() };
                sketch.Min = reader.Double();
                sketch.Max = reader.Double();
                sketch._squares = reader.Finite();
                SketchReader.Check(sketch._squares >= 0, "its error is negative");
                int levels = reader.Count(MostLevels);
                SketchReader.Check(levels > 0, "it has no levels");
                while (sketch._levels.Count < levels)
                    sketch._levels.Add(new());
                sketch._capacity = sketch.TotalCapacity();
                Int128 weight = 0;
                for (int h = 0; h < levels; h++)
                {
                    int length = reader.Count(sketch._capacity - sketch._held);
                    reader.Doubles(sketch._levels[h].Resize(length));
                    sketch._held += length;
                    weight += (Int128)length << h;
                    foreach (double value in sketch._levels[h].Items)
                        SketchReader.Check(
                            value >= sketch.Min && value <= sketch.Max,
                            "a number lies outside of its range"
                        );
                }
                SketchReader.Check(weight == sketch.Count, "its numbers do not add up to its count");
                SketchReader.Check(
                    sketch.Count == 0
                        ? double.IsPositiveInfinity(sketch.Min) && double.IsNegativeInfinity(sketch.Max)
                        : double.IsFinite(sketch.Min) && double.IsFinite(sketch.Max),
                    "its range is not finite"
                );
                SketchReader.Check(sketch._held < sketch._capacity, "it holds too many numbers");
                return sketch;
            }
        );

    // Sets the levels' capacities, which depend on how many levels there are.
    private int TotalCapacity()
    {
        int total = 0;
        for (int h = 0; h < _levels.Count; h++)
        {
            double capacity = K * Math.Pow(Shrink, _levels.Count - 1 - h);
            total += _levels[h].Capacity = Math.Max(SmallestLevel, (int)Math.Ceiling(capacity));
        }
        return total;
    }

    // Called when the levels hold as many numbers as they may in all, so at least one of them is full.
    private void CompactOne()
    {
        int h = 0;
        while (_levels[h].Items.Length < _levels[h].Capacity)
            h++;
        if (h == _levels.Count - 1)
        {
            _levels.Add(new());
            _capacity = TotalCapacity();
        }
        Span<double> items = _levels[h].Items;
        items.Sort();
        int odd = items.Length & 1; // the smallest of an odd number stays
        int coin = (int)(RandomStream.SplitMix64(_seed, ++_coins) >> 63);
        for (int i = odd + coin; i < items.Length; i += 2)
            _levels[h + 1].Add(items[i]);
        _held -= (items.Length - odd) / 2;
        _squares += Math.ScaleB(1, 2 * h);
        _levels[h].Resize(odd);
    }

    private sealed class Level
    {
        private double[] _items = new double[SmallestLevel];
        private int _count;

        public int Capacity { get; set; }

        public Span<double> Items => _items.AsSpan(0, _count);

        public void Add(double value)
        {
            if (_count == _items.Length)
                Array.Resize(ref _items, 2 * _count);
            _items[_count++] = value;
        }

        public Span<double> Resize(int count)
        {
            if (count > _items.Length)
                Array.Resize(ref _items, count);
            _count = count;
            return Items;
        }
    }

    /// <summary>The held numbers in order, with the count at or below each.</summary>
    private sealed class Cumulative
    {
        private readonly KllSketch _sketch;
        private readonly double[] _values;
        private readonly long[] _upTo;

        public Cumulative(KllSketch sketch)
        {
            _sketch = sketch;
            _values = new double[sketch._held];
            _upTo = new long[sketch._held];
            int at = 0;
            for (int h = 0; h < sketch._levels.Count; h++)
                foreach (double value in sketch._levels[h].Items)
                {
                    _values[at] = value;
                    _upTo[at++] = 1L << h;
                }
            Array.Sort(_values, _upTo);
            for (int i = 1; i < at; i++)
                _upTo[i] += _upTo[i - 1];
        }

        public double Quantile(double probability)
        {
            if (!(probability is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(probability), probability, "Expected 0 to 1.");
            if (probability == 0)
                return _sketch.Min;
            if (probability == 1)
                return _sketch.Max;
            return OfRank(Math.Max(1, (long)Math.Ceiling(probability * _sketch.Count)));
        }

        /// <summary>The held number of that rank, from 1.</summary>
        public double OfRank(long rank)
        {
            int at = Array.BinarySearch(_upTo, rank);
            return _values[Math.Min(at < 0 ? ~at : at, _values.Length - 1)];
        }

        public long CountBelow(double value)
        {
            int low = 0,
                high = _values.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_values[middle] < value)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low == 0 ? 0 : _upTo[low - 1];
        }
    }
}
