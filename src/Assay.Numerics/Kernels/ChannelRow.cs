using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>What group and batch normalisation do to one channel of one image.</summary>
internal static class ChannelRow<V>
    where V : struct, ILanes<V>
{
    /// <summary>result = (x - mean) slope + bias.</summary>
    [MethodImpl(Compile.Apart)]
    public static void Normalise(ReadOnlySpan<float> x, float mean, float slope, float bias, Span<float> result)
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            target = ref MemoryMarshal.GetReference(result[..x.Length]);
        V center = V.Of(mean),
            factor = V.Of(slope),
            shift = V.Of(bias);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
            V.MultiplyAdd(V.Load(in source, i) - center, factor, shift).Store(ref target, i);
        for (int j = (int)i; j < x.Length; j++)
            result[j] = (x[j] - mean) * slope + bias;
    }

    /// <summary>Sums of dy and of dy (x - mean).</summary>
    [MethodImpl(Compile.Apart)]
    public static (float Sum, float Product) Sums(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, float mean)
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            above = ref MemoryMarshal.GetReference(dy[..x.Length]);
        V center = V.Of(mean),
            sums = V.Zero,
            products = V.Zero;
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
        {
            V d = V.Load(in above, i);
            sums += d;
            products = V.MultiplyAdd(d, V.Load(in source, i) - center, products);
        }
        float sum = sums.Sum(),
            product = products.Sum();
        for (int j = (int)i; j < x.Length; j++)
        {
            sum += dy[j];
            product += dy[j] * (x[j] - mean);
        }
        return (sum, product);
    }

    /// <summary>result = slope dy + tilt (x - mean) + shift.</summary>
    [MethodImpl(Compile.Apart)]
    public static void Gradient(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> dy,
        float mean,
        float slope,
        float tilt,
        float shift,
        Span<float> result
    )
    {
        ref float source = ref MemoryMarshal.GetReference(x),
            above = ref MemoryMarshal.GetReference(dy[..x.Length]),
            target = ref MemoryMarshal.GetReference(result[..x.Length]);
        V center = V.Of(mean),
            slopes = V.Of(slope),
            tilts = V.Of(tilt),
            shifts = V.Of(shift);
        nint i = 0;
        for (; i <= x.Length - V.Width; i += V.Width)
        {
            V value = V.MultiplyAdd(V.Load(in source, i) - center, tilts, shifts);
            V.MultiplyAdd(V.Load(in above, i), slopes, value).Store(ref target, i);
        }
        for (int j = (int)i; j < x.Length; j++)
            result[j] = dy[j] * slope + ((x[j] - mean) * tilt + shift);
    }
}
