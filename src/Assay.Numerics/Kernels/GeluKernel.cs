using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>The Gaussian error linear unit, x times the normal distribution function at x, and its tanh approximation.</summary>
/// <remarks>Hendrycks and Gimpel (2016). Elementwise; results do not depend on threads.</remarks>
public static class GeluKernel
{
    private const float Slope = 1.5957691216057308f; // 2 sqrt(2 / pi)
    private const float Cubic = 0.044715f;

    /// <summary>result = x (1 + erf(x / sqrt 2)) / 2.</summary>
    /// <param name="x">Any floats.</param>
    /// <param name="result">Receives as many; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Forward(ReadOnlySpan<float> x, Span<float> result) => Map.Run<Exact>(x, result);

    /// <summary>dx = dy times the slope of <see cref="Forward"/> at x.</summary>
    /// <param name="x">The input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">As many.</param>
    /// <param name="gradient">Receives dx; may be either input.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> outputGradient, Span<float> gradient) =>
        Map.Run2<ExactGradient>(x, outputGradient, gradient);

    /// <summary>result = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: the form of GPT-2.</summary>
    /// <inheritdoc cref="Forward"/>
    public static void TanhForward(ReadOnlySpan<float> x, Span<float> result) => Map.Run<Approximate>(x, result);

    /// <summary>dx = dy times the slope of <see cref="TanhForward"/> at x.</summary>
    /// <inheritdoc cref="Backward"/>
    public static void TanhBackward(ReadOnlySpan<float> x, ReadOnlySpan<float> outputGradient, Span<float> gradient) =>
        Map.Run2<ApproximateGradient>(x, outputGradient, gradient);

    private readonly struct Exact : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V>
        {
            V half = x * V.Of(0.5f);
            return V.MultiplyAdd(half, VectorMath.Erf(x * V.Of(0.70710678f)), half);
        }
    }

    private readonly struct ExactGradient : IMap2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x, V y)
            where V : struct, ILanes<V>
        {
            V half = V.Of(0.5f);
            V distribution = V.MultiplyAdd(half, VectorMath.Erf(x * V.Of(0.70710678f)), half);
            V density = V.Of(0.39894228f) * VectorMath.Exp(V.Of(-0.5f) * x * x);
            return y * V.MultiplyAdd(x, density, distribution);
        }
    }

    // (1 + tanh u) / 2 is the sigmoid of 2 u.
    private readonly struct Approximate : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V>
        {
            V slope = V.MultiplyAdd(x * x, V.Of(Slope * Cubic), V.Of(Slope));
            return x * VectorMath.Sigmoid(x * slope);
        }
    }

    private readonly struct ApproximateGradient : IMap2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x, V y)
            where V : struct, ILanes<V>
        {
            V square = x * x;
            V sigmoid = VectorMath.Sigmoid(x * V.MultiplyAdd(square, V.Of(Slope * Cubic), V.Of(Slope)));
            V inner = x * V.MultiplyAdd(square, V.Of(3 * Slope * Cubic), V.Of(Slope));
            return y * V.MultiplyAdd(inner * sigmoid, V.Of(1) - sigmoid, sigmoid);
        }
    }
}
