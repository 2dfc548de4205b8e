namespace Assay.Learning;

/// <summary>The shape of a decoder-only transformer: what a Hugging Face <c>config.json</c> says about one.</summary>
/// <remarks>
/// Rotary positions turn pairs of the first <see cref="RotaryDimensions"/> dimensions of a head, dimension i together
/// with i + RotaryDimensions / 2 (the "half" convention of Hugging Face, for Llama and GPT-NeoX alike).
/// </remarks>
public sealed record TransformerConfig
{
    /// <summary>The family: which norms, positions and names.</summary>
    public required TransformerFamily Family { get; init; }

    /// <summary>Tokens of the vocabulary: rows of the embedding, at least 1.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream, at least 1.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of layers, at least 1.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of attention heads, at least 1.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; divides <see cref="Heads"/>. Equal to it but for Llama.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head. <see cref="HiddenSize"/> / <see cref="Heads"/>, but Llama may have it otherwise.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width inside of the feed-forward layers, at least 1.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The most tokens of a sequence, at least 1.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The non-linearity of the feed-forward layers.</summary>
    public required TransformerActivation Activation { get; init; }

    /// <summary>Added under the root of RMS or layer norm, in (0, 1).</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>True if the output layer is the embedding itself.</summary>
    public required bool TieEmbeddings { get; init; }

    /// <summary>The base of rotary positions, above 1; without meaning for GPT-2.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>The share of a head's dimensions that rotary positions turn, in [0, 1]: 1 for Llama, 0 for GPT-2.</summary>
    public double RotaryFraction { get; init; } = 1;

    /// <summary>True if the attention's projections have a bias: in GPT-2 (but not in nanoGPT's, which has no bias anywhere), never in most of Llama.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>True if the feed-forward layers have a bias: always for GPT-NeoX; in GPT-2 as <see cref="AttentionBias"/>.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>True if attention and feed-forward both read the layer's input and are added together (GPT-NeoX).</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>Standard deviation of the weights at the start, above 0.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <summary>The token that begins a text, or null. A number beyond the vocabulary is read as null.</summary>
    public int? BeginToken { get; init; }

    /// <summary>The tokens that end a text; perhaps none. Numbers beyond the vocabulary are passed over in reading.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>How many dimensions of a head rotary positions turn; even.</summary>
    public int RotaryDimensions => (int)(HeadSize * RotaryFraction);

    /// <summary>True if norms have a bias: layer norm, not RMS norm; in GPT-2, where the other layers have one too.</summary>
    public bool NormBias =>
        Family switch
        {
            TransformerFamily.Llama => false,
            TransformerFamily.Gpt2 => AttentionBias,
            _ => true,
        };

    /// <summary>True if the feed-forward layers are gated: down(act(gate(x)) * up(x)).</summary>
    public bool Gated => Family == TransformerFamily.Llama;

    /// <summary>The number of parameters, tied ones counted once.</summary>
    public long Parameters => TransformerParameters.Of(this).Sum(parameter => parameter.Count);

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <param name="path">The file, or the folder it is in.</param>
    /// <exception cref="TransformerConfigException">It is wrong, or describes a model that is not supported.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static TransformerConfig Read(string path) =>
        TransformerConfigReader.Read(Directory.Exists(path) ? Path.Combine(path, "config.json") : path);

    /// <summary>Writes a <c>config.json</c>, whole or not at all.</summary>
    /// <exception cref="TransformerConfigException">The values do not fit together or the family cannot have them.</exception>
    public void Write(string path) => TransformerConfigWriter.Write(this, path);
}
