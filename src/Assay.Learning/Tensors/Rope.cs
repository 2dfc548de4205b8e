using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Cosines and sines by position, for <see cref="Functional.Rope"/>.</summary>
/// <remarks>Su and others, "RoFormer" (2021). Constant: made once, used by every layer, by any number of threads.</remarks>
public sealed class RopeTables
{
    /// <summary>Computes the tables.</summary>
    /// <param name="positions">Positions from 0 that they serve, at least 1.</param>
    /// <param name="rotaryDim">Rotated elements of a head's vector: even, at least 2.</param>
    /// <param name="theta">Base of the wave lengths.</param>
    /// <param name="interleaved">False: pairs are (i, i + rotaryDim / 2), as in Llama; true: (2 i, 2 i + 1).</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public RopeTables(int positions, int rotaryDim, double theta = 10000, bool interleaved = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        ArgumentOutOfRangeException.ThrowIfLessThan(rotaryDim, 2);
        int length = checked(positions * (rotaryDim / 2));
        Cosines = new float[length];
        Sines = new float[length];
        RopeKernel.FillTables(positions, rotaryDim, theta, Cosines, Sines);
        Positions = positions;
        RotaryDim = rotaryDim;
        Interleaved = interleaved;
    }

    /// <summary>Positions that the tables serve.</summary>
    public int Positions { get; }

    /// <summary>Rotated elements of a head's vector.</summary>
    public int RotaryDim { get; }

    /// <summary>Whether pairs are neighbours.</summary>
    public bool Interleaved { get; }

    internal float[] Cosines { get; }

    internal float[] Sines { get; }
}

public static partial class Functional
{
    /// <summary>Turns queries or keys by their positions (rotary position embedding).</summary>
    /// <param name="x">[batch, time, heads, headDim].</param>
    /// <param name="tables">Reach at least to the last position, and rotate at most headDim elements.</param>
    /// <param name="offset">Position of the first vector of each sequence: how many a cache holds already.</param>
    /// <param name="inPlace">
    /// True: the result takes over the storage of <paramref name="x"/>, which is not to be used any more. Only for a result of an
    /// operation that does not need it for its own gradient, such as <see cref="Linear"/>.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the backward pass needs what would be overwritten.</exception>
    public static Tensor Rope(Tensor x, RopeTables tables, int offset = 0, bool inPlace = false) =>
        x.Rank == 4
            ? TurnHeads(x, tables, offset, x.Shape[2], x.Shape[3], inPlace)
            : throw new ArgumentException($"Rope: {TensorShape.Text(x.Shape)} is not [batch, time, heads, headDim].");

    /// <summary>Turns the first heads of every row of x, [batch, time, ..].</summary>
    private static Tensor TurnHeads(Tensor x, RopeTables tables, int offset, int heads, int headDim, bool inPlace)
    {
        if (inPlace && x.IsSaved)
            throw new ArgumentException("Rope: the backward pass needs the elements that would be overwritten.");
        Tensor y = inPlace ? x.Detach() : Tensor.Create(x.Sizes);
        return RopeNode.Apply(x, tables, offset, heads, headDim, inverse: false, y);
    }
}

internal sealed class RopeNode(Tensor x, RopeTables tables, int offset, int heads, int headDim, bool inverse)
    : UnaryNode(x)
{
    public static Tensor Apply(Tensor x, RopeTables tables, int offset, int heads, int headDim, bool inverse, Tensor y)
    {
        if (x.Length > 0)
        {
            int row = x.Length / (x.Shape[0] * x.Shape[1]);
            Span<float> to = y.Data;
            ReadOnlySpan<float> from = x.Data;
            if (row > heads * headDim && from != to)
                from.CopyTo(to); // with what is not turned
            RopeKernel.Rotate(
                from,
                HeadLayout.InRows(x.Shape[0], x.Shape[1], heads, headDim, row),
                tables.RotaryDim,
                tables.Cosines,
                tables.Sines,
                to,
                offset,
                inverse,
                tables.Interleaved
            );
        }
        return Tensor.Records(x) ? y.From(new RopeNode(x, tables, offset, heads, headDim, inverse)) : y;
    }

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        pass.Add(X, Apply(gradient, tables, offset, heads, headDim, !inverse, result));
    }
}
