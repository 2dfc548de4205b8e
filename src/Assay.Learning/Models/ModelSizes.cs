namespace Assay.Learning;

/// <summary>Small decoders by name, as recipes name their proxies.</summary>
/// <remarks>
/// <code>
/// name        layers   width   heads   inner   context   parameters (with 259 tokens)
/// gpt-250k         4      64       4     224       256     254,720
/// gpt-1m           5     128       4     336       256   1,007,360
/// gpt-4m           5     256       4     688       512   4,021,760
/// gpt-10m          6     384       6     928       512  10,057,728
/// </code>
/// All are Llama-shaped (RMS norm, rotary positions, SwiGLU) with the embedding as output layer, for bytes.
/// </remarks>
public static class ModelSizes
{
    private static readonly (string Name, int Layers, int Width, int Heads, int Inner, int Context)[] Table =
    [
        ("gpt-250k", 4, 64, 4, 224, 256),
        ("gpt-1m", 5, 128, 4, 336, 256),
        ("gpt-4m", 5, 256, 4, 688, 512),
        ("gpt-10m", 6, 384, 6, 928, 512),
    ];

    /// <summary>The names, from small to large.</summary>
    public static IEnumerable<string> Names => Table.Select(size => size.Name);

    /// <summary>The config of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="vocabulary">Tokens of the vocabulary; by default those of <see cref="ByteTokenizer"/>.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public static TransformerConfig Of(string name, int vocabulary = 259)
    {
        int index = Array.FindIndex(Table, size => size.Name == name);
        if (index < 0)
            throw new ArgumentException(
                $"There is no model '{name}'; there are: {string.Join(", ", Names)}.",
                nameof(name)
            );
        (_, int layers, int width, int heads, int inner, int context) = Table[index];
        return new()
        {
            Family = TransformerFamily.Llama,
            VocabularySize = vocabulary,
            HiddenSize = width,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = width / heads,
            IntermediateSize = inner,
            ContextLength = context,
            Activation = TransformerActivation.Silu,
            NormEpsilon = 1e-5,
            TieEmbeddings = true,
        };
    }

    /// <summary>
    /// The model of nanoGPT's recipe for Shakespeare's characters on a CPU: 4 layers, 4 heads, 128 wide, context 64, GELU, layer
    /// norm, learned positions, tied embeddings, and no bias anywhere.
    /// </summary>
    /// <remarks>Source: karpathy/nanoGPT, README ("I only have a macbook"): batch 12, 2,000 steps, no dropout.</remarks>
    /// <param name="vocabulary">Characters: 65 in tiny Shakespeare.</param>
    public static TransformerConfig NanoGpt(int vocabulary) =>
        new()
        {
            Family = TransformerFamily.Gpt2,
            VocabularySize = vocabulary,
            HiddenSize = 128,
            Layers = 4,
            Heads = 4,
            KeyValueHeads = 4,
            HeadSize = 32,
            IntermediateSize = 512,
            ContextLength = 64,
            Activation = TransformerActivation.Gelu,
            NormEpsilon = 1e-5,
            TieEmbeddings = true,
            RotaryFraction = 0,
            AttentionBias = false,
            FeedForwardBias = false,
        };
}
