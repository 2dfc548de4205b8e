using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Configs of a few hundred parameters, and models of them.</summary>
internal static class TinyModels
{
    public static TransformerConfig Config(TransformerFamily family) =>
        new()
        {
            Family = family,
            VocabularySize = 13,
            HiddenSize = 16,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = family == TransformerFamily.Llama ? 2 : 4,
            HeadSize = 4,
            IntermediateSize = 20,
            ContextLength = 12,
            Activation = family == TransformerFamily.Llama ? TransformerActivation.Silu : TransformerActivation.Gelu,
            NormEpsilon = 1e-5,
            TieEmbeddings = family == TransformerFamily.Gpt2,
            RotaryFraction = family switch
            {
                TransformerFamily.Llama => 1,
                TransformerFamily.GptNeoX => 0.5,
                _ => 0,
            },
            AttentionBias = family != TransformerFamily.Llama,
            FeedForwardBias = family != TransformerFamily.Llama,
            ParallelResidual = family == TransformerFamily.GptNeoX,
            InitialDeviation = 0.3,
        };

    public static Transformer Model(TransformerFamily family, ulong seed = 1) =>
        new(Config(family), new RandomStream(seed, "model"));

    public static TheoryData<TransformerFamily> Families =>
        [TransformerFamily.Llama, TransformerFamily.GptNeoX, TransformerFamily.Gpt2];

    public static int[] Tokens(int count, ulong seed = 3)
    {
        RandomStream stream = new(seed, "tokens");
        return [.. Enumerable.Range(0, count).Select(_ => stream.NextInt32(13))];
    }

    public static double MaxDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
            largest = Math.Max(largest, Math.Abs(a[i] - (double)b[i]));
        return largest;
    }
}
