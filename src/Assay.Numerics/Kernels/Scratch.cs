using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>Aligned memory of the current thread for the insides of one kernel: it is kept, and grows to the largest demand.</summary>
internal static unsafe class Scratch
{
    private const int Alignment = 64; // bytes: a cache line

    [ThreadStatic]
    private static float[]? _memory;

    /// <summary><paramref name="count"/> floats of any value, valid until the thread's next call.</summary>
    public static float* Take(int count)
    {
        if (_memory is null || _memory.Length < count + Alignment / sizeof(float))
            _memory = GC.AllocateUninitializedArray<float>(checked(count + count / 4 + Alignment), pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref _memory[0]); // pinned for good
        return (float*)((start + Alignment - 1) & -Alignment);
    }
}
