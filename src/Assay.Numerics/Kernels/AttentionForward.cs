using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>The output of the heads that share one key head of one sequence.</summary>
internal unsafe ref struct AttentionForward<V> : IPieces
    where V : struct, ILanes<V>
{
    private const int BlockVectors = 32; // Block, rounded up to whole vectors of either width
    private const int Block = 24; // queries at a time, four tiles: a panel of keys is used four times from the first-level cache

    public ReadOnlySpan<float> Q,
        K,
        Values;
    public Span<float> Result,
        LogSumExp;
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
            paddedDim = Panel<V>.Padded(dim),
            length = Mask.Length(batch),
            ld = Panel<V>.Padded(length) + Panel<V>.Width; // not a power of two, which would crowd a few cache sets
        if (Queries.Time == 0)
            return;
        float* transposed = Scratch.Take(
            checked(Panel<V>.Padded(length) * dim + length * paddedDim + Block * (2 * paddedDim + ld))
        );
        float* values = transposed + Panel<V>.Padded(length) * dim,
            queries = values + length * paddedDim,
            outputs = queries + Block * paddedDim,
            scores = outputs + Block * paddedDim;
        if (length > 0)
        {
            int start = Keys.Offset(batch, 0, keyHead);
            Panel<V>.PackTransposed(
                ref MemoryMarshal.GetReference(K[start..]),
                Keys.TimeStride,
                length,
                dim,
                transposed
            );
            Panel<V>.Pack(ref MemoryMarshal.GetReference(Values[start..]), Keys.TimeStride, length, dim, values);
        }
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++)
        for (int time = 0; time < Queries.Time; time += Block)
            Rows(batch, head, time, transposed, values, queries, outputs, scores, ld);
    }

    [MethodImpl(Compile.Apart)]
    private readonly void Rows(
        int batch,
        int head,
        int time,
        float* transposed,
        float* values,
        float* queries,
        float* outputs,
        float* scores,
        int ld
    )
    {
        int dim = Queries.HeadDim,
            paddedDim = Panel<V>.Padded(dim),
            length = Mask.Length(batch),
            count = Math.Min(Block, Queries.Time - time),
            tiles = Panel<V>.PaddedRows(count);
        Panel<V>.CopyRows(
            ref MemoryMarshal.GetReference(Q[Queries.Offset(batch, time, head)..]),
            Queries.TimeStride,
            count,
            dim,
            queries,
            paddedDim,
            tiles
        );
        int seen = Mask.Count(batch, time + count - 1);
        for (int key = 0; key < seen; key += Panel<V>.Width)
        for (int row = 0; row < tiles; row += Panel<V>.Rows)
            if (key < Seen(batch, time, row, count))
                Panel<V>.Multiply(
                    queries + row * paddedDim,
                    paddedDim,
                    1,
                    transposed + key * dim,
                    dim,
                    scores + row * ld + key,
                    ld,
                    accumulate: false
                );

        Span<float> largest = stackalloc float[BlockVectors],
            sums = stackalloc float[BlockVectors];
        for (int row = 0; row < count; row++)
            sums[row] = Weights(
                scores + row * ld,
                Mask.Count(batch, time + row),
                Seen(batch, time, row / Panel<V>.Rows * Panel<V>.Rows, count),
                out largest[row]
            );

        for (int column = 0; column < paddedDim; column += Panel<V>.Width)
        for (int row = 0; row < tiles; row += Panel<V>.Rows)
            Panel<V>.Multiply(
                scores + row * ld,
                ld,
                1,
                values + column * length,
                Seen(batch, time, row, count),
                outputs + row * paddedDim + column,
                paddedDim,
                accumulate: false
            );
        for (int row = 0; row < count; row++)
            Row.Affine<V>(
                new ReadOnlySpan<float>(outputs + row * paddedDim, dim),
                sums[row] == 0 ? 0 : 1 / sums[row],
                0,
                Result.Slice(Results.Offset(batch, time + row, head), dim)
            );
        LogSums(sums, largest, LogSumExp.Slice((batch * Queries.Heads + head) * Queries.Time + time, count));
    }

    // Keys that the last query of the tile at this row sees.
    private readonly int Seen(int batch, int time, int row, int count) =>
        Mask.Count(batch, time + Math.Min(row + Panel<V>.Rows, count) - 1);

    // ln of the sums, plus what was subtracted from the scores; the spans hold whole vectors.
    [MethodImpl(Compile.Apart)]
    private readonly void LogSums(Span<float> sums, Span<float> largest, Span<float> logSumExp)
    {
        ref float sum = ref MemoryMarshal.GetReference(sums),
            shift = ref MemoryMarshal.GetReference(largest);
        V factor = V.Of(Scale);
        for (int i = 0; i < logSumExp.Length; i += V.Width)
            V.MultiplyAdd(V.Load(in shift, i), factor, VectorMath.Log(V.Load(in sum, i))).Store(ref shift, i);
        largest[..logSumExp.Length].CopyTo(logSumExp);
    }

    /// <summary>Turns scores into e^((score - largest) scale), and zeros up to <paramref name="limit"/>.</summary>
    /// <returns>Their sum; 0 where no key is seen.</returns>
    [MethodImpl(Compile.Apart)]
    private readonly float Weights(float* scores, int count, int limit, out float largest)
    {
        int end = (count + V.Width - 1) / V.Width * V.Width;
        for (int i = end; i < limit; i += V.Width)
            V.Zero.Store(ref *scores, i);
        largest = 0;
        if (count == 0)
            return 0;
        for (int i = count; i < end; i++)
            scores[i] = float.NegativeInfinity;
        V factor = V.Of(Scale),
            max = V.Of(float.NegativeInfinity);
        for (int i = 0; i < end; i += V.Width)
            max = V.Max(max, V.Load(in *scores, i));
        largest = max.Largest();
        V shift = V.Of(largest),
            sums = V.Zero;
        for (int i = 0; i < end; i += V.Width)
        {
            V weight = VectorMath.Exp((V.Load(in *scores, i) - shift) * factor);
            weight.Store(ref *scores, i);
            sums += weight;
        }
        return sums.Sum();
    }
}
