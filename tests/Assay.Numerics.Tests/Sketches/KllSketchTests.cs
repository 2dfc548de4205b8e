using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class KllSketchTests
{
    private static readonly double[] Probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    // The bound holds with probability 99.9 % per rank; seeds are fixed, so a pass stays a pass. 6 orders x 5 seeds x 7
    // ranks expect 0.2 failures at the bound, were it tight; it is not (the typical error is a third of it).
    public static TheoryData<string, ulong> Orders()
    {
        TheoryData<string, ulong> orders = [];
        foreach (string order in (string[])["random", "sorted", "reversed", "constant", "few", "zigzag"])
            for (ulong seed = 1; seed <= 5; seed++)
                orders.Add(order, seed);
        return orders;
    }

    private static double[] Values(string order, int n, ulong seed)
    {
        RandomStream random = new(seed, order);
        return
        [
            .. Enumerable
                .Range(0, n)
                .Select(i =>
                    order switch
                    {
                        "sorted" => i,
                        "reversed" => n - i,
                        "constant" => 7.5,
                        "few" => random.NextInt32(5),
                        "zigzag" => i % 2 == 0 ? i : n - i,
                        _ => random.NextGaussian(),
                    }
                ),
        ];
    }

    private static void HoldsItsBound(KllSketch sketch, double[] values, double bound)
    {
        double[] sorted = [.. values.Order()];
        double[] quantiles = sketch.Quantiles(Probabilities);
        Assert.InRange(sketch.RankError, 0, bound);
        for (int i = 0; i < quantiles.Length; i++)
        {
            double below = sorted.Count(value => value < quantiles[i]) / (double)sorted.Length;
            double upTo = sorted.Count(value => value <= quantiles[i]) / (double)sorted.Length;
            double slack = sketch.RankError + 1.0 / sorted.Length;
            Assert.InRange(Probabilities[i], below - slack, upTo + slack);
            double estimated = sketch.CountBelow(quantiles[i]) / (double)sorted.Length;
            Assert.InRange(estimated, below - slack, below + slack);
        }
        Assert.Equal(sorted[0], sketch.Min);
        Assert.Equal(sorted[^1], sketch.Max);
        Assert.Equal([sorted[0], sorted[^1]], sketch.Quantiles([0, 1]));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void RanksStayWithinTheStatedError(string order, ulong seed)
    {
        double[] values = Values(order, 60_000, seed);
        KllSketch sketch = KllSketch.ForRankError(0.02, seed);
        foreach (double value in values)
            sketch.Add(value);
        HoldsItsBound(sketch, values, 0.02);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void MergedSketchesStayWithinTheStatedError(string order, ulong seed)
    {
        double[] values = Values(order, 60_000, seed);
        RandomStream random = new(seed, "cuts");
        KllSketch whole = KllSketch.ForRankError(0.02, seed);
        int at = 0;
        for (ulong part = 0; at < values.Length; part++)
        {
            KllSketch piece = KllSketch.ForRankError(0.02, seed * 1000 + part);
            int end = Math.Min(values.Length, at + 1 + random.NextInt32(9000));
            for (; at < end; at++)
                piece.Add(values[at]);
            whole.Merge(piece);
        }
        Assert.Equal(values.Length, whole.Count);
        HoldsItsBound(whole, values, 0.02);
    }

    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 1, 4 }, 2.5)]
    [InlineData(new double[] { 9, 1, 4 }, 4)]
    [InlineData(new double[] { 1e308, 1e308, 1e308, 1e308 }, 1e308)]
    public void TheMedianOfAnEvenCountIsTheMeanOfTheTwoInTheMiddle(double[] values, double median)
    {
        KllSketch sketch = new(8, 1);
        foreach (double value in values)
            sketch.Add(value);
        Assert.Equal(median, sketch.Median());
        Assert.Throws<InvalidOperationException>(() => new KllSketch(8, 1).Median());
    }

    [Fact]
    public void ManySmallMergesKeepTheBoundAndTheSize()
    {
        KllSketch whole = KllSketch.ForRankError(0.05, 1);
        for (int i = 0; i < 20_000; i++)
        {
            KllSketch piece = KllSketch.ForRankError(0.05, (ulong)i + 2);
            for (int j = 0; j < 5; j++)
                piece.Add(i * 5 + j);
            whole.Merge(piece);
        }
        Assert.InRange(whole.RankError, 1e-9, 0.05);
        Assert.InRange(whole.Quantiles([0.5])[0], 45_000, 55_000);
        using MemoryStream bytes = new();
        whole.Write(bytes);
        Assert.True(bytes.Length < 4 * whole.K * sizeof(double));
    }

    [Fact]
    public void IsExactWhileAllNumbersFit()
    {
        KllSketch sketch = new(100, 1);
        for (int i = 99; i >= 1; i--)
            sketch.Add(i);
        Assert.Equal(0, sketch.RankError);
        Assert.Equal([1, 25, 50, 99], sketch.Quantiles([0, 0.25, 0.5, 1]));
        Assert.Equal(49, sketch.CountBelow(50));
    }

    [Fact]
    public void TheCoinIsTheSeedsAlone()
    {
        static byte[] Run(ulong seed)
        {
            KllSketch sketch = new(20, seed);
            for (int i = 0; i < 10_000; i++)
                sketch.Add(i * 7919 % 10_007);
            return Bytes(sketch);
        }
        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1).AsSpan(12).ToArray(), Run(2).AsSpan(12).ToArray());
    }

    [Fact]
    public void ErrorsHaveMeanZeroOverSeeds()
    {
        // Mean error of the median's rank over 400 seeds; its standard error is estimated from the same runs. A two-sided
        // bound of 4 standard errors has a false-alarm rate of 6e-5.
        double[] errors =
        [
            .. Enumerable
                .Range(0, 400)
                .Select(seed =>
                {
                    KllSketch sketch = new(50, (ulong)seed + 100);
                    for (int i = 0; i < 5000; i++)
                        sketch.Add(i);
                    return sketch.CountBelow(2500) - 2500.0;
                }),
        ];
        double mean = errors.Average(),
            deviation = Math.Sqrt(errors.Average(error => error * error));
        Assert.True(deviation > 0);
        Assert.InRange(mean, -4 * deviation / 20, 4 * deviation / 20);
    }

    [Fact]
    public void WeightIsConservedForAnyAddsAndMerges() =>
        Prop.ForAll<int[][]>(parts =>
            {
                KllSketch whole = new(8, 3);
                List<double> all = [];
                foreach ((int[] part, int i) in parts.Select((part, i) => (part ?? [], i)))
                {
                    KllSketch piece = new(8, (ulong)i + 10);
                    foreach (int value in part)
                    {
                        piece.Add(value);
                        all.Add(value);
                    }
                    whole.Merge(KllSketch.Read(new MemoryStream(Bytes(piece))));
                }
                if (all.Count == 0)
                    return whole.Count == 0;
                return whole.Count == all.Count
                    && whole.CountBelow(double.PositiveInfinity) == all.Count
                    && whole.CountBelow(all.Min()) == 0
                    && whole.Histogram(whole: true).Counts.Sum() == all.Count
                    && Bytes(KllSketch.Read(new MemoryStream(Bytes(whole)))).SequenceEqual(Bytes(whole));
            })
            .Holds();

    [Fact]
    public void DamagedBytesAreRefusedOrHarmless()
    {
        KllSketch sketch = new(20, 1);
        for (int i = 0; i < 1000; i++)
            sketch.Add(i);
        byte[] bytes = Bytes(sketch);
        Damage.Try(bytes, stream => KllSketch.Read(stream).Quantiles([0.5]));
        bytes[0] = 0xFF;
        bytes[3] = 0x7F;
        Assert.Throws<InvalidDataException>(() => KllSketch.Read(new MemoryStream(bytes)));
    }

    [Fact]
    public void RefusesWhatItCannotHold()
    {
        KllSketch sketch = new(8, 1);
        Assert.Throws<ArgumentException>(() => sketch.Add(double.NaN));
        Assert.Throws<ArgumentException>(() => sketch.Add(double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => sketch.Merge(new KllSketch(9, 1)));
        Assert.Throws<InvalidOperationException>(() => sketch.Quantiles([0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KllSketch.ForRankError(double.NaN, 1));
        Assert.Empty(sketch.Histogram(true).Counts);
    }

    private static byte[] Bytes(KllSketch sketch)
    {
        using MemoryStream bytes = new();
        sketch.Write(bytes);
        return bytes.ToArray();
    }
}
