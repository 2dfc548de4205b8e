using System.Numerics;
using System.Runtime.InteropServices;

namespace Assay.Learning;

/// <summary>The storage of every tensor: buffers of 64-byte-aligned floats, kept by size for the next tensor that needs one.</summary>
/// <remarks>
/// Sizes are rounded up by at most an eighth, so that steps of training find the buffers of the step before. A buffer
/// whose tensors were neither disposed nor made within a <see cref="TensorScope"/> is left to the garbage collector.
/// Thread-safe.
/// </remarks>
public static class TensorPool
{
    private const int StepsPerOctave = 8;
    private const long KeptFreeBytes = 64 << 20;
    private static readonly Lock Gate = new();
    private static readonly Stack<TensorBuffer>[] Free = CreateStacks();
    private static long _bytesInUse,
        _peakBytes,
        _freeBytes;

    /// <summary>Bytes of all buffers that tensors hold now.</summary>
    public static long BytesInUse => Interlocked.Read(ref _bytesInUse);

    /// <summary>The most that <see cref="BytesInUse"/> has been since the last <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Bytes of buffers that wait for another tensor.</summary>
    public static long FreeBytes => Interlocked.Read(ref _freeBytes);

    /// <summary>Starts measuring <see cref="PeakBytes"/> anew.</summary>
    public static void ResetPeak()
    {
        lock (Gate)
            _peakBytes = _bytesInUse;
    }

    /// <summary>Leaves all free buffers to the garbage collector.</summary>
    public static void Trim()
    {
        lock (Gate)
            DropFree();
    }

    internal static TensorBuffer Rent(int length)
    {
        (int sizeClass, int capacity) = SizeClass(length);
        lock (Gate)
        {
            _bytesInUse += 4L * capacity;
            _peakBytes = Math.Max(_peakBytes, _bytesInUse);
            if (Free[sizeClass].TryPop(out TensorBuffer? free))
            {
                _freeBytes -= 4L * capacity;
                free.References = 1;
                return free;
            }
            // Buffers of sizes that are no longer asked for must not add up: a new phase of work starts from none.
            if (_freeBytes > KeptFreeBytes + _bytesInUse / 2)
                DropFree();
        }
        return new(capacity, sizeClass);
    }

    internal static void Return(TensorBuffer buffer)
    {
        lock (Gate)
        {
            _bytesInUse -= 4L * buffer.Capacity;
            _freeBytes += 4L * buffer.Capacity;
            Free[buffer.SizeClass].Push(buffer);
        }
    }

    /// <summary>A buffer was found to be garbage while tensors held it.</summary>
    internal static void Lose(TensorBuffer buffer)
    {
        lock (Gate)
            _bytesInUse -= 4L * buffer.Capacity;
    }

    /// <summary>The class of a length, and the floats that buffers of the class hold.</summary>
    internal static (int Class, int Capacity) SizeClass(int length)
    {
        const int smallest = 128;
        if (length <= smallest)
        {
            int sixteens = Math.Max(1, (length + 15) / 16);
            return (sixteens - 1, sixteens * 16);
        }
        int octave = BitOperations.Log2((uint)(length - 1));
        int step = 1 << (octave - 3);
        int steps = (length - (1 << octave) + step - 1) / step;
        long capacity = (1L << octave) + (long)steps * step;
        return ((octave - 6) * StepsPerOctave + steps - 1, (int)Math.Min(capacity, Array.MaxLength - 64));
    }

    private static void DropFree()
    {
        foreach (Stack<TensorBuffer> stack in Free)
        {
            foreach (TensorBuffer buffer in stack)
                GC.SuppressFinalize(buffer);
            stack.Clear();
        }
        _freeBytes = 0;
    }

    private static Stack<TensorBuffer>[] CreateStacks()
    {
        Stack<TensorBuffer>[] stacks = new Stack<TensorBuffer>[32 * StepsPerOctave];
        for (int i = 0; i < stacks.Length; i++)
            stacks[i] = new();
        return stacks;
    }
}

/// <summary>A piece of memory that one or several tensors show.</summary>
internal sealed class TensorBuffer
{
    private const int Alignment = 64;

    public TensorBuffer(int capacity, int sizeClass)
    {
        Capacity = capacity;
        SizeClass = sizeClass;
        Array = GC.AllocateUninitializedArray<float>(capacity + Alignment / sizeof(float), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(Array, 0);
        Start = (int)((Alignment - address % Alignment) % Alignment) / sizeof(float);
        References = 1;
    }

    // The memory itself may still be in a span that outlives its tensor, so only the books are put right here.
    ~TensorBuffer()
    {
        if (References > 0)
            TensorPool.Lose(this);
    }

    public float[] Array { get; }

    /// <summary>Where the aligned floats start.</summary>
    public int Start { get; }

    public int Capacity { get; }

    public int SizeClass { get; }

    /// <summary>Number of tensors that show this buffer.</summary>
    public int References;

    public void Release()
    {
        if (Interlocked.Decrement(ref References) == 0)
            TensorPool.Return(this);
    }
}
