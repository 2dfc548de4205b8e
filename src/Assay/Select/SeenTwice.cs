using Assay.Numerics;

namespace Assay.Select;

/// <summary>
/// Which of very many hashes were added twice or more: four bits of "once" and four of "twice" for each hash, in one cache line. Never
/// denies a hash that was added twice; affirms about one in 250 that was added once. Threads may add at the same time; what it says does not depend on their order.
/// </summary>
internal sealed class SeenTwice
{
    private const int WordsPerBlock = 8;
    private const int HashesPerBlock = 16;

    private readonly ulong[] _words;
    private readonly ulong _blocks;

    /// <summary>Makes room for so many hashes, or for fewer where that would take more memory; more are then affirmed wrongly.</summary>
    public SeenTwice(long hashes, long memoryBytes)
    {
        long most = Math.Min(memoryBytes, Array.MaxLength / 2L * sizeof(ulong)) / (WordsPerBlock * sizeof(ulong));
        _blocks = (ulong)Math.Clamp((hashes / HashesPerBlock) + 1, 1, Math.Max(1, most));
        _words = new ulong[(long)_blocks * WordsPerBlock];
    }

    /// <summary>Adds a hash.</summary>
    public void Add(ulong hash)
    {
        (long block, ulong bits) = Place(hash);
        for (int i = 0; i < WordsPerBlock; i += 2, bits >>= 6)
        {
            ulong bit = 1UL << (int)(bits & 63);
            if ((Interlocked.Or(ref _words[block + i], bit) & bit) != 0)
                Interlocked.Or(ref _words[block + i + 1], bit);
        }
    }

    /// <summary>True if the hash was added twice, and seldom if it was not.</summary>
    public bool Has(ulong hash)
    {
        (long block, ulong bits) = Place(hash);
        for (int i = 1; i < WordsPerBlock; i += 2, bits >>= 6)
            if ((_words[block + i] >> (int)(bits & 63) & 1) == 0)
                return false;
        return true;
    }

    // The hashes that come may be the smallest of many, so they are mixed again.
    private (long Block, ulong Bits) Place(ulong hash)
    {
        ulong mixed = RandomStream.SplitMix64(hash, 1);
        return ((long)Math.BigMul(mixed, _blocks, out _) * WordsPerBlock, mixed);
    }
}
