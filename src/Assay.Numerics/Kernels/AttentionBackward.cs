using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>The gradients of the heads that share one key head of one sequence.</summary>
/// <remarks>
/// With weights P = e^(S scale - logSumExp) and dP = dO V': dV = P' dO, dS = P (dP - rowsum(dO O)) scale, dQ = dS K, dK = dS' Q. The weights
/// live for one block of queries and keys.
/// </remarks>
internal unsafe ref struct AttentionBackward<V> : IPieces
    where V : struct, ILanes<V>
{
    private const int QueryBlock = 12 * Panel<V>.Rows;
    private const int KeyBlock = 384; // a multiple of a tile's rows and a panel's width, of either vector width

    public ReadOnlySpan<float> Q,
        K,
        Values,
        Result,
        OutputGradient,
        LogSumExp;
    public Span<float> QGradient,
        KGradient,
        VGradient;
    public HeadLayout Queries,
        Keys,
        Results;
    public AttentionMask Mask;
    public float Scale;

    [MethodImpl(Compile.Apart)]
    public readonly void Run(int piece)
    {
        int batch = piece / Keys.Heads,
            keyHead = piece % Keys.Heads,
            group = Queries.Heads / Keys.Heads,
            dim = Queries.HeadDim,
            length = Mask.Length(batch);
        Memory memory = new(dim, length, Math.Min(QueryBlock, Panel<V>.PaddedRows(Queries.Time)));
        int start = Keys.Offset(batch, 0, keyHead);
        if (length > 0)
        {
            ref float k = ref MemoryMarshal.GetReference(K[start..]),
                v = ref MemoryMarshal.GetReference(Values[start..]);
            Panel<V>.PackTransposed(ref k, Keys.TimeStride, length, dim, memory.KeysAcross);
            Panel<V>.PackTransposed(ref v, Keys.TimeStride, length, dim, memory.ValuesAcross);
            Panel<V>.Pack(ref k, Keys.TimeStride, length, dim, memory.Keys);
        }
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++)
        for (int time = 0; time < Queries.Time; time += QueryBlock)
            Rows(batch, head, time, memory);
        for (int key = 0; key < Keys.Time; key++)
        {
            Span<float> kGradient = KGradient.Slice(Keys.Offset(batch, key, keyHead), dim),
                vGradient = VGradient.Slice(Keys.Offset(batch, key, keyHead), dim);
            if (key >= length)
            {
                kGradient.Clear();
                vGradient.Clear();
                continue;
            }
            new ReadOnlySpan<float>(memory.KeyGradients + key * memory.PaddedDim, dim).CopyTo(kGradient);
            new ReadOnlySpan<float>(memory.ValueGradients + key * memory.PaddedDim, dim).CopyTo(vGradient);
        }
    }

    [MethodImpl(Compile.Apart)]
    private readonly void Rows(int batch, int head, int time, in Memory memory)
    {
        int dim = Queries.HeadDim,
            paddedDim = memory.PaddedDim,
            count = Math.Min(QueryBlock, Queries.Time - time),
            tiles = Panel<V>.PaddedRows(count),
            seen = Mask.Count(batch, time + count - 1);
        ref float q = ref MemoryMarshal.GetReference(Q[Queries.Offset(batch, time, head)..]),
            above = ref MemoryMarshal.GetReference(OutputGradient[Results.Offset(batch, time, head)..]);
        Panel<V>.CopyRows(ref q, Queries.TimeStride, count, dim, memory.QueryRows, paddedDim, tiles);
        Panel<V>.CopyRows(ref above, Results.TimeStride, count, dim, memory.OutputRows, paddedDim, tiles);
        Panel<V>.Pack(ref q, Queries.TimeStride, count, dim, memory.QueryPanels);
        Panel<V>.Pack(ref above, Results.TimeStride, count, dim, memory.OutputPanels);
        Span<float> along = stackalloc float[QueryBlock];
        for (int row = 0; row < count; row++)
        {
            int start = Results.Offset(batch, time + row, head);
            along[row] = Row.Dot<V>(Result.Slice(start, dim), OutputGradient.Slice(start, dim));
        }
        new Span<float>(memory.QueryGradients, tiles * paddedDim).Clear();
        ReadOnlySpan<float> logSumExp = LogSumExp.Slice((batch * Queries.Heads + head) * Queries.Time + time, count);
        for (int key = 0; key < seen; key += KeyBlock)
        {
            int end = Math.Min(seen, key + KeyBlock);
            Weights(batch, time, count, key, end, logSumExp, along, memory);
            Multiply(batch, time, count, key, end, memory);
        }
        for (int row = 0; row < count; row++)
            new ReadOnlySpan<float>(memory.QueryGradients + row * paddedDim, dim).CopyTo(
                QGradient.Slice(Queries.Offset(batch, time + row, head), dim)
            );
    }

    // P and dS of a block.
    [MethodImpl(Compile.Apart)]
    private readonly void Weights(
        int batch,
        int time,
        int count,
        int key,
        int end,
        ReadOnlySpan<float> logSumExp,
        ReadOnlySpan<float> along,
        in Memory memory
    )
    {
        int dim = Queries.HeadDim,
            paddedDim = memory.PaddedDim,
            ld = memory.Ld,
            tiles = Panel<V>.PaddedRows(count),
            width = Panel<V>.Padded(end - key) + Panel<V>.Width; // tiles of keys may read past the last panel
        for (int panel = key; panel < end; panel += Panel<V>.Width)
        for (int row = 0; row < tiles; row += Panel<V>.Rows)
        {
            if (panel >= Seen(batch, time, row, count))
                continue;
            int at = row * ld + panel - key;
            Panel<V>.Multiply(
                memory.QueryRows + row * paddedDim,
                paddedDim,
                1,
                memory.KeysAcross + panel * dim,
                dim,
                memory.Weights + at,
                ld,
                accumulate: false
            );
            Panel<V>.Multiply(
                memory.OutputRows + row * paddedDim,
                paddedDim,
                1,
                memory.ValuesAcross + panel * dim,
                dim,
                memory.WeightGradients + at,
                ld,
                accumulate: false
            );
        }
        V factor = V.Of(Scale);
        for (int row = 0; row < tiles; row++)
        {
            float* weights = memory.Weights + row * ld,
                gradients = memory.WeightGradients + row * ld;
            int seen = row < count ? Math.Clamp(Mask.Count(batch, time + row) - key, 0, end - key) : 0,
                full = (seen + V.Width - 1) / V.Width * V.Width;
            if (seen > 0)
            {
                V shift = V.Of(-logSumExp[row]),
                    mean = V.Of(along[row]);
                for (int i = 0; i < full; i += V.Width)
                {
                    V weight = VectorMath.Exp(V.MultiplyAdd(V.Load(in *weights, i), factor, shift));
                    weight.Store(ref *weights, i);
                    (weight * (V.Load(in *gradients, i) - mean) * factor).Store(ref *gradients, i);
                }
                for (int i = seen; i < full; i++)
                    weights[i] = gradients[i] = 0;
            }
            for (int i = full; i < width; i += V.Width)
            {
                V.Zero.Store(ref *weights, i);
                V.Zero.Store(ref *gradients, i);
            }
        }
    }

    [MethodImpl(Compile.Apart)]
    private readonly void Multiply(int batch, int time, int count, int key, int end, in Memory memory)
    {
        int paddedDim = memory.PaddedDim,
            ld = memory.Ld,
            tiles = Panel<V>.PaddedRows(count);
        for (int column = 0; column < paddedDim; column += Panel<V>.Width)
        {
            for (int row = 0; row < tiles; row += Panel<V>.Rows)
                Panel<V>.Multiply(
                    memory.WeightGradients + row * ld,
                    ld,
                    1,
                    memory.Keys + column * memory.Length + key * Panel<V>.Width,
                    Math.Clamp(Seen(batch, time, row, count) - key, 0, end - key),
                    memory.QueryGradients + row * paddedDim + column,
                    paddedDim,
                    accumulate: true
                );
            for (int at = key; at < end; at += Panel<V>.Rows)
            {
                int first = Math.Clamp(Mask.FirstQuery(at) - time, 0, count);
                Panel<V>.Multiply(
                    memory.Weights + first * ld + at - key,
                    1,
                    ld,
                    memory.OutputPanels + column * count + first * Panel<V>.Width,
                    count - first,
                    memory.ValueGradients + at * paddedDim + column,
                    paddedDim,
                    accumulate: true
                );
                Panel<V>.Multiply(
                    memory.WeightGradients + first * ld + at - key,
                    1,
                    ld,
                    memory.QueryPanels + column * count + first * Panel<V>.Width,
                    count - first,
                    memory.KeyGradients + at * paddedDim + column,
                    paddedDim,
                    accumulate: true
                );
            }
        }
    }

    // Keys that the last query of the tile at this row sees.
    private readonly int Seen(int batch, int time, int row, int count) =>
        Mask.Count(batch, time + Math.Min(row + Panel<V>.Rows, count) - 1);

    private readonly struct Memory
    {
        public readonly int PaddedDim,
            Length,
            Ld;
        public readonly float* KeysAcross,
            ValuesAcross,
            Keys,
            KeyGradients,
            ValueGradients,
            QueryRows,
            OutputRows,
            QueryPanels,
            OutputPanels,
            QueryGradients,
            Weights,
            WeightGradients;

        public Memory(int dim, int length, int rows)
        {
            PaddedDim = Panel<V>.Padded(dim);
            Length = length;
            Ld = Panel<V>.Padded(Math.Min(length, KeyBlock)) + Panel<V>.Width;
            int across = Panel<V>.Padded(length) * dim,
                keys = length * PaddedDim,
                gradients = Panel<V>.PaddedRows(length) * PaddedDim,
                block = rows * PaddedDim,
                weights = rows * Ld;
            float* next = Scratch.Take(checked(2 * across + keys + 2 * gradients + 5 * block + 2 * weights));
            KeysAcross = Next(ref next, across);
            ValuesAcross = Next(ref next, across);
            Keys = Next(ref next, keys);
            KeyGradients = Next(ref next, gradients);
            ValueGradients = Next(ref next, gradients);
            new Span<float>(KeyGradients, 2 * gradients).Clear();
            QueryRows = Next(ref next, block);
            OutputRows = Next(ref next, block);
            QueryPanels = Next(ref next, block);
            OutputPanels = Next(ref next, block);
            QueryGradients = Next(ref next, block);
            Weights = Next(ref next, weights);
            WeightGradients = Next(ref next, weights);
        }

        private static float* Next(ref float* next, int count)
        {
            float* start = next;
            next += count;
            return start;
        }
    }
}
