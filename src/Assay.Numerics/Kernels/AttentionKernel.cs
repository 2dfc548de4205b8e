using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Softmax attention with grouped queries, causal or full, that never stores the matrix of weights.</summary>
/// <remarks>
/// Scores are made block by block, and again in the gradient from the logarithm of each row's sum of exponentials, as in Dao and
/// others, "FlashAttention" (2022). Query head h reads key head h / (heads / key heads). With <c>causal</c>, query i of m sees the keys
/// up to i + n - m, where n is the number of keys: a cache's queries are its last positions. Work is shared by sequences and
/// key heads, each in one fixed order: threads do not change bits. Every span is read and written in place through its
/// <see cref="HeadLayout"/>; scratch memory is a few copies of one head's keys per thread. Queries are taken six at a time, and a
/// weight of 0 stands for a key that only others of the six see: a NaN or infinity there, up to five places ahead, becomes NaN.
/// </remarks>
public static class AttentionKernel
{
    /// <summary>result = softmax(q k' scale) v, for each sequence and head.</summary>
    /// <param name="q">Queries.</param>
    /// <param name="queries">Where queries lie: [batch, time, heads, headDim].</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="keys">Where keys lie, and values in their span: [batch, key time, key heads, headDim].</param>
    /// <param name="result">Receives the output.</param>
    /// <param name="results">Where outputs lie: the shape of queries, with strides of its own.</param>
    /// <param name="logSumExp">
    /// [batch, heads, time]: receives the logarithms that <see cref="Backward"/> takes; -infinity for a query that sees no key, whose
    /// output is 0.
    /// </param>
    /// <param name="causal">Whether a query sees only the keys up to its own position.</param>
    /// <param name="scale">Positive factor on the scores; by default 1 / sqrt(headDim).</param>
    /// <param name="keyLengths">[batch]: how many keys of each sequence count, for padded batches; or empty for all.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other or the spans.</exception>
    public static void Forward(
        ReadOnlySpan<float> q,
        HeadLayout queries,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        HeadLayout keys,
        Span<float> result,
        HeadLayout results,
        Span<float> logSumExp,
        bool causal,
        float? scale = null,
        ReadOnlySpan<int> keyLengths = default
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Lanes512>(q, queries, k, v, keys, result, results, logSumExp, causal, scale, keyLengths);
        else
            Forward<Lanes256>(q, queries, k, v, keys, result, results, logSumExp, causal, scale, keyLengths);
    }

    /// <summary>Gradients of <see cref="Forward"/>; they overwrite what their spans hold.</summary>
    /// <param name="q">Queries.</param>
    /// <param name="queries">Where queries and their gradients lie.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="keys">Where keys and values and their gradients lie.</param>
    /// <param name="result">The output of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">The gradient of the output.</param>
    /// <param name="results">Where outputs and their gradients lie.</param>
    /// <param name="logSumExp">[batch, heads, time], from <see cref="Forward"/>.</param>
    /// <param name="qGradient">Receives the gradient of the queries.</param>
    /// <param name="kGradient">Receives the gradient of the keys.</param>
    /// <param name="vGradient">Receives the gradient of the values.</param>
    /// <param name="causal">As in <see cref="Forward"/>.</param>
    /// <param name="scale">As in <see cref="Forward"/>.</param>
    /// <param name="keyLengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other or the spans.</exception>
    public static void Backward(
        ReadOnlySpan<float> q,
        HeadLayout queries,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        HeadLayout keys,
        ReadOnlySpan<float> result,
        ReadOnlySpan<float> outputGradient,
        HeadLayout results,
        ReadOnlySpan<float> logSumExp,
        Span<float> qGradient,
        Span<float> kGradient,
        Span<float> vGradient,
        bool causal,
        float? scale = null,
        ReadOnlySpan<int> keyLengths = default
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(
                q,
                queries,
                k,
                v,
                keys,
                result,
                outputGradient,
                results,
                logSumExp,
                qGradient,
                kGradient,
                vGradient,
                causal,
                scale,
                keyLengths
            );
        else
            Backward<Lanes256>(
                q,
                queries,
                k,
                v,
                keys,
                result,
                outputGradient,
                results,
                logSumExp,
                qGradient,
                kGradient,
                vGradient,
                causal,
                scale,
                keyLengths
            );
    }

    internal static void Forward<V>(
        ReadOnlySpan<float> q,
        HeadLayout queries,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        HeadLayout keys,
        Span<float> result,
        HeadLayout results,
        Span<float> logSumExp,
        bool causal,
        float? scale,
        ReadOnlySpan<int> keyLengths
    )
        where V : struct, ILanes<V>
    {
        queries.Check(q.Length, nameof(q));
        keys.Check(k.Length, nameof(k));
        keys.Check(v.Length, nameof(v));
        results.Check(result.Length, nameof(result));
        AttentionMask mask = new(queries, keys, causal, keyLengths);
        CheckShapes(queries, keys, results, logSumExp.Length, causal, keyLengths);
        float factor = Factor(scale, queries.HeadDim);
        int pieces = keys.Heads * queries.Batch;
        if (queries.Time == 1)
            Workers.For(
                pieces,
                new AttentionDecode<V>
                {
                    Q = q,
                    K = k,
                    Values = v,
                    Result = result,
                    LogSumExp = logSumExp,
                    Queries = queries,
                    Keys = keys,
                    Results = results,
                    Mask = mask,
                    Scale = factor,
                }
            );
        else
            Workers.For(
                pieces,
                new AttentionForward<V>
                {
                    Q = q,
                    K = k,
                    Values = v,
                    Result = result,
                    LogSumExp = logSumExp,
                    Queries = queries,
                    Keys = keys,
                    Results = results,
                    Mask = mask,
                    Scale = factor,
                }
            );
    }

    internal static void Backward<V>(
        ReadOnlySpan<float> q,
        HeadLayout queries,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        HeadLayout keys,
        ReadOnlySpan<float> result,
        ReadOnlySpan<float> outputGradient,
        HeadLayout results,
        ReadOnlySpan<float> logSumExp,
        Span<float> qGradient,
        Span<float> kGradient,
        Span<float> vGradient,
        bool causal,
        float? scale,
        ReadOnlySpan<int> keyLengths
    )
        where V : struct, ILanes<V>
    {
        queries.Check(q.Length, nameof(q));
        keys.Check(k.Length, nameof(k));
        keys.Check(v.Length, nameof(v));
        results.Check(result.Length, nameof(result));
        results.Check(outputGradient.Length, nameof(outputGradient));
        queries.Check(qGradient.Length, nameof(qGradient));
        keys.Check(kGradient.Length, nameof(kGradient));
        keys.Check(vGradient.Length, nameof(vGradient));
        AttentionMask mask = new(queries, keys, causal, keyLengths);
        CheckShapes(queries, keys, results, logSumExp.Length, causal, keyLengths);
        Workers.For(
            keys.Heads * queries.Batch,
            new AttentionBackward<V>
            {
                Q = q,
                K = k,
                Values = v,
                Result = result,
                OutputGradient = outputGradient,
                LogSumExp = logSumExp,
                QGradient = qGradient,
                KGradient = kGradient,
                VGradient = vGradient,
                Queries = queries,
                Keys = keys,
                Results = results,
                Mask = mask,
                Scale = Factor(scale, queries.HeadDim),
            }
        );
    }

    private static float Factor(float? scale, int dim)
    {
        float factor = scale ?? 1 / MathF.Sqrt(dim);
        return factor > 0 && float.IsFinite(factor)
            ? factor
            : throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale is positive and finite.");
    }

    private static void CheckShapes(
        HeadLayout queries,
        HeadLayout keys,
        HeadLayout results,
        int logSumExp,
        bool causal,
        ReadOnlySpan<int> keyLengths
    )
    {
        if (keys.Batch != queries.Batch || keys.HeadDim != queries.HeadDim || queries.Heads % keys.Heads != 0)
            throw new ArgumentException($"Queries {queries} do not fit keys {keys}.", nameof(keys));
        if (
            (results.Batch, results.Time, results.Heads, results.HeadDim)
            != (queries.Batch, queries.Time, queries.Heads, queries.HeadDim)
        )
            throw new ArgumentException($"Results {results} do not fit queries {queries}.", nameof(results));
        if (causal && keys.Time < queries.Time)
            throw new ArgumentException(
                $"{queries.Time} queries cannot be the last positions of {keys.Time} keys.",
                nameof(keys)
            );
        if (logSumExp != (long)queries.Batch * queries.Heads * queries.Time)
            throw new ArgumentException(
                $"Needs one number for each query of {queries}, not {logSumExp}.",
                nameof(logSumExp)
            );
        if (keyLengths.IsEmpty)
            return;
        if (keyLengths.Length != keys.Batch)
            throw new ArgumentException($"{keyLengths.Length} lengths for {keys.Batch} sequences.", nameof(keyLengths));
        for (int i = 0; i < keyLengths.Length; i++)
            if ((uint)keyLengths[i] > (uint)keys.Time)
                throw new ArgumentException(
                    $"Length {keyLengths[i]} of sequence {i} is not from 0 to {keys.Time}.",
                    nameof(keyLengths)
                );
    }
}
