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
            {
                ulong signs = RandomStream.SplitMix64(hashes[start], (ulong)from / 64 + 1);
                foreach (ref float number in vector[from..Math.Min(vector.Length, from + 64)])
                {
                    number += (signs & 1) == 0 ? value : -value;
                    signs >>= 1;
                }
            }
        }
    }
}
