using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Assay.Value;

/// <summary>SHA-256 of eight short messages at once, a lane each: several times as fast as one after the other.</summary>
/// <remarks>FIPS 180-4, section 6.2, for messages of one block. Not thread-safe.</remarks>
internal sealed class Sha256Lanes
{
    /// <summary>Messages that are hashed together.</summary>
    public const int Lanes = 8;

    /// <summary>Bytes of the longest message that fits in a block.</summary>
    public const int LongestMessage = 55;

    private const int Words = 16,
        Rounds = 64;

    // The first 32 bits of the fractional parts of the square roots and of the cube roots of the first primes.
    private static readonly uint[] s_start = Fractions(8, Math.Sqrt),
        s_rounds = Fractions(Rounds, Math.Cbrt);

    private readonly uint[] _messages = new uint[Words * Lanes]; // word by word
    private readonly uint[] _digests = new uint[8 * Lanes];

    /// <summary>Sets the message of a lane.</summary>
    /// <param name="lane">0 to 7.</param>
    /// <param name="message">At most <see cref="LongestMessage"/> bytes.</param>
    public void Set(int lane, ReadOnlySpan<byte> message)
    {
        Span<byte> block = stackalloc byte[4 * Words];
        block.Clear();
        message.CopyTo(block[..LongestMessage]);
        block[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(block[^2..], (ushort)(8 * message.Length));
        for (int i = 0; i < Words; i++)
            _messages[i * Lanes + lane] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
    }

    /// <summary>Word <paramref name="word"/> (0 to 7, the highest first) of the hash of a lane.</summary>
    public uint Digest(int lane, int word) => _digests[word * Lanes + lane];

    /// <summary>Hashes the messages of all lanes.</summary>
    public void Hash()
    {
        Span<Vector256<uint>> w = stackalloc Vector256<uint>[Words];
        for (int i = 0; i < Words; i++)
            w[i] = Vector256.Create<uint>(_messages.AsSpan(i * Lanes, Lanes));
        Vector256<uint> a = Vector256.Create(s_start[0]),
            b = Vector256.Create(s_start[1]),
            c = Vector256.Create(s_start[2]),
            d = Vector256.Create(s_start[3]),
            e = Vector256.Create(s_start[4]),
            f = Vector256.Create(s_start[5]),
            g = Vector256.Create(s_start[6]),
            h = Vector256.Create(s_start[7]);
        for (int round = 0; round < Rounds; round++)
        {
            ref Vector256<uint> word = ref w[round % Words];
            if (round >= Words)
            {
                Vector256<uint> two = w[(round + 14) % Words],
                    fifteen = w[(round + 1) % Words];
                word +=
                    (Turn(two, 17) ^ Turn(two, 19) ^ (two >>> 10))
                    + w[(round + 9) % Words]
                    + (Turn(fifteen, 7) ^ Turn(fifteen, 18) ^ (fifteen >>> 3));
            }
            Vector256<uint> first =
                h
                + (Turn(e, 6) ^ Turn(e, 11) ^ Turn(e, 25))
                + (g ^ (e & (f ^ g)))
                + Vector256.Create(s_rounds[round])
                + word;
            Vector256<uint> second = (Turn(a, 2) ^ Turn(a, 13) ^ Turn(a, 22)) + ((a & b) | (c & (a | b)));
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }
        foreach (
            (int i, Vector256<uint> sum) in (ReadOnlySpan<(int, Vector256<uint>)>)
                [(0, a), (1, b), (2, c), (3, d), (4, e), (5, f), (6, g), (7, h)]
        )
            (sum + Vector256.Create(s_start[i])).CopyTo(_digests, i * Lanes);
    }

    private static Vector256<uint> Turn(Vector256<uint> value, int bits) => (value >>> bits) | (value << (32 - bits));

    // Exact: a double holds the whole part, at most 17, and 48 bits behind it.
    private static uint[] Fractions(int count, Func<double, double> root)
    {
        List<uint> fractions = [];
        for (int n = 2; fractions.Count < count; n++)
            if (Enumerable.Range(2, n - 2).All(divisor => n % divisor != 0))
                fractions.Add((uint)((root(n) - Math.Floor(root(n))) * (1L << 32)));
        return [.. fractions];
    }
}
