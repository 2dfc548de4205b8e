using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class MisraGriesTests
{
    private static void Add(MisraGries sketch, int value) =>
        sketch.Add(
            RandomStream.SplitMix64(9, (ulong)value),
            (byte)(value & 1),
            Encoding.UTF8.GetBytes(value.ToString())
        );

    private static void HoldsItsBounds(MisraGries sketch, IReadOnlyCollection<int> values)
    {
        Dictionary<int, int> truth = values
            .GroupBy(value => value)
            .ToDictionary(group => group.Key, group => group.Count());
        Dictionary<int, long> seen = sketch
            .MostFrequent(int.MaxValue)
            .ToDictionary(frequent => int.Parse(Encoding.UTF8.GetString(frequent.Bytes)), frequent => frequent.Count);
        Assert.Equal(values.Count, sketch.Total);
        Assert.True(sketch.Count <= sketch.Capacity);
        Assert.True(sketch.Error * (sketch.Capacity + 1) <= values.Count - seen.Values.Sum());
        foreach ((int value, int count) in truth)
            Assert.InRange(count, seen.GetValueOrDefault(value), seen.GetValueOrDefault(value) + sketch.Error);
        Assert.All(seen.Keys, value => Assert.Contains(value, truth));
        if (truth.Count <= sketch.Capacity)
            Assert.Equal((0, truth.Count), (sketch.Error, sketch.Count));
    }

    public static TheoryData<string, ulong> Orders()
    {
        TheoryData<string, ulong> orders = [];
        foreach (string order in (string[])["zipf", "sorted", "reversed", "constant", "few", "distinct", "heavy-last"])
            for (ulong seed = 1; seed <= 3; seed++)
                orders.Add(order, seed);
        return orders;
    }

    private static int[] Values(string order, ulong seed)
    {
        const int n = 20_000;
        RandomStream random = new(seed, order);
        int[] zipf = [.. Enumerable.Range(0, n).Select(_ => (int)Math.Min(1e6, 1 / (random.NextDouble() + 1e-9)))];
        return order switch
        {
            "sorted" => [.. zipf.Order()],
            "reversed" => [.. zipf.OrderDescending()],
            "constant" => [.. Enumerable.Repeat(3, n)],
            "few" => [.. Enumerable.Range(0, n).Select(i => i % 7)],
            "distinct" => [.. Enumerable.Range(0, n)],
            "heavy-last" => [.. Enumerable.Range(0, n - 3000), .. Enumerable.Repeat(-1, 3000)],
            _ => zipf,
        };
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void CountsStayWithinTheStatedError(string order, ulong seed)
    {
        int[] values = Values(order, seed);
        MisraGries sketch = new(50, 16);
        foreach (int value in values)
            Add(sketch, value);
        HoldsItsBounds(sketch, values);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void MergedCountsStayWithinTheStatedError(string order, ulong seed)
    {
        int[] values = Values(order, seed);
        MisraGries whole = new(50, 16);
        foreach (int[] part in values.Chunk(777))
        {
            MisraGries piece = new(50, 16);
            foreach (int value in part)
                Add(piece, value);
            whole.Merge(piece);
        }
        HoldsItsBounds(whole, values);
    }

    [Fact]
    public void AnyAddsAndMergesKeepTheBounds() =>
        Prop.ForAll<byte[][]>(parts =>
            {
                MisraGries whole = new(4, 16);
                List<int> all = [];
                foreach (byte[] part in parts)
                {
                    MisraGries piece = new(4, 16);
                    foreach (byte value in part ?? [])
                    {
                        Add(piece, value % 12);
                        all.Add(value % 12);
                    }
                    whole.Merge(MisraGries.Read(new MemoryStream(Bytes(piece))));
                }
                HoldsItsBounds(whole, all);
                return Bytes(MisraGries.Read(new MemoryStream(Bytes(whole)))).SequenceEqual(Bytes(whole));
            })
            .Holds();

    [Fact]
    public void KeepsTheFirstBytesOfLongValues()
    {
        MisraGries sketch = new(3, 4);
        sketch.Add(1, 7, "abcdefgh"u8);
        sketch.Add(1, 7, "abcdefgh"u8);
        sketch.Add(2, 7, "abcdefXX"u8);
        sketch.Add(3, 7, "ab"u8);
        IReadOnlyList<Frequent> top = sketch.MostFrequent(2);
        Assert.Equal(
            (2, 8, true, "abcd"),
            (top[0].Count, top[0].Length, top[0].IsCut, Encoding.UTF8.GetString(top[0].Bytes))
        );
        Assert.Equal(
            (1, 2, false, "ab"),
            (top[1].Count, top[1].Length, top[1].IsCut, Encoding.UTF8.GetString(top[1].Bytes))
        );
        Assert.Equal(7, top[0].Kind);
    }

    [Fact]
    public void RefusesDamageAndOtherSizes()
    {
        MisraGries sketch = new(20, 3);
        foreach (int value in Values("zipf", 1))
            Add(sketch, value);
        Damage.Try(Bytes(sketch), stream => MisraGries.Read(stream).MostFrequent(5));
        Assert.Throws<ArgumentException>(() => sketch.Merge(new MisraGries(21, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MisraGries(0, 3));
    }

    private static byte[] Bytes(MisraGries sketch)
    {
        using MemoryStream bytes = new();
        sketch.Write(bytes);
        return bytes.ToArray();
    }
}
