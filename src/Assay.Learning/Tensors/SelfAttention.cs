using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>
    /// <see cref="Attention"/> of queries, keys and values that lie side by side, as one product makes them: nothing is sliced or
    /// copied, and their gradient comes in one piece.
    /// </summary>
    /// <param name="queryKeyValue">
    /// [batch, time, (heads + 2 keyHeads) headDim]: all queries of a position, then all keys, then all values. With
    /// <paramref name="rotary"/> its storage is taken over, and it is not to be used any more; a tensor that nobody computed, such
    /// as a parameter, is copied.
    /// </param>
    /// <param name="heads">Query heads; a multiple of <paramref name="keyHeads"/>.</param>
    /// <param name="keyHeads">Heads of keys and values, at least 1.</param>
    /// <param name="causal">Whether a position sees only itself and those before.</param>
    /// <param name="rotary">Turns queries and keys by their positions, or null.</param>
    /// <param name="scale">Positive factor on the scores, or null for 1 / sqrt(headDim).</param>
    /// <param name="keyLengths">[batch]: how many positions of each sequence count, for padded batches; or empty for all.</param>
    /// <returns>[batch, time, heads headDim].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or the backward pass needs what would be overwritten.</exception>
    public static Tensor SelfAttention(
        Tensor queryKeyValue,
        int heads,
        int keyHeads,
        bool causal,
        RopeTables? rotary = null,
        float? scale = null,
        ReadOnlyMemory<int> keyLengths = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keyHeads);
        int parts = checked(heads + 2 * keyHeads);
        if (queryKeyValue.Rank != 3 || queryKeyValue.Shape[2] == 0 || queryKeyValue.Shape[2] % parts != 0)
            throw new ArgumentException(
                $"SelfAttention: {TensorShape.Text(queryKeyValue.Shape)} is not [batch, time, {parts} headDim]."
            );
        int headDim = queryKeyValue.Shape[2] / parts;
        Tensor x = rotary is null
            ? queryKeyValue
            : TurnHeads(queryKeyValue, rotary, 0, heads + keyHeads, headDim, inPlace: !queryKeyValue.IsLeaf);
        PackedHeads packed = new(x.Shape[0], x.Shape[1], heads, keyHeads, headDim);
        Tensor y = Tensor.Create([packed.Batch, packed.Time, heads * headDim]),
            logSumExp = Tensor.Create([packed.Batch, heads, packed.Time]);
        AttentionKernel.Forward(
            x.Data,
            packed.Queries,
            x.Data[packed.KeyStart..],
            x.Data[packed.ValueStart..],
            packed.Keys,
            y.Data,
            packed.Results,
            logSumExp.Data,
            causal,
            scale,
            keyLengths.Span
        );
        if (Tensor.Records(x))
            return y.From(new SelfAttentionNode(x, y, logSumExp, packed, causal, scale, keyLengths));
        logSumExp.Dispose();
        return y;
    }
}

/// <summary>Where queries, keys and values lie in [batch, time, (heads + 2 keyHeads) headDim].</summary>
internal readonly record struct PackedHeads(int Batch, int Time, int HeadCount, int KeyHeadCount, int HeadDim)
{
    public int KeyStart => Math.Min(HeadCount * HeadDim, Length);

    public int ValueStart => Math.Min((HeadCount + KeyHeadCount) * HeadDim, Length);

    public HeadLayout Queries => HeadLayout.InRows(Batch, Time, HeadCount, HeadDim, Row);

    public HeadLayout Keys => HeadLayout.InRows(Batch, Time, KeyHeadCount, HeadDim, Row);

    public HeadLayout Results => HeadLayout.Dense(Batch, Time, HeadCount, HeadDim);

    private int Row => (HeadCount + 2 * KeyHeadCount) * HeadDim;

    private int Length => Batch * Time * Row;
}

internal sealed class SelfAttentionNode(
    Tensor x,
    Tensor y,
    Tensor logSumExp,
    PackedHeads packed,
    bool causal,
    float? scale,
    ReadOnlyMemory<int> keyLengths
) : UnaryNode(x.Save())
{
    private readonly Tensor _y = y.Save(),
        _logSumExp = logSumExp.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            pass.Add(X, Rule(gradient));
            return;
        }
        Tensor result = Tensor.Create(X.Sizes);
        AttentionKernel.Backward(
            X.Data,
            packed.Queries,
            X.Data[packed.KeyStart..],
            X.Data[packed.ValueStart..],
            packed.Keys,
            _y.Data,
            gradient.Data,
            packed.Results,
            _logSumExp.Data,
            result.Data,
            result.Data[packed.KeyStart..],
            result.Data[packed.ValueStart..],
            causal,
            scale,
            keyLengths.Span
        );
        pass.Add(X, result);
    }

    private Tensor Rule(Tensor gradient)
    {
        (int batch, int time, int heads, int keyHeads, int dim) = packed;
        (Tensor q, Tensor k, Tensor v) = AttentionRule.Gradients(
            Part(0, heads),
            Part(heads, keyHeads),
            Part(heads + keyHeads, keyHeads),
            gradient.ReshapeTo([batch, time, heads, dim]),
            causal,
            scale,
            keyLengths
        );
        return Tensor.Concat(2, Flat(q), Flat(k), Flat(v));

        Tensor Part(int head, int count) => X.Slice(2, head * dim, count * dim).ReshapeTo([batch, time, count, dim]);

        Tensor Flat(Tensor part) => part.ReshapeTo([batch, time, part.Shape[2] * dim]);
    }
}
