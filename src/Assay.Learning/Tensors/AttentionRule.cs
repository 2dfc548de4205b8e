namespace Assay.Learning;

/// <summary>The gradients of attention as tensor operations, which have gradients themselves; the weights are stored.</summary>
internal static class AttentionRule
{
    /// <summary>With weights P = softmax(Q K^T s): dV = P^T dY; dP = dY V^T; dS = P (dP - sum of P dP) s; dQ = dS K; dK = dS^T Q.</summary>
    public static (Tensor Q, Tensor K, Tensor V) Gradients(
        Tensor q,
        Tensor k,
        Tensor v,
        Tensor gradient,
        bool causal,
        float? scale,
        ReadOnlyMemory<int> keyLengths
    )
    {
        int batch = q.Shape[0],
            time = q.Shape[1],
            keyHeads = k.Shape[2],
            groups = q.Shape[2] / keyHeads,
            keyTime = k.Shape[1],
            dim = q.Shape[3];
        float factor = scale ?? 1 / MathF.Sqrt(dim);
        // Heads of one group lie behind each other, and read the same keys.
        Tensor queries = Grouped(q),
            output = Grouped(gradient),
            keys = k.Permute(0, 2, 1, 3),
            values = v.Permute(0, 2, 1, 3);
        Tensor visible = Visible(batch, groups, time, keyTime, causal, keyLengths.Span);
        Tensor scores = queries.MatMul(keys, transposeB: true) * factor + (visible - 1) * 1e30f;
        Tensor weights = scores.Softmax().MaskedBy(visible);
        Tensor weighted = output.MatMul(values, transposeB: true) * weights;
        Tensor scoreGradient = (weighted - weights * weighted.Sum(-1, keepAxis: true)) * factor;
        return (
            scoreGradient.MatMul(keys).ReshapeTo([batch, keyHeads * groups, time, dim]).Permute(0, 2, 1, 3),
            scoreGradient.MatMul(queries, transposeA: true).Permute(0, 2, 1, 3),
            weights.MatMul(output, transposeA: true).Permute(0, 2, 1, 3)
        );

        Tensor Grouped(Tensor x) => x.Permute(0, 2, 1, 3).ReshapeTo([batch, keyHeads, groups * time, dim]);
    }

    /// <summary>1 where a query sees a key, [batch, 1, groups * time, keyTime].</summary>
    private static Tensor Visible(
        int batch,
        int groups,
        int time,
        int keyTime,
        bool causal,
        ReadOnlySpan<int> keyLengths
    )
    {
        Tensor visible = Tensor.Create([batch, 1, groups * time, keyTime]);
        Span<float> all = visible.Data;
        for (int row = 0; row < batch * groups * time; row++)
        {
            int keys = keyLengths.IsEmpty ? keyTime : keyLengths[row / (groups * time)];
            if (causal)
                keys = Math.Min(keys, row % time + 1 + keyTime - time);
            Span<float> values = all.Slice(row * keyTime, keyTime);
            values[..keys].Fill(1);
            values[keys..].Clear();
        }
        return visible;
    }
}
