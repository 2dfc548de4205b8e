using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>softmax(q k^T scale) v for every sequence and head, without storing the weights.</summary>
    /// <param name="q">Queries [batch, time, heads, headDim].</param>
    /// <param name="k">Keys [batch, keyTime, keyHeads, headDim]; heads is a multiple of keyHeads, and query head h reads key head h / (heads / keyHeads).</param>
    /// <param name="v">Values, of the shape of the keys.</param>
    /// <param name="causal">True: query i of m sees keys up to i + keyTime - m, so that the queries of a cache are its last positions.</param>
    /// <param name="scale">Positive factor on the scores, or null for 1 / sqrt(headDim).</param>
    /// <param name="keyLengths">[batch]: how many keys of each sequence count, for padded batches; or empty for all.</param>
    /// <returns>[batch, time, heads, headDim]; 0 for a query that sees no key.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Attention(
        Tensor q,
        Tensor k,
        Tensor v,
        bool causal,
        float? scale = null,
        ReadOnlyMemory<int> keyLengths = default
    )
    {
        if (q.Rank != 4 || k.Rank != 4)
            throw q.ShapeError("Attention", k, "queries and keys are [batch, time, heads, headDim]");
        if (!k.Shape.SequenceEqual(v.Shape))
            throw k.ShapeError("Attention", v, "keys and values have one shape");
        if (q.Shape[0] != k.Shape[0] || q.Shape[3] != k.Shape[3] || k.Shape[2] == 0 || q.Shape[2] % k.Shape[2] != 0)
            throw q.ShapeError("Attention", k, "batch and headDim are equal, and heads is a multiple of key heads");
        Tensor y = Tensor.Create(q.Sizes),
            logSumExp = Tensor.Create([q.Shape[0], q.Shape[2], q.Shape[1]]);
        AttentionKernel.Forward(
            q.Data,
            AttentionNode.Layout(q),
            k.Data,
            v.Data,
            AttentionNode.Layout(k),
            y.Data,
            AttentionNode.Layout(y),
            logSumExp.Data,
            causal,
            scale,
            keyLengths.Span
        );
        if (Tensor.Records(q, k) || Tensor.Records(v))
            return y.From(new AttentionNode(q, k, v, y, logSumExp, causal, scale, keyLengths));
        logSumExp.Dispose();
        return y;
    }
}

internal sealed class AttentionNode(
    Tensor q,
    Tensor k,
    Tensor v,
    Tensor y,
    Tensor logSumExp,
    bool causal,
    float? scale,
    ReadOnlyMemory<int> keyLengths
) : Node
{
    private readonly Tensor _q = q.Save(),
        _k = k.Save(),
        _v = v.Save(),
        _y = y.Save(),
        _logSumExp = logSumExp.Save();

    public override int Inputs => 3;

    public override Tensor Input(int index) =>
        index switch
        {
            0 => _q,
            1 => _k,
            _ => _v,
        };

    public static HeadLayout Layout(Tensor x) => HeadLayout.Dense(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            (Tensor dq, Tensor dk, Tensor dv) = AttentionRule.Gradients(
                _q,
                _k,
                _v,
                gradient,
                causal,
                scale,
                keyLengths
            );
            pass.Add(_q, dq);
            pass.Add(_k, dk);
            pass.Add(_v, dv);
            return;
        }
        Tensor qGradient = Tensor.Create(_q.Sizes),
            kGradient = Tensor.Create(_k.Sizes),
            vGradient = Tensor.Create(_v.Sizes);
        AttentionKernel.Backward(
            _q.Data,
            Layout(_q),
            _k.Data,
            _v.Data,
            Layout(_k),
            _y.Data,
            gradient.Data,
            Layout(_y),
            _logSumExp.Data,
            qGradient.Data,
            kGradient.Data,
            vGradient.Data,
            causal,
            scale,
            keyLengths.Span
        );
        pass.Add(_q, qGradient);
        pass.Add(_k, kGradient);
        pass.Add(_v, vGradient);
    }
}
