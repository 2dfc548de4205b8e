using System.IO.Hashing;
using System.Numerics;
using Assay.Data;

namespace Assay.Features;

/// <summary>Counts distinct word n-grams, none of them across rows.</summary>
/// <remarks>
/// N-grams are told apart by 64-bit hashes: among n distinct ones, about n^2 / 2^65 pairs are taken for equal (3e-6 of a
/// pair at ten million).
/// </remarks>
internal sealed class DistinctNGrams(int words)
{
    private readonly HashSet<ulong> _distinct = [];
    private readonly ulong[] _last = new ulong[words];
    private long _total;

    /// <summary>Distinct n-grams over all n-grams; 0 if there are none.</summary>
    public double Share => _total == 0 ? 0 : _distinct.Count / (double)_total;

    public void Add(ReadOnlySpan<byte> text)
    {
        int seen = 0;
        foreach (Range word in Words.Of(text))
        {
            _last[seen++ % words] = XxHash3.HashToUInt64(text[word]);
            if (seen < words)
                continue;
            ulong hash = 0;
            for (int i = 0; i < words; i++)
                hash = (BitOperations.RotateLeft(hash, 29) ^ _last[(seen + i) % words]) * 0x9E3779B97F4A7C15;
            _distinct.Add(hash);
            _total++;
        }
    }
}
