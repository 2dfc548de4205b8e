using System.Runtime.CompilerServices;
using Assay.Numerics;

namespace Assay.Learning;

internal readonly struct AddOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => x + y;
}

internal readonly struct SubtractOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => x - y;
}

internal readonly struct MultiplyOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => x * y;
}

internal readonly struct DivideOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => x / y;
}

internal readonly struct MaximumOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Max(x, y);
}

internal readonly struct MinimumOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Zero - V.Max(V.Zero - x, V.Zero - y);
}

internal readonly struct LessOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Select(V.Less(x, y), V.Of(1), V.Zero);
}

internal readonly struct AtMostOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Select(V.AtMost(x, y), V.Of(1), V.Zero);
}

internal readonly struct EqualOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Select(V.AtMost(x, y), V.Select(V.AtMost(y, x), V.Of(1), V.Zero), V.Zero);
}

/// <summary>x where the mask y is not 0; 0 elsewhere, also where x is infinite or NaN.</summary>
internal readonly struct MaskOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Select(V.Less(V.Zero, V.Abs(y)), x, V.Zero);
}

/// <summary>x where the mask y is 0; 0 elsewhere.</summary>
internal readonly struct InverseMaskOf : IMap2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, V y)
        where V : struct, ILanes<V> => V.Select(V.Less(V.Zero, V.Abs(y)), V.Zero, x);
}

internal readonly struct ExpOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => VectorMath.Exp(x);
}

internal readonly struct LogOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => VectorMath.Log(x);
}

internal readonly struct SqrtOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.Sqrt(x);
}

internal readonly struct ReciprocalOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.Of(1) / x;
}

internal readonly struct SquareOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => x * x;
}

internal readonly struct AbsOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.Abs(x);
}

/// <summary>-1, 0 or 1.</summary>
internal readonly struct SignOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.Select(V.Less(V.Zero, V.Abs(x)), V.CopySign(V.Of(1), x), V.Zero);
}

internal readonly struct TanhOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => VectorMath.Tanh(x);
}

internal readonly struct SigmoidOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => VectorMath.Sigmoid(x);
}

internal readonly struct ReluOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.Max(x, V.Zero);
}

/// <summary>Phi(x), the distribution function of the standard normal distribution, as (1 + erf(x / sqrt 2)) / 2.</summary>
internal readonly struct NormalCdfOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> => V.MultiplyAdd(VectorMath.Erf(x * V.Of(0.70710678f)), V.Of(0.5f), V.Of(0.5f));

    /// <summary>Its derivative, the density.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Density<V>(V x)
        where V : struct, ILanes<V> => VectorMath.Exp(x * x * V.Of(-0.5f)) * V.Of(0.39894228f);
}

/// <summary>ln(1 + e^x).</summary>
internal readonly struct SoftplusOf : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V>
    {
        // ln(1 + e) with the rounding of 1 + e undone (Kahan): ln(s) e / (s - 1) with s = 1 + e.
        V e = VectorMath.Exp(V.Zero - V.Abs(x)),
            sum = V.Of(1) + e,
            rounded = sum - V.Of(1);
        V tail = V.Select(V.Less(V.Zero, rounded), VectorMath.Log(sum) * (e / rounded), e);
        return V.Max(x, V.Zero) + tail;
    }
}

/// <summary>lambda x, and lambda alpha (e^x - 1) below 0.</summary>
internal readonly struct SeluOf : IMap
{
    /// <summary>lambda: the slope above 0.</summary>
    public const float Slope = 1.05070099f;

    /// <summary>lambda alpha: how far below 0 it can go.</summary>
    public const float Depth = 1.75809934f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x)
        where V : struct, ILanes<V> =>
        V.Select(
            V.Less(V.Zero, x),
            x * V.Of(Slope),
            (VectorMath.Exp(V.Zero - V.Max(V.Zero - x, V.Zero)) - V.Of(1)) * V.Of(Depth)
        );
}
