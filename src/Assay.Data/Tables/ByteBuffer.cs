using System.Buffers;
using System.Runtime.InteropServices;

namespace Assay.Data;

/// <summary>Bytes that grow at the end, in a pooled array.</summary>
internal sealed class ByteBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _array = [];

    public int Length { get; private set; }

    public Span<byte> Span => _array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>At least <paramref name="size"/> bytes behind the end, to be filled and then taken by <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int size)
    {
        if (size > _array.Length - Length)
            Grow(size);
        return _array.AsSpan(Length);
    }

    public void Advance(int size) => Length += size;

    public Span<byte> GetSpan(int sizeHint = 0) => Reserve(Math.Max(sizeHint, 256));

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 256));
        return _array.AsMemory(Length);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Append<T>(T value)
        where T : unmanaged
    {
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        MemoryMarshal.Write(Reserve(size), value);
        Length += size;
    }

    public void AppendZeros(int size)
    {
        Reserve(size)[..size].Clear();
        Length += size;
    }

    public void Truncate(int length) => Length = length;

    public void Dispose()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        Length = 0;
    }

    private void Grow(int size)
    {
        long needed = (long)Length + size;
        if (needed > Array.MaxLength)
            throw new InvalidOperationException("More than 2 GB in one column of one table.");
        byte[] larger = ArrayPool<byte>.Shared.Rent(
            (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _array.Length))
        );
        Span.CopyTo(larger);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
