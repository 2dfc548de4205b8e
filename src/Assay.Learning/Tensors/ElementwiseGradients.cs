using System.Runtime.CompilerServices;
using Assay.Numerics;

namespace Assay.Learning;

// First-order rules in one pass over memory: the gradient of the output and the saved tensor (input x or output y, as the
// rule says) give the gradient of the input. The same rules in tensor operations are in UnaryOperationNode.

internal readonly struct SqrtGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * V.Of(0.5f) / y;
}

internal readonly struct ReciprocalGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => V.Zero - g * y * y;
}

internal readonly struct SquareGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * (x + x);
}

internal readonly struct AbsGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * SignOf.Of(x);
}

internal readonly struct TanhGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * (V.Of(1) - y * y);
}

internal readonly struct SigmoidGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * (y * (V.Of(1) - y));
}

/// <summary>From the output: it is above 0 where the input is.</summary>
internal readonly struct ReluGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => V.Select(V.Less(V.Zero, y), g, V.Zero);
}

internal readonly struct NormalCdfGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * NormalCdfOf.Density(x);
}

internal readonly struct SoftplusGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * VectorMath.Sigmoid(x);
}

/// <summary>From the output: it is above 0 where the input is, and its slope below is the output plus its depth.</summary>
internal readonly struct SeluGradient : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * V.Select(V.Less(V.Zero, y), V.Of(SeluOf.Slope), y + V.Of(SeluOf.Depth));
}
