using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>Memory of the calling thread that <see cref="Gemm"/> packs into, apart from that of kernels which call it; it is kept.</summary>
internal static unsafe class GemmBuffers
{
    private const int Alignment = 64 / sizeof(float);

    [ThreadStatic]
    private static float[]? shared;

    [ThreadStatic]
    private static float[]? own;

    /// <summary>Room for what the pieces of a loop read, filled by its caller; valid until the thread asks again.</summary>
    public static float* Shared(nint length) => Of(ref shared, length);

    /// <summary>Room for what a piece needs for itself; valid until the thread asks again.</summary>
    public static float* Own(nint length) => Of(ref own, length);

    private static float* Of(ref float[]? buffer, nint length)
    {
        if (buffer is null || buffer.Length < length + Alignment)
            buffer = GC.AllocateUninitializedArray<float>((int)(length + length / 4 + Alignment), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);
        return (float*)((address + 63) & ~63);
    }
}
