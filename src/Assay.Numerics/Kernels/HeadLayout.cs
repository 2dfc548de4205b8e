namespace Assay.Numerics;

/// <summary>Where the vectors of attention heads lie: element (b, t, h, d) at b BatchStride + t TimeStride + h HeadStride + d.</summary>
/// <remarks>
/// With strides, queries, keys and values are read in place from the output of a fused projection, [batch, time, (heads + 2
/// key heads) headDim], and nothing is transposed: all three share its strides and start at different offsets.
/// </remarks>
/// <param name="Batch">Sequences, at least 0.</param>
/// <param name="Time">Positions of a sequence, at least 0.</param>
/// <param name="Heads">Heads, at least 1.</param>
/// <param name="HeadDim">Elements of a head's vector, at least 1.</param>
/// <param name="BatchStride">Floats from one sequence to the next.</param>
/// <param name="TimeStride">Floats from one position to the next.</param>
/// <param name="HeadStride">Floats from one head to the next.</param>
public readonly record struct HeadLayout(
    int Batch,
    int Time,
    int Heads,
    int HeadDim,
    int BatchStride,
    int TimeStride,
    int HeadStride
)
{
    /// <summary>[batch, time, heads, headDim] without gaps.</summary>
    /// <exception cref="OverflowException">A sequence has more than 2^31 - 1 floats.</exception>
    public static HeadLayout Dense(int batch, int time, int heads, int headDim) =>
        InRows(batch, time, heads, headDim, checked(heads * headDim));

    /// <summary>[batch, time, heads, headDim] in rows of <paramref name="rowWidth"/> floats: a slice of a fused projection.</summary>
    /// <exception cref="OverflowException">A sequence has more than 2^31 - 1 floats.</exception>
    public static HeadLayout InRows(int batch, int time, int heads, int headDim, int rowWidth) =>
        new(batch, time, heads, headDim, checked(time * rowWidth), rowWidth, headDim);

    /// <summary>The shape, for messages.</summary>
    public override string ToString() =>
        $"[{Batch}, {Time}, {Heads}, {HeadDim}] with strides {BatchStride}, {TimeStride}, {HeadStride}";

    internal int Offset(int batch, int time, int head) => batch * BatchStride + time * TimeStride + head * HeadStride;

    /// <summary>Asserts that the sizes make sense and that <paramref name="length"/> floats hold them.</summary>
    internal void Check(int length, string name)
    {
        if (
            (Batch | Time | BatchStride | TimeStride | HeadStride) < 0
            || Heads < 1
            || HeadDim < 1
            || (Heads > 1 && HeadStride < HeadDim)
        )
            throw new ArgumentException($"{this} is no layout.", name);
        if (Batch == 0 || Time == 0)
            return;
        long needed = (Batch - 1L) * BatchStride + (Time - 1L) * TimeStride + (Heads - 1L) * HeadStride + HeadDim;
        if (needed > length)
            throw new ArgumentException($"{this} needs {needed} floats, not {length}.", name);
    }
}
