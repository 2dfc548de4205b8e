using System.Numerics;
using System.Text;

namespace Assay.Numerics;

/// <summary>An explicit, named stream of random numbers: the same seed and name give the same numbers on every machine.</summary>
/// <remarks>
/// xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled by SplitMix64. A child's seed is derived from the
/// parent's seed and the child's name, never from how many numbers the parent has drawn, so streams can be made in any
/// order. Not thread-safe: give every piece of parallel work a <see cref="Child(long)"/> of its own.
/// </remarks>
public sealed class RandomStream
{
    private readonly ulong _seed;
    private ulong _s0,
        _s1,
        _s2,
        _s3;

    /// <summary>Starts the stream <paramref name="name"/> of <paramref name="seed"/>.</summary>
    public RandomStream(ulong seed, string name)
        : this(Mix(seed, Hash(name))) { }

    private RandomStream(ulong seed)
    {
        _seed = seed;
        _s0 = SplitMix64(seed, 1);
        _s1 = SplitMix64(seed, 2);
        _s2 = SplitMix64(seed, 3);
        _s3 = SplitMix64(seed, 4);
    }

    /// <summary>Goes on where another stream stood: the same numbers, children and keyed numbers follow.</summary>
    /// <exception cref="ArgumentException">All four words of the generator are 0, which no stream ever reaches.</exception>
    public RandomStream(RandomState state)
    {
        if ((state.S0 | state.S1 | state.S2 | state.S3) == 0)
            throw new ArgumentException("the state of a random stream cannot be 0 throughout", nameof(state));
        (_seed, _s0, _s1, _s2, _s3) = (state.Seed, state.S0, state.S1, state.S2, state.S3);
    }

    /// <summary>Where the stream stands now.</summary>
    public RandomState State => new(_seed, _s0, _s1, _s2, _s3);

    /// <summary>The seed that this stream was derived to; equal seeds are equal streams.</summary>
    public ulong Seed => _seed;

    /// <summary>A stream of its own, named within this one.</summary>
    public RandomStream Child(string name) => new(Mix(_seed, Hash(name)));

    /// <summary>A stream of its own, numbered within this one.</summary>
    public RandomStream Child(long index) => new(Mix(_seed, SplitMix64((ulong)index, 1)));

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, <paramref name="exclusiveMax"/>), without bias (Lemire, 2019).</summary>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        while (true)
        {
            UInt128 product = (UInt128)NextUInt64() * (ulong)exclusiveMax;
            ulong low = (ulong)product;
            if (low >= (ulong)exclusiveMax || low >= (0 - (ulong)exclusiveMax) % (ulong)exclusiveMax)
                return (int)(product >> 64);
        }
    }

    /// <summary>A standard normal number (Box and Muller, 1958).</summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts <paramref name="items"/> in uniformly random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>
    /// The uniform number in [0, 1) that belongs to <paramref name="key"/> in this stream, whatever was drawn before:
    /// a row keeps its number when other rows come or go.
    /// </summary>
    public double UniformOf(UInt128 key) => (BitsOf(key) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The 64 random bits that belong to <paramref name="key"/> in this stream.</summary>
    public ulong BitsOf(UInt128 key) => Mix(Mix(_seed, (ulong)(key >> 64)), (ulong)key);

    /// <summary>Output <paramref name="k"/> (counted from 1) of SplitMix64 started at <paramref name="seed"/>.</summary>
    public static ulong SplitMix64(ulong seed, ulong k)
    {
        ulong z = seed + k * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static ulong Mix(ulong a, ulong b) => SplitMix64(a ^ BitOperations.RotateLeft(SplitMix64(b, 1), 23), 1);

    // FNV-1a over UTF-8: names are short, and the hash must never change.
    private static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }
}
