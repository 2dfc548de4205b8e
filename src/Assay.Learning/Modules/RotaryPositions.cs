using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Turns queries and keys by their position, so that their products depend on distances only (Su and others, 2021).</summary>
/// <remarks>
/// Dimension i of the first r of a head turns together with i + r / 2, by position theta^(-2 i / r): the layout of Hugging
/// Face's Llama and GPT-NeoX. The other dimensions stay. The tables are shared by all layers.
/// </remarks>
public sealed class RotaryPositions
{
    private readonly float[] _cos,
        _sin;

    /// <summary>Tables for positions from 0.</summary>
    /// <param name="positions">How many positions there are, at least 1.</param>
    /// <param name="dimensions">r: even, at least 2.</param>
    /// <param name="theta">The base of the wave lengths, above 1.</param>
    public RotaryPositions(int positions, int dimensions, double theta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 2);
        (Positions, Dimensions) = (positions, dimensions);
        _cos = new float[checked(positions * (dimensions / 2))];
        _sin = new float[_cos.Length];
        RopeKernel.FillTables(positions, dimensions, theta, _cos, _sin);
    }

    /// <summary>Number of positions.</summary>
    public int Positions { get; }

    /// <summary>How many dimensions of a head turn.</summary>
    public int Dimensions { get; }

    /// <summary>Turns every vector by its place in its sequence.</summary>
    /// <param name="x">[batch, time, heads, head size].</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="ArgumentException">A sequence is longer than the tables.</exception>
    public Tensor Forward(Tensor x)
    {
        int time = x.Shape[1],
            half = Dimensions / 2,
            rest = x.Shape[3] - Dimensions;
        if (time > Positions)
            throw new ArgumentException($"{time} positions are more than the {Positions} of the model.", nameof(x));
        Tensor cos = Tensor.Of(_cos.AsSpan(0, time * half), time, 1, half),
            sin = Tensor.Of(_sin.AsSpan(0, time * half), time, 1, half);
        Tensor a = x.Slice(3, 0, half),
            b = x.Slice(3, half, half);
        Tensor left = a * cos - b * sin,
            right = b * cos + a * sin;
        return rest == 0 ? Tensor.Concat(3, left, right) : Tensor.Concat(3, left, right, x.Slice(3, Dimensions, rest));
    }

    /// <summary>Turns vectors in place, without a gradient.</summary>
    /// <param name="vectors">Vectors, as <paramref name="layout"/> says.</param>
    /// <param name="layout">Where they lie.</param>
    /// <param name="offset">The position of the first vector of each sequence.</param>
    internal void Rotate(Span<float> vectors, HeadLayout layout, int offset) =>
        RopeKernel.Rotate(vectors, layout, Dimensions, _cos, _sin, vectors, offset);
}
