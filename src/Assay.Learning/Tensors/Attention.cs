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
            Rule(gradient, pass);
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

    // With weights P = softmax(Q K^T s): dV = P^T dY; dP = dY V^T; dS = P (dP - sum of P dP) s; dQ = dS K; dK = dS^T Q.
    private void Rule(Tensor gradient, BackwardPass pass)
    {
        int batch = _q.Shape[0],
            time = _q.Shape[1],
            keyHeads = _k.Shape[2],
            groups = _q.Shape[2] / keyHeads,
            keyTime = _k.Shape[1],
            dim = _q.Shape[3];
        float factor = scale ?? 1 / MathF.Sqrt(dim);
        // Heads of one group lie behind each other, and read the same keys.
        Tensor queries = Grouped(_q),
            output = Grouped(gradient),
            keys = _k.Permute(0, 2, 1, 3).ReshapeTo([batch, keyHeads, keyTime, dim]),
            values = _v.Permute(0, 2, 1, 3).ReshapeTo([batch, keyHeads, keyTime, dim]);
        Tensor visible = Visible(batch, groups, time, keyTime);
        Tensor scores = queries.MatMul(keys, transposeB: true) * factor + (visible - 1) * 1e30f;
        Tensor weights = scores.Softmax().MaskedBy(visible);
        Tensor weightGradient = output.MatMul(values, transposeB: true) * weights;
        Tensor scoreGradient = (weightGradient - weights * weightGradient.Sum(-1, keepAxis: true)) * factor;
        if (pass.Wants(_q))
            pass.Add(
                _q,
                scoreGradient.MatMul(keys).ReshapeTo([batch, keyHeads * groups, time, dim]).Permute(0, 2, 1, 3)
            );
        if (pass.Wants(_k))
            pass.Add(_k, scoreGradient.MatMul(queries, transposeA: true).Permute(0, 2, 1, 3));
        if (pass.Wants(_v))
            pass.Add(_v, weights.MatMul(output, transposeA: true).Permute(0, 2, 1, 3));

        Tensor Grouped(Tensor x) => x.Permute(0, 2, 1, 3).ReshapeTo([batch, keyHeads, groups * time, dim]);
    }

    /// <summary>1 where a query sees a key, [batch, 1, groups * time, keyTime].</summary>
    private Tensor Visible(int batch, int groups, int time, int keyTime)
    {
        Tensor visible = Tensor.Create([batch, 1, groups * time, keyTime]);
        Span<float> all = visible.Data;
        for (int row = 0; row < batch * groups * time; row++)
        {
            int keys = keyLengths.IsEmpty ? keyTime : keyLengths.Span[row / (groups * time)];
            if (causal)
                keys = Math.Min(keys, row % time + 1 + keyTime - time);
            Span<float> values = all.Slice(row * keyTime, keyTime);
            values[..keys].Fill(1);
            values[keys..].Clear();
        }
        return visible;
    }
}
