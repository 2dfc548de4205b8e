namespace Assay.Numerics.Tests;

public class BloomFilterTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.01)]
    [InlineData(0.0001)]
    public void Affirms_all_members_and_others_at_the_rate_asked_for(double rate)
    {
        const int members = 20_000,
            others = 400_000;
        BloomFilter filter = new(members, rate);
        for (ulong i = 0; i < members; i++)
            filter.Add(RandomStream.SplitMix64(1, i));
        for (ulong i = 0; i < members; i++)
            Assert.True(filter.Contains(RandomStream.SplitMix64(1, i)));
        int affirmed = 0;
        for (ulong i = 0; i < others; i++)
            affirmed += filter.Contains(RandomStream.SplitMix64(2, i)) ? 1 : 0;
        // Binomial; the count of members in a block varies besides. Five standard errors and a tenth.
        double slack = (5 * Math.Sqrt(rate * others)) + (0.1 * rate * others);
        Assert.InRange(affirmed, Math.Max(0, (0.5 * rate * others) - slack), (rate * others) + slack);
    }

    [Fact]
    public void Size_follows_the_formula_and_pays_for_its_blocks()
    {
        (long bytes, int hashes) = BloomFilter.SizeOf(1_000_000, 0.01);
        Assert.Equal(7, hashes);
        double plain = -1_000_000 * Math.Log(0.01) / (Math.Log(2) * Math.Log(2)) / 8;
        Assert.InRange(bytes, plain, 1.3 * plain);
        Assert.Equal(64, BloomFilter.SizeOf(0, 0.01).Bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => BloomFilter.SizeOf(-1, 0.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => BloomFilter.SizeOf(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BloomFilter.SizeOf(1, double.NaN));
    }

    [Fact]
    public void Rate_of_blocks_nears_the_plain_one_where_blocks_hold_many()
    {
        // With few bits for each member a block holds many, and their number hardly varies.
        double plain = Math.Pow(1 - Math.Exp(-1 / 2.0), 1);
        Assert.Equal(plain, BloomFilter.FalsePositives(2, 1), 3);
    }
}
