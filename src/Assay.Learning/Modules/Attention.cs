using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Softmax attention of several heads, causal or full: with rotary positions, and keys shared by groups of heads, if wanted.</summary>
/// <remarks>
/// Vaswani and others (2017); grouped queries: Ainslie and others (2023). Query head h reads key head h / (heads / key heads).
/// Queries, keys and values are made by one product: the rows of its weight are first all queries, then all keys, then all values.
/// </remarks>
public sealed class Attention : Module
{
    private readonly bool _causal;
    private readonly RopeTables? _rotary;

    /// <summary>Attention over vectors of one width.</summary>
    /// <param name="queryKeyValue">From the width to (heads + 2 key heads) x head size.</param>
    /// <param name="output">From heads x head size to the width.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="keyValueHeads">Heads of keys and values; divides <paramref name="heads"/>.</param>
    /// <param name="causal">Whether a token sees only itself and those before.</param>
    /// <param name="rotary">Turns queries and keys by their positions, or null.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public Attention(
        Linear queryKeyValue,
        Linear output,
        int heads,
        int keyValueHeads,
        bool causal,
        RopeTables? rotary = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyValueHeads, 1);
        if (
            heads % keyValueHeads != 0
            || output.Inputs % heads != 0
            || queryKeyValue.Outputs != output.Inputs / heads * (heads + 2 * keyValueHeads)
        )
            throw new ArgumentException(
                $"{heads} heads and {keyValueHeads} of keys do not fit projections to {queryKeyValue.Outputs} and from {output.Inputs}."
            );
        HeadSize = output.Inputs / heads;
        if (rotary is not null && rotary.RotaryDim > HeadSize)
            throw new ArgumentException($"Heads of {HeadSize} have no {rotary.RotaryDim} dimensions to turn.");
        (QueryKeyValue, Output, Heads, KeyValueHeads) = (queryKeyValue, output, heads, keyValueHeads);
        (_causal, _rotary) = (causal, rotary);
    }

    /// <summary>Makes queries, keys and values.</summary>
    public Linear QueryKeyValue { get; }

    /// <summary>Mixes what the heads found.</summary>
    public Linear Output { get; }

    /// <summary>Number of heads.</summary>
    public int Heads { get; }

    /// <summary>Heads of keys and values.</summary>
    public int KeyValueHeads { get; }

    /// <summary>Elements of a head's vectors.</summary>
    public int HeadSize { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [.. Within("query_key_value", QueryKeyValue), .. Within("output", Output)];

    /// <summary>Every token takes from those it sees.</summary>
    /// <param name="x">[batch, time, width].</param>
    /// <param name="residual">Added to the result, [batch, time, width]; or null.</param>
    /// <param name="lengths">[batch]: how many tokens of each sequence count, for padded batches; or empty for all.</param>
    /// <param name="prefix">Keys and values that every token sees, [length, key heads x head size] each; or null.</param>
    /// <returns>[batch, time, width].</returns>
    public Tensor Forward(
        Tensor x,
        Tensor? residual = null,
        ReadOnlyMemory<int> lengths = default,
        (Tensor Keys, Tensor Values)? prefix = null
    )
    {
        Tensor all = QueryKeyValue.Forward(x);
        Tensor mixed = prefix is var (keys, values)
            ? AfterPrefix(all, keys, values, lengths)
            : Functional.SelfAttention(all, Heads, KeyValueHeads, _causal, _rotary, keyLengths: lengths);
        return Output.Forward(mixed, residual);
    }

    /// <summary>The same for the next tokens of sequences whose earlier keys and values are in a cache. Without a gradient.</summary>
    /// <param name="x">[batch, time, width]: the next tokens, padded on the right where a sequence has fewer.</param>
    /// <param name="residual">Added to the result; or null.</param>
    /// <param name="cache">Gets the keys and values; its lengths stay until all layers have run.</param>
    /// <param name="layer">Which layer of the cache this is.</param>
    /// <returns>[batch, time, width].</returns>
    internal Tensor Decode(Tensor x, Tensor? residual, KeyValueCache cache, int layer)
    {
        int batch = x.Shape[0],
            time = x.Shape[1],
            queryWidth = Heads * HeadSize,
            keyWidth = KeyValueHeads * HeadSize,
            width = queryWidth + 2 * keyWidth;
        Tensor all = QueryKeyValue.Forward(x),
            mixed = Tensor.Uninitialized(batch, time, queryWidth),
            logSumExp = Tensor.Uninitialized(batch, Heads, time);
        Span<float> keys = cache.Keys(layer),
            values = cache.Values(layer);
        Span<int> lengths = new int[batch];
        for (int sequence = 0; sequence < batch; sequence++)
        {
            int length = cache.Lengths[sequence];
            lengths[sequence] = length + time;
            Span<float> rows = all.Data.Slice(sequence * time * width, time * width);
            if (_rotary is not null)
                RopeKernel.Rotate(
                    rows,
                    HeadLayout.InRows(1, time, Heads + KeyValueHeads, HeadSize, width),
                    _rotary.RotaryDim,
                    _rotary.Cosines,
                    _rotary.Sines,
                    rows,
                    length - cache.Prefix
                );
            for (int row = 0; row < time; row++)
            {
                int to = (sequence * cache.Capacity + length + row) * keyWidth;
                rows.Slice(row * width + queryWidth, keyWidth).CopyTo(keys[to..]);
                rows.Slice(row * width + queryWidth + keyWidth, keyWidth).CopyTo(values[to..]);
            }
        }
        if (time == 1)
        {
            HeadLayout stored = HeadLayout.InRows(batch, Longest(lengths), KeyValueHeads, HeadSize, keyWidth) with
            {
                BatchStride = cache.Capacity * keyWidth,
            };
            AttentionKernel.Forward(
                all.Data,
                HeadLayout.InRows(batch, 1, Heads, HeadSize, width),
                keys,
                values,
                stored,
                mixed.Data,
                HeadLayout.Dense(batch, 1, Heads, HeadSize),
                logSumExp.Data,
                causal: false,
                keyLengths: lengths
            );
        }
        else
            for (int sequence = 0; sequence < batch; sequence++)
            {
                int start = sequence * cache.Capacity * keyWidth;
                AttentionKernel.Forward(
                    all.Data[(sequence * time * width)..],
                    HeadLayout.InRows(1, time, Heads, HeadSize, width),
                    keys[start..],
                    values[start..],
                    HeadLayout.InRows(1, lengths[sequence], KeyValueHeads, HeadSize, keyWidth),
                    mixed.Data[(sequence * time * queryWidth)..],
                    HeadLayout.Dense(1, time, Heads, HeadSize),
                    logSumExp.Data.Slice(sequence * Heads * time, Heads * time),
                    causal: true
                );
            }
        return Output.Forward(mixed, residual);
    }

    private static int Longest(ReadOnlySpan<int> lengths)
    {
        int longest = 0;
        foreach (int length in lengths)
            longest = Math.Max(longest, length);
        return longest;
    }

    private Tensor AfterPrefix(Tensor all, Tensor keys, Tensor values, ReadOnlyMemory<int> lengths)
    {
        int batch = all.Shape[0],
            time = all.Shape[1],
            length = keys.Shape[0];
        Tensor heads = all.Reshape(batch, time, Heads + 2 * KeyValueHeads, HeadSize);
        Tensor q = heads.Slice(2, 0, Heads),
            k = heads.Slice(2, Heads, KeyValueHeads),
            v = heads.Slice(2, Heads + KeyValueHeads, KeyValueHeads);
        if (_rotary is not null)
            (q, k) = (Functional.Rope(q, _rotary), Functional.Rope(k, _rotary));
        int[] counts = [.. lengths.ToArray().Select(count => length + count)];
        return Functional
            .Attention(
                q,
                Tensor.Concat(1, Repeat(keys), k),
                Tensor.Concat(1, Repeat(values), v),
                _causal,
                keyLengths: counts
            )
            .Reshape(batch, time, Heads * HeadSize);

        Tensor Repeat(Tensor part) =>
            part.Reshape(1, length, KeyValueHeads, HeadSize).BroadcastTo(batch, length, KeyValueHeads, HeadSize);
    }
}
