using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>The sigmoid-weighted linear unit x / (1 + e^-x), also called swish.</summary>
/// <remarks>Elfwing, Uchibe and Doya (2017). Elementwise; results do not depend on threads.</remarks>
public static class SiluKernel
{
    /// <summary>result = x sigmoid(x).</summary>
    /// <param name="x">Any floats.</param>
    /// <param name="result">Receives as many; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Forward(ReadOnlySpan<float> x, Span<float> result) => Map.Run<Value>(x, result);

    /// <summary>dx = dy sigmoid(x) (1 + x (1 - sigmoid(x))).</summary>
    /// <param name="x">The input of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">As many.</param>
    /// <param name="gradient">Receives dx; may be either input.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> outputGradient, Span<float> gradient) =>
        Map.Run2<Gradient>(x, outputGradient, gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Slope<V>(V x, V sigmoid)
        where V : struct, ILanes<V> => V.MultiplyAdd(x * sigmoid, V.Of(1) - sigmoid, sigmoid);

    private readonly struct Value : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => x * VectorMath.Sigmoid(x);
    }

    private readonly struct Gradient : IMap2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x, V y)
            where V : struct, ILanes<V> => y * Slope(x, VectorMath.Sigmoid(x));
    }
}
