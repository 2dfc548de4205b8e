namespace Assay.Numerics;

/// <summary>
/// A set of 64-bit hashes that never denies a member and affirms others at a rate that is chosen beforehand. All bits of a hash lie in
/// one cache line of 512 bits. Not thread-safe.
/// </summary>
/// <remarks>
/// Bloom (1970) in the blocked form of Putze, Sanders and Singler (2007). A block that got more than its share answers wrongly more often, so the filter is made
/// larger than the formula of the plain form says, until the mean over blocks is the rate that was asked for.
/// </remarks>
public sealed class BloomFilter
{
    private const int BlockBits = 512,
        WordsPerBlock = BlockBits / 64;

    private readonly ulong[] _words;
    private readonly ulong _blocks;

    /// <summary>Makes an empty set for so many members.</summary>
    /// <param name="members">Members expected, at least 0.</param>
    /// <param name="falsePositives">The rate at which others are affirmed once all are in, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the filter would exceed 16 GB.</exception>
    public BloomFilter(long members, double falsePositives)
    {
        (long bytes, Hashes) = SizeOf(members, falsePositives);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength * 8L, nameof(members));
        _words = new ulong[bytes / sizeof(ulong)];
        _blocks = (ulong)(_words.LongLength / WordsPerBlock);
    }

    /// <summary>Bits that stand for one hash.</summary>
    public int Hashes { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes => _words.LongLength * sizeof(ulong);

    /// <summary>The bytes that a filter takes, and the bits that stand for a hash.</summary>
    /// <inheritdoc cref="BloomFilter(long, double)"/>
    public static (long Bytes, int Hashes) SizeOf(long members, double falsePositives)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(members);
        if (!(falsePositives > 0 && falsePositives < 1))
            throw new ArgumentOutOfRangeException(nameof(falsePositives), falsePositives, "A rate in (0, 1).");
        int hashes = Math.Clamp((int)Math.Round(-Math.Log2(falsePositives)), 1, 64);
        double bitsPerMember = hashes / Math.Log(2);
        while (FalsePositives(bitsPerMember, hashes) > falsePositives)
            bitsPerMember *= 1.02;
        long blocks = Math.Max(1, (long)Math.Ceiling(members * bitsPerMember / BlockBits));
        return (checked(blocks * BlockBits / 8), hashes);
    }

    /// <summary>The rate of a filter with so many bits for each member.</summary>
    public static double FalsePositives(double bitsPerMember, int hashes)
    {
        double mean = BlockBits / bitsPerMember,
            rate = 0,
            poisson = Math.Exp(-mean);
        for (int inBlock = 0; inBlock < mean + (12 * Math.Sqrt(mean)) + 12; inBlock++)
        {
            double set = 1 - Math.Pow(1 - (1.0 / BlockBits), (double)inBlock * hashes);
            rate += poisson * Math.Pow(set, hashes);
            poisson *= mean / (inBlock + 1);
        }
        return rate;
    }

    /// <summary>Adds a hash.</summary>
    public void Add(ulong hash)
    {
        long block = BlockOf(ref hash);
        for (int i = 0; i < Hashes; i++, hash = Next(hash))
            _words[block + (int)(hash >> 61)] |= 1UL << (int)(hash >> 55);
    }

    /// <summary>True for every hash that was added, and for others at the chosen rate.</summary>
    public bool Contains(ulong hash)
    {
        long block = BlockOf(ref hash);
        for (int i = 0; i < Hashes; i++, hash = Next(hash))
            if ((_words[block + (int)(hash >> 61)] & 1UL << (int)(hash >> 55)) == 0)
                return false;
        return true;
    }

    private long BlockOf(ref ulong hash)
    {
        long block = (long)Math.BigMul(RandomStream.SplitMix64(hash, 1), _blocks, out _) * WordsPerBlock;
        hash = RandomStream.SplitMix64(hash, 2);
        return block;
    }

    // A step of a linear congruential generator of full period, of which the top nine bits are used.
    private static ulong Next(ulong state) => (state * 6364136223846793005) + 1442695040888963407;
}
