using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A small encoder: every token sees all tokens of its text, and the text's vector is the mean over its tokens.</summary>
/// <remarks>Pre-norm layers with GELU, learned positions, weights normal with deviation 0.02.</remarks>
public sealed class TransformerEncoder : Module
{
    private const float Deviation = 0.02f;
    private readonly Embedding _embedding,
        _positions;
    private readonly TransformerLayer[] _layers;
    private readonly LayerNorm _norm;

    /// <summary>A new encoder.</summary>
    /// <param name="stream">Where the weights come from.</param>
    /// <param name="vocabulary">Tokens of the vocabulary, at least 1.</param>
    /// <param name="width">Width of vectors; a multiple of <paramref name="heads"/>.</param>
    /// <param name="layers">Number of layers, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="contextLength">Most tokens of a text, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public TransformerEncoder(RandomStream stream, int vocabulary, int width, int layers, int heads, int contextLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        if (width < 1 || width % heads != 0)
            throw new ArgumentException($"A width of {width} is not a multiple of {heads} heads.", nameof(width));
        _embedding = new(stream, Deviation, vocabulary, width);
        _positions = new(stream, Deviation, contextLength, width);
        _layers = [.. Enumerable.Range(0, layers).Select(_ => Layer())];
        _norm = new(width);

        Linear Normal(int inputs, int outputs) => Linear.Normal(stream, Deviation, inputs, outputs, bias: true);

        TransformerLayer Layer() =>
            new(
                new LayerNorm(width),
                new(Normal(width, 3 * width), Normal(width, width), heads, heads, causal: false),
                new LayerNorm(width),
                new(Normal(width, 4 * width), Normal(4 * width, width), TransformerActivation.Gelu)
            );
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("embedding", _embedding),
            .. Within("positions", _positions),
            .. _layers.SelectMany((layer, i) => Within($"layers.{i}", layer)),
            .. Within("norm", _norm),
        ];

    /// <summary>A vector for every token.</summary>
    /// <param name="tokens">[batch x time], flat; padded on the right with any token.</param>
    /// <param name="lengths">[batch]: tokens of each text, from 1 to time.</param>
    /// <returns>[batch, time, width]; without meaning where there is padding.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a text is longer than the context.</exception>
    public Tensor Forward(ReadOnlyMemory<int> tokens, ReadOnlyMemory<int> lengths)
    {
        int batch = lengths.Length;
        if (batch == 0 || tokens.Length == 0 || tokens.Length % batch != 0)
            throw new ArgumentException($"{tokens.Length} tokens do not make {batch} texts of one length.");
        int time = tokens.Length / batch;
        if (time > _positions.Tokens)
            throw new ArgumentException($"{time} tokens are more than the context of {_positions.Tokens}.");
        foreach (int length in lengths.Span)
            if (length < 1 || length > time)
                throw new ArgumentException($"A length of {length} is not from 1 to {time}.", nameof(lengths));
        Tensor x = _embedding.Forward(tokens, batch, time) + _positions.Weight.Slice(0, 0, time);
        foreach (TransformerLayer layer in _layers)
            x = layer.Forward(x, lengths);
        return _norm.Forward(x);
    }

    /// <summary>The mean of a text's token vectors.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>[batch, width].</returns>
    public Tensor Pooled(ReadOnlyMemory<int> tokens, ReadOnlyMemory<int> lengths)
    {
        Tensor x = Forward(tokens, lengths),
            shares = Tensor.Zeros(x.Shape[0], 1, x.Shape[1]);
        for (int i = 0; i < lengths.Length; i++)
            shares.Data.Slice(i * x.Shape[1], lengths.Span[i]).Fill(1f / lengths.Span[i]);
        return shares.MatMul(x).Squeeze(1);
    }
}
