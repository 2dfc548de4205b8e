using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class HyperLogLogTests
{
    private static ulong Hash(ulong seed, long value) => RandomStream.SplitMix64(seed, (ulong)value);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(16_384)]
    [InlineData(50_000)]
    [InlineData(500_000)]
    public void EstimatesWithinFourStandardErrors(int distinct)
    {
        // Five fixed seeds; four standard errors have a false-alarm rate of 6e-5 each.
        for (ulong seed = 1; seed <= 5; seed++)
        {
            HyperLogLog sketch = new();
            for (int i = 0; i < distinct; i++)
            {
                sketch.Add(Hash(seed, i));
                sketch.Add(Hash(seed, i / 2)); // duplicates count once
            }
            double slack = 4 * HyperLogLog.RelativeStandardError * distinct;
            Assert.InRange(sketch.Estimate(), distinct - slack, distinct + slack);
        }
    }

    [Fact]
    public void TheErrorIsTheOneThatIsStated()
    {
        // Root mean square of the relative error over 200 sketches of 100,000: expected 0.0081, with a standard error of
        // 5 % of itself; four of those are allowed.
        double sum = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            HyperLogLog sketch = new();
            for (int i = 0; i < 100_000; i++)
                sketch.Add(Hash(seed + 77, i));
            double error = sketch.Estimate() / 100_000 - 1;
            sum += error * error;
        }
        double measured = Math.Sqrt(sum / 200);
        Assert.InRange(measured, 0.8 * HyperLogLog.RelativeStandardError, 1.2 * HyperLogLog.RelativeStandardError);
    }

    [Fact]
    public void MergingIsExact() =>
        Prop.ForAll<ulong[], ulong[]>(
                (left, right) =>
                {
                    HyperLogLog a = Of(left),
                        b = Of(right);
                    a.Merge(b);
                    return Bytes(a).SequenceEqual(Bytes(Of([.. right, .. left])));
                }
            )
            .Holds();

    [Fact]
    public void AFullSketchHasAnEstimate()
    {
        HyperLogLog sketch = new();
        for (ulong register = 0; register < 1 << 14; register++)
            sketch.Add(register << 50);
        Assert.True(sketch.Estimate() > 1e18);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void RoundTripsAndRefusesDamage(int distinct)
    {
        HyperLogLog sketch = Of([.. Enumerable.Range(0, distinct).Select(i => Hash(5, i))]);
        byte[] bytes = Bytes(sketch);
        Assert.True(bytes.Length <= 4 + Math.Min(3 * distinct, 1 << 14));
        HyperLogLog read = HyperLogLog.Read(new MemoryStream(bytes));
        Assert.Equal(bytes, Bytes(read));
        Assert.Equal(sketch.Estimate(), read.Estimate());
        Damage.Try(bytes, stream => HyperLogLog.Read(stream).Estimate());
    }

    private static HyperLogLog Of(ulong[] hashes)
    {
        HyperLogLog sketch = new();
        foreach (ulong hash in hashes)
            sketch.Add(hash);
        return sketch;
    }

    private static byte[] Bytes(HyperLogLog sketch)
    {
        using MemoryStream bytes = new();
        sketch.Write(bytes);
        return bytes.ToArray();
    }
}
