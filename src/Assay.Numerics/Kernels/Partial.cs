using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>The last, incomplete vector of a span.</summary>
internal static class Partial
{
    /// <summary><paramref name="source"/>, shorter than a vector, in the first lanes and <paramref name="fill"/> in the others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Load<V>(ReadOnlySpan<float> source, float fill)
        where V : struct, ILanes<V>
    {
        Span<float> lanes = stackalloc float[V.Width];
        lanes[source.Length..].Fill(fill);
        for (int i = 0; i < source.Length; i++)
            lanes[i] = source[i];
        return V.Load(in MemoryMarshal.GetReference(lanes), 0);
    }

    /// <summary>Writes the first lanes to <paramref name="target"/>, which is shorter than a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<V>(V value, Span<float> target)
        where V : struct, ILanes<V>
    {
        Span<float> lanes = stackalloc float[V.Width];
        value.Store(ref MemoryMarshal.GetReference(lanes), 0);
        for (int i = 0; i < target.Length; i++)
            target[i] = lanes[i];
    }
}
