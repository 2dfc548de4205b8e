using Assay.Numerics;

namespace Assay.Learning;

// First-order rules in one pass over memory: the gradient of the output and the saved tensor (input x or output y, as the
// rule says) give the gradient of the input. The same rules in tensor operations are in UnaryOperationNode.

internal readonly struct SqrtGradient : IBinaryMap
{
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * V.Of(0.5f) / y;
}

internal readonly struct ReciprocalGradient : IBinaryMap
{
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => V.Zero - g * y * y;
}

internal readonly struct SquareGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * (x + x);
}

internal readonly struct AbsGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * SignOf.Of(x);
}

internal readonly struct TanhGradient : IBinaryMap
{
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * (V.Of(1) - y * y);
}

internal readonly struct SigmoidGradient : IBinaryMap
{
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => g * (y * (V.Of(1) - y));
}

/// <summary>From the output: it is above 0 where the input is.</summary>
internal readonly struct ReluGradient : IBinaryMap
{
    public static V Of<V>(V g, V y)
        where V : struct, ILanes<V> => V.Select(V.Less(V.Zero, y), g, V.Zero);
}

internal readonly struct NormalCdfGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * NormalCdfOf.Density(x);
}

internal readonly struct GeluGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * V.MultiplyAdd(x, NormalCdfOf.Density(x), NormalCdfOf.Of(x));
}

/// <summary>With s = sigmoid(2 u): d(x s)/dx = s + x s (1 - s) 2 u', where u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2).</summary>
internal readonly struct GeluTanhGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V>
    {
        V s = GeluTanhOf.Logistic(x);
        V slope = V.MultiplyAdd(x * x, V.Of(3 * GeluTanhOf.Cubic), V.Of(1)) * V.Of(2 * GeluTanhOf.Scale);
        return g * V.MultiplyAdd(x * s * (V.Of(1) - s), slope, s);
    }
}

internal readonly struct SiluGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V>
    {
        V s = VectorMath.Sigmoid(x);
        return g * V.MultiplyAdd(x * s, V.Of(1) - s, s);
    }
}

internal readonly struct SoftplusGradient : IBinaryMap
{
    public static V Of<V>(V g, V x)
        where V : struct, ILanes<V> => g * VectorMath.Sigmoid(x);
}
