using System.Runtime.Intrinsics;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Features;

/// <summary>Vectors of n-grams, each of which has a random sign in every dimension.</summary>
internal sealed class HashedEmbedder(EmbeddingOptions options) : IRowEmbedder
{
    public int Dimensions => options.Dimensions;

    public Matrix Embed(Batch batch, ReadOnlySpan<int> rows)
    {
        TextGrams grams = new(options);
        float[] values = new float[rows.Length * Dimensions];
        for (int i = 0; i < rows.Length; i++)
            Sum(grams.Of(batch.Text(rows[i])), values.AsSpan(i * Dimensions, Dimensions));
        return new(values, Dimensions);
    }

    // A text has thousands of n-grams at most: float32 sums of their signs are exact to six digits.
    private static void Sum(ReadOnlySpan<ulong> hashes, Span<float> vector)
    {
        for (int start = 0, end; start < hashes.Length; start = end)
        {
            for (end = start + 1; end < hashes.Length && hashes[end] == hashes[start]; )
                end++;
            float value = end == start + 1 ? 1 : 1 + MathF.Log(end - start);
            for (int from = 0; from < vector.Length; from += 64)
                AddSigns(
                    RandomStream.SplitMix64(hashes[start], (ulong)from / 64 + 1),
                    value,
                    vector[from..Math.Min(vector.Length, from + 64)]
                );
        }
    }

    // Adds the value where a bit is 0, and subtracts it where it is 1.
    private static void AddSigns(ulong bits, float value, Span<float> vector)
    {
        Vector256<int> lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128),
            minus = Vector256.Create(int.MinValue);
        Vector256<float> plus = Vector256.Create(value);
        int at = 0;
        for (; at + 8 <= vector.Length; at += 8, bits >>= 8)
        {
            Vector256<int> set = Vector256.Equals(Vector256.Create((int)(bits & 255)) & lanes, lanes);
            Vector256<float> signed = plus ^ (set & minus).AsSingle();
            (Vector256.LoadUnsafe(ref vector[at]) + signed).StoreUnsafe(ref vector[at]);
        }
        for (; at < vector.Length; at++, bits >>= 1)
            vector[at] += (bits & 1) == 0 ? value : -value;
    }
}
