namespace Assay.Learning;

/// <summary>One layer of a transformer: attention and feed-forward, each after a norm and added to what came in.</summary>
/// <remarks>
/// One after the other, x + attention(norm(x)) and then + feed-forward(norm(.)); or, in GPT-NeoX, side by side,
/// x + attention(norm(x)) + feed-forward(norm'(x)).
/// </remarks>
public sealed class TransformerLayer : Module
{
    private readonly bool _parallel;

    /// <summary>A layer of its parts.</summary>
    /// <param name="attentionNorm">Before attention.</param>
    /// <param name="attention">Attention.</param>
    /// <param name="feedForwardNorm">Before feed-forward.</param>
    /// <param name="feedForward">Feed-forward.</param>
    /// <param name="parallel">Whether both read the layer's input.</param>
    public TransformerLayer(
        Norm attentionNorm,
        Attention attention,
        Norm feedForwardNorm,
        FeedForward feedForward,
        bool parallel = false
    ) =>
        (AttentionNorm, Attention, FeedForwardNorm, FeedForward, _parallel) = (
            attentionNorm,
            attention,
            feedForwardNorm,
            feedForward,
            parallel
        );

    /// <summary>Before attention.</summary>
    public Norm AttentionNorm { get; }

    /// <summary>Attention.</summary>
    public Attention Attention { get; }

    /// <summary>Before feed-forward.</summary>
    public Norm FeedForwardNorm { get; }

    /// <summary>Feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("attention_norm", AttentionNorm),
            .. Within("attention", Attention),
            .. Within("feed_forward_norm", FeedForwardNorm),
            .. Within("feed_forward", FeedForward),
        ];

    /// <summary>The next state of the residual stream.</summary>
    /// <param name="x">[batch, time, width].</param>
    /// <param name="lengths">[batch]: how many tokens count; or empty for all.</param>
    /// <param name="prefix">Keys and values that every token sees, or null.</param>
    /// <param name="dropout">Applied to what is added, or null.</param>
    /// <returns>[batch, time, width].</returns>
    public Tensor Forward(
        Tensor x,
        ReadOnlyMemory<int> lengths = default,
        (Tensor Keys, Tensor Values)? prefix = null,
        Func<Tensor, Tensor>? dropout = null
    ) => Run(x, (part, residual) => Attention.Forward(part, residual, lengths, prefix), dropout);

    internal Tensor Decode(Tensor x, KeyValueCache cache, int layer) =>
        Run(x, (part, residual) => Attention.Decode(part, residual, cache, layer), null);

    private Tensor Run(Tensor x, Func<Tensor, Tensor?, Tensor> attention, Func<Tensor, Tensor>? dropout)
    {
        // Without dropout, the layers add to the residual stream themselves, and the sum needs no storage of its own.
        Tensor Add(Tensor to, Func<Tensor?, Tensor> part) => dropout is null ? part(to) : to + dropout(part(null));
        Tensor mixed = Add(x, residual => attention(AttentionNorm.Forward(x), residual));
        return Add(mixed, residual => FeedForward.Forward(FeedForwardNorm.Forward(_parallel ? x : mixed), residual));
    }
}
