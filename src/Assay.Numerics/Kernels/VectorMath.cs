using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>Exponentials and their kin over spans of floats, several at a time.</summary>
/// <remarks>
/// Polynomials fitted by us (least squares, weights moved towards the least maximal relative error), evaluated with fused
/// multiplication where the processor has it. Errors stated are the largest relative ones seen over a dense sweep of all
/// exponents, as tests assert. Each element depends on its own value only, so how a span is cut does not matter.
/// </remarks>
public static class VectorMath
{
    private const float Largest = 88.72284f; // ln of the largest float
    private const float Smallest = -87.33654f; // ln of the smallest normal float

    /// <summary>e^x with relative error below 2e-7; 0 below the smallest normal float, infinity above the largest, NaN of NaN.</summary>
    /// <param name="x">Any floats.</param>
    /// <param name="result">Receives as many; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Exp(ReadOnlySpan<float> x, Span<float> result) => Map.Run<ExpOf>(x, result);

    /// <summary>ln x with relative error below 2e-7; -infinity of 0, NaN of negative numbers.</summary>
    /// <inheritdoc cref="Exp(ReadOnlySpan{float}, Span{float})"/>
    public static void Log(ReadOnlySpan<float> x, Span<float> result) => Map.Run<LogOf>(x, result);

    /// <summary>tanh x with relative error below 3e-7.</summary>
    /// <inheritdoc cref="Exp(ReadOnlySpan{float}, Span{float})"/>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> result) => Map.Run<TanhOf>(x, result);

    /// <summary>1 / (1 + e^-x) with relative error below 3e-7; 0 below -88.7.</summary>
    /// <inheritdoc cref="Exp(ReadOnlySpan{float}, Span{float})"/>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> result) => Map.Run<SigmoidOf>(x, result);

    /// <summary>The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x, with relative error below 3e-7.</summary>
    /// <inheritdoc cref="Exp(ReadOnlySpan{float}, Span{float})"/>
    public static void Erf(ReadOnlySpan<float> x, Span<float> result) => Map.Run<ErfOf>(x, result);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Exp<V>(V x)
        where V : struct, ILanes<V>
    {
        // x = n ln 2 + r; the float 1.5 x 2^23 + n holds n in its lowest bits.
        V shift = V.Of(12582912f);
        V magic = V.MultiplyAdd(x, V.Of(1.44269504f), shift);
        V n = magic - shift;
        V r = V.MultiplyAdd(n, V.Of(-0.693145752f), x); // the leading 15 bits of ln 2, so that n times it is exact
        r = V.MultiplyAdd(n, V.Of(-1.42860677e-6f), r);
        V p = V.MultiplyAdd(r, V.Of(0.00139504916f), V.Of(0.0083688898f));
        p = V.MultiplyAdd(p, r, V.Of(0.041666206f));
        p = V.MultiplyAdd(p, r, V.Of(0.166665182f));
        p = V.MultiplyAdd(p, r, V.Of(0.5f));
        p = V.MultiplyAdd(p, r * r, r) + V.Of(1);
        V result = V.ScaleByPower(p, magic);
        result = V.Select(V.Less(x, V.Of(Smallest)), V.Zero, result);
        return V.Select(V.AtMost(x, V.Of(Largest)), result, x * V.Of(float.PositiveInfinity));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Log<V>(V x)
        where V : struct, ILanes<V>
    {
        V isTiny = V.Less(x, V.Of(1.17549435e-38f)); // below the smallest normal float
        V scaled = V.Select(isTiny, x * V.Of(8388608f), x);
        (V exponent, V mantissa) = V.Split(scaled);
        exponent -= V.Select(isTiny, V.Of(23), V.Zero);
        V f = mantissa - V.Of(1);
        V p = V.MultiplyAdd(f, V.Of(0.0674772859f), V.Of(-0.116775155f));
        p = V.MultiplyAdd(p, f, V.Of(0.118886977f));
        p = V.MultiplyAdd(p, f, V.Of(-0.124053404f));
        p = V.MultiplyAdd(p, f, V.Of(0.142194524f));
        p = V.MultiplyAdd(p, f, V.Of(-0.166680053f));
        p = V.MultiplyAdd(p, f, V.Of(0.200021237f));
        p = V.MultiplyAdd(p, f, V.Of(-0.250000089f));
        p = V.MultiplyAdd(p, f, V.Of(0.333333135f));
        V square = f * f;
        V small = V.MultiplyAdd(exponent, V.Of(1.42860677e-6f), p * square * f);
        small = V.MultiplyAdd(square, V.Of(-0.5f), small);
        V result = V.MultiplyAdd(exponent, V.Of(0.693145752f), f + small);
        V infinity = V.Of(float.PositiveInfinity);
        result = V.Select(V.Less(x, infinity), result, x); // infinity and NaN
        V notPositive = V.Select(V.Less(x, V.Zero), V.Of(float.NaN), V.Zero - infinity);
        return V.Select(V.AtMost(x, V.Zero), notPositive, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tanh<V>(V x)
        where V : struct, ILanes<V>
    {
        V size = V.Abs(x),
            square = x * x;
        V p = V.MultiplyAdd(square, V.Of(-0.00571704563f), V.Of(0.020650588f));
        p = V.MultiplyAdd(p, square, V.Of(-0.0537434965f));
        p = V.MultiplyAdd(p, square, V.Of(0.133314908f));
        p = V.MultiplyAdd(p, square, V.Of(-0.333332837f));
        V near = V.MultiplyAdd(p * square, x, x);
        V one = V.Of(1);
        V far = one - V.Of(2) / (Exp(size + size) + one);
        return V.Select(V.Less(size, V.Of(0.625f)), near, V.CopySign(far, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Sigmoid<V>(V x)
        where V : struct, ILanes<V> => V.Of(1) / (V.Of(1) + Exp(V.Zero - x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Erf<V>(V x)
        where V : struct, ILanes<V>
    {
        V size = V.Abs(x),
            square = x * x;
        V p = V.MultiplyAdd(square, V.Of(7.85389639e-5f), V.Of(-0.000801020535f));
        p = V.MultiplyAdd(p, square, V.Of(0.00518832915f));
        p = V.MultiplyAdd(p, square, V.Of(-0.0268538129f));
        p = V.MultiplyAdd(p, square, V.Of(0.112835854f));
        p = V.MultiplyAdd(p, square, V.Of(-0.37612626f));
        p = V.MultiplyAdd(p, square, V.Of(1.12837911f));
        V near = p * x;
        // ln(1 - erf) from 1 to 4, where 1 - erf falls below half a unit in the last place of 1
        V q = V.MultiplyAdd(size, V.Of(-2.16864228e-5f), V.Of(0.0004413313f));
        q = V.MultiplyAdd(q, size, V.Of(-0.00420453679f));
        q = V.MultiplyAdd(q, size, V.Of(0.0252081882f));
        q = V.MultiplyAdd(q, size, V.Of(-0.108418465f));
        q = V.MultiplyAdd(q, size, V.Of(-0.633220017f));
        q = V.MultiplyAdd(q, size, V.Of(-1.12957835f));
        q = V.MultiplyAdd(q, size, V.Of(0.000188028658f));
        V far = V.Select(V.Less(V.Of(4), size), V.Of(1), V.Of(1) - Exp(q));
        return V.Select(V.Less(size, V.Of(1)), near, V.CopySign(far, x));
    }

    private readonly struct ExpOf : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => Exp(x);
    }

    private readonly struct LogOf : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => Log(x);
    }

    private readonly struct TanhOf : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => Tanh(x);
    }

    private readonly struct SigmoidOf : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => Sigmoid(x);
    }

    private readonly struct ErfOf : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => Erf(x);
    }
}
