using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>How the buffers of a batch are compressed.</summary>
internal enum ArrowCodec
{
    None = -1,
    Lz4Frame,
    Zstd,
}

/// <summary>What the buffers of a batch are read with.</summary>
/// <param name="file">The file.</param>
/// <param name="budget">Bounds what is held.</param>
/// <param name="window">Bytes of a plain buffer that are held at once, at least.</param>
internal sealed class ArrowInput(SafeFileHandle file, BufferBudget budget, int window) : IDisposable
{
    public int Window => window;

    private readonly ZstdSharp.Decompressor _zstd = new();

    public BufferBudget Budget => budget;

    public void Dispose() => _zstd.Dispose();

    public void Read(Span<byte> bytes, long at) => SourceFile.ReadExactly(file, bytes, at);

    /// <summary>Fills <paramref name="output"/> with what a compressed buffer holds.</summary>
    public void Decompress(ArrowCodec codec, ReadOnlySpan<byte> packed, Span<byte> output)
    {
        int got = output.Length;
        if (codec == ArrowCodec.Lz4Frame)
            Lz4Block.DecompressFrame(packed, output);
        else
            try
            {
                if (!_zstd.TryUnwrap(packed, output, out got))
                    got = -1;
            }
            catch (ZstdSharp.ZstdException failure)
            {
                throw new DamagedFileException($"expected Zstd data, found it damaged ({failure.Message})");
            }
        if (got != output.Length)
            throw new DamagedFileException(
                $"expected a buffer of {output.Length} bytes when decompressed, found {(got < 0 ? "more" : $"{got}")}"
            );
    }
}

/// <summary>
/// A buffer of an Arrow array. Of a plain one a window is held, which goes forward as rows are read, so that a batch may be of any
/// size; a compressed one is decompressed whole when it is first needed.
/// </summary>
internal sealed class ArrowBuffer(ArrowInput input, long start, long stored, ArrowCodec codec) : IDisposable
{
    private const int MostLz4 = 256; // bytes that one byte can become
    private byte[] _bytes = [];
    private long _from,
        _filled;
    private long _length = codec == ArrowCodec.None ? stored : -1;

    /// <summary>Whether nothing is stored, as writers have it for what need not be there.</summary>
    public bool IsEmpty => stored == 0;

    /// <summary>Bytes at a place; good until the next call.</summary>
    /// <exception cref="DamagedFileException">The buffer does not reach as far.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> At(long at, int count)
    {
        long within = at - _from;
        return within >= 0 && within + count <= _filled ? _bytes.AsSpan((int)within, count) : Load(at, count);
    }

    /// <summary>A number, counted in such numbers.</summary>
    public T At<T>(long index)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        return MemoryMarshal.Read<T>(At(index * size, size));
    }

    public bool Bit(long index) => (At(index >> 3, 1)[0] >> (int)(index & 7) & 1) != 0;

    public void Dispose() => input.Budget.Return(ref _bytes);

    private ReadOnlySpan<byte> Load(long at, int count)
    {
        if (count == 0)
            return [];
        if (_length < 0)
            Unpack();
        if (at < 0 || at > _length - count)
            throw new DamagedFileException($"expected a buffer of at least {at + count} bytes, found one of {_length}");
        if (codec == ArrowCodec.None)
        {
            int size = (int)Math.Min(Math.Max(count, input.Window), _length - at);
            _filled = 0;
            if (size > _bytes.Length)
                input.Budget.Rent(ref _bytes, size);
            input.Read(_bytes.AsSpan(0, size), start + at);
            (_from, _filled) = (at, size);
        }
        return _bytes.AsSpan((int)(at - _from), count);
    }

    /// <summary>The length when decompressed, -1 for what is stored as it is; then the data.</summary>
    private void Unpack()
    {
        Span<byte> head = stackalloc byte[8];
        if (stored == 0)
        {
            _length = 0;
            return;
        }
        if (stored < head.Length)
            throw new DamagedFileException($"expected a compressed buffer of at least 8 bytes, found {stored}");
        input.Read(head, start);
        long length = BinaryPrimitives.ReadInt64LittleEndian(head),
            packed = stored - head.Length;
        if (length < -1 || length > int.MaxValue || codec == ArrowCodec.Lz4Frame && length > MostLz4 * packed)
            throw new DamagedFileException(
                $"expected {codec} data that can become {length} bytes, found {packed} bytes of it"
            );
        if (length < 0)
        {
            input.Budget.Rent(ref _bytes, packed);
            input.Read(_bytes.AsSpan(0, (int)packed), start + head.Length);
            _filled = _length = packed;
            return;
        }
        byte[] room = [];
        try
        {
            input.Budget.Rent(ref room, packed);
            input.Budget.Rent(ref _bytes, length);
            input.Read(room.AsSpan(0, (int)packed), start + head.Length);
            input.Decompress(codec, room.AsSpan(0, (int)packed), _bytes.AsSpan(0, (int)length));
            _filled = _length = length;
        }
        finally
        {
            input.Budget.Return(ref room);
        }
    }
}
