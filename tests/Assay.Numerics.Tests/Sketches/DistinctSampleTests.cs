using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class DistinctSampleTests
{
    private static DistinctSample Of(IEnumerable<ulong> values, int capacity = 8)
    {
        DistinctSample sample = new(capacity);
        foreach (ulong value in values)
            sample.Add(RandomStream.SplitMix64(value, 1));
        return sample;
    }

    private static byte[] Bytes(DistinctSample sample)
    {
        using MemoryStream stream = new();
        sample.Write(stream);
        return stream.ToArray();
    }

    [Fact]
    public void FewValuesAreCountedExactly()
    {
        DistinctSample sample = Of([1, 2, 2, 3, 3, 3]);
        Assert.True(sample.IsWhole && sample.HasRepeats);
        Assert.Equal((3, 3.0, 0.0), (sample.Count, sample.Repeats, sample.RepeatsError));
        Assert.False(Of([1, 2, 3]).HasRepeats);
        Assert.Equal(0, Of([]).Repeats);
    }

    [Fact]
    public void OrderChangesNothingAndMergingIsExact() =>
        Prop.ForAll<byte[], byte[]>(
                (left, right) =>
                {
                    DistinctSample a = Of(left.Select(value => (ulong)value)),
                        b = Of(right.Select(value => (ulong)value));
                    a.Merge(b);
                    DistinctSample whole = Of(right.Concat(left).Select(value => (ulong)value));
                    return a.Count <= 8 && Bytes(a).SequenceEqual(Bytes(whole));
                }
            )
            .Holds();

    [Fact]
    public void CountsOfSampledValuesAreExact()
    {
        // Value i occurs i % 5 + 1 times, in rounds, so that the level rises between occurrences.
        IEnumerable<ulong> stream = Enumerable
            .Range(0, 5)
            .SelectMany(round => Enumerable.Range(0, 2000).Where(i => round <= i % 5).Select(i => (ulong)i));
        Dictionary<ulong, long> truth = [];
        foreach (ulong value in stream)
            truth[RandomStream.SplitMix64(value, 1)] = truth.GetValueOrDefault(RandomStream.SplitMix64(value, 1)) + 1;
        DistinctSample sample = Of(stream, 100);
        long[] expected =
        [
            .. truth
                .Where(value => System.Numerics.BitOperations.TrailingZeroCount(value.Key) >= sample.Level)
                .Select(value => value.Value)
                .Order(),
        ];
        Assert.InRange(sample.Count, 20, 100);
        Assert.Equal(expected, sample.Occurrences.Order());
    }

    [Fact]
    public void ASmallShareOfRepeatsIsFoundWithinItsError()
    {
        // 100,000 values, one in fifty twice; five seeds, four standard errors.
        for (ulong seed = 0; seed < 5; seed++)
        {
            DistinctSample sample = new(4096);
            for (ulong i = 0; i < 100_000; i++)
            for (int times = i % 50 == 0 ? 2 : 1; times > 0; times--)
                sample.Add(RandomStream.SplitMix64(i, seed + 1));
            Assert.False(sample.IsWhole);
            Assert.InRange(sample.RepeatsError, 100, 600);
            Assert.InRange(sample.Repeats, 2000 - 4 * sample.RepeatsError, 2000 + 4 * sample.RepeatsError);
        }
    }

    [Fact]
    public void StoredBytesReadBackAndDamageIsFound()
    {
        byte[] bytes = Bytes(Of(Enumerable.Range(0, 300).Select(i => (ulong)(i % 170)), 64));
        Assert.Equal(bytes, Bytes(DistinctSample.Read(new MemoryStream(bytes))));
        Damage.Try(bytes, stream => DistinctSample.Read(stream));
        Assert.Throws<ArgumentException>(() => new DistinctSample(4).Merge(new DistinctSample(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DistinctSample(0));
    }
}
