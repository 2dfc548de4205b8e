using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>Reductions of one row, in an order that depends on its length only.</summary>
internal static class Row
{
    /// <summary>The largest; -infinity of none. Where one is NaN any of them: what is then exponentiated becomes NaN by itself.</summary>
    [MethodImpl(Compile.Apart)]
    public static float Max<V>(ReadOnlySpan<float> x)
        where V : struct, ILanes<V>
    {
        ref float start = ref MemoryMarshal.GetReference(x);
        V a = V.Of(float.NegativeInfinity),
            b = a;
        nint i = 0;
        for (; i <= x.Length - 2 * V.Width; i += 2 * V.Width)
        {
            a = V.Max(a, V.Load(in start, i));
            b = V.Max(b, V.Load(in start, i + V.Width));
        }
        for (; i <= x.Length - V.Width; i += V.Width)
            a = V.Max(a, V.Load(in start, i));
        float largest = V.Max(a, b).Largest();
        for (; i < x.Length; i++)
            largest = MathF.Max(largest, x[(int)i]);
        return largest;
    }

    [MethodImpl(Compile.Apart)]
    public static float Sum<V>(ReadOnlySpan<float> x)
        where V : struct, ILanes<V>
    {
        ref float start = ref MemoryMarshal.GetReference(x);
        V a = V.Zero,
            b = V.Zero;
        nint i = 0;
        for (; i <= x.Length - 2 * V.Width; i += 2 * V.Width)
        {
            a += V.Load(in start, i);
            b += V.Load(in start, i + V.Width);
        }
        for (; i <= x.Length - V.Width; i += V.Width)
            a += V.Load(in start, i);
        float sum = (a + b).Sum();
        for (; i < x.Length; i++)
            sum += x[(int)i];
        return sum;
    }

    [MethodImpl(Compile.Apart)]
    public static float Dot<V>(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where V : struct, ILanes<V>
    {
        ref float first = ref MemoryMarshal.GetReference(x),
            second = ref MemoryMarshal.GetReference(y[..x.Length]);
        V a = V.Zero,
            b = V.Zero;
        nint i = 0;
        for (; i <= x.Length - 2 * V.Width; i += 2 * V.Width)
        {
            a = V.MultiplyAdd(V.Load(in first, i), V.Load(in second, i), a);
            b = V.MultiplyAdd(V.Load(in first, i + V.Width), V.Load(in second, i + V.Width), b);
        }
        for (; i <= x.Length - V.Width; i += V.Width)
            a = V.MultiplyAdd(V.Load(in first, i), V.Load(in second, i), a);
        float sum = (a + b).Sum();
        for (; i < x.Length; i++)
            sum += x[(int)i] * y[(int)i];
        return sum;
    }

    /// <summary>Sum of (x - mean)^2.</summary>
    [MethodImpl(Compile.Apart)]
    public static float SquaresAround<V>(ReadOnlySpan<float> x, float mean)
        where V : struct, ILanes<V>
    {
        ref float start = ref MemoryMarshal.GetReference(x);
        V a = V.Zero,
            b = V.Zero,
            center = V.Of(mean);
        nint i = 0;
        for (; i <= x.Length - 2 * V.Width; i += 2 * V.Width)
        {
            V left = V.Load(in start, i) - center,
                right = V.Load(in start, i + V.Width) - center;
            a = V.MultiplyAdd(left, left, a);
            b = V.MultiplyAdd(right, right, b);
        }
        for (; i <= x.Length - V.Width; i += V.Width)
        {
            V left = V.Load(in start, i) - center;
            a = V.MultiplyAdd(left, left, a);
        }
        float sum = (a + b).Sum();
        for (; i < x.Length; i++)
            sum += (x[(int)i] - mean) * (x[(int)i] - mean);
        return sum;
    }

    /// <summary>Sum of e^(x - shift).</summary>
    [MethodImpl(Compile.Apart)]
    public static float SumExp<V>(ReadOnlySpan<float> x, float shift)
        where V : struct, ILanes<V>
    {
        ref float start = ref MemoryMarshal.GetReference(x);
        V sum = V.Zero,
            offset = V.Of(shift);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
            sum += VectorMath.Exp(V.Load(in start, i) - offset);
        if (i < x.Length)
            sum += VectorMath.Exp(Partial.Load<V>(x[(int)i..], float.NegativeInfinity) - offset);
        return sum.Sum();
    }

    /// <summary>result = scale e^(x - shift), and the sum of it.</summary>
    [MethodImpl(Compile.Apart)]
    public static float Exp<V>(ReadOnlySpan<float> x, float shift, float scale, Span<float> result)
        where V : struct, ILanes<V>
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            target = ref MemoryMarshal.GetReference(result[..x.Length]);
        V sum = V.Zero,
            offset = V.Of(shift),
            factor = V.Of(scale);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
        {
            V value = factor * VectorMath.Exp(V.Load(in source, i) - offset);
            value.Store(ref target, i);
            sum += value;
        }
        if (i < x.Length)
        {
            V value = factor * VectorMath.Exp(Partial.Load<V>(x[(int)i..], float.NegativeInfinity) - offset);
            Partial.Store(value, result[(int)i..x.Length]);
            sum += value;
        }
        return sum.Sum();
    }

    /// <summary>result = scale x + shift.</summary>
    [MethodImpl(Compile.Apart)]
    public static void Affine<V>(ReadOnlySpan<float> x, float scale, float shift, Span<float> result)
        where V : struct, ILanes<V>
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            target = ref MemoryMarshal.GetReference(result[..x.Length]);
        V factor = V.Of(scale),
            offset = V.Of(shift);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
            V.MultiplyAdd(V.Load(in source, i), factor, offset).Store(ref target, i);
        for (; i < x.Length; i++)
            result[(int)i] = x[(int)i] * scale + shift;
    }

    /// <summary>result += x.</summary>
    [MethodImpl(Compile.Apart)]
    public static void Add<V>(ReadOnlySpan<float> x, Span<float> result)
        where V : struct, ILanes<V>
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            target = ref MemoryMarshal.GetReference(result[..x.Length]);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
            (V.Load(in target, i) + V.Load(in source, i)).Store(ref target, i);
        for (; i < x.Length; i++)
            result[(int)i] += x[(int)i];
    }
}
