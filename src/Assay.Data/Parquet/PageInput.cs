using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Bytes of a file between its start and the metadata, through one buffer that all columns share.</summary>
internal sealed class PageInput(SafeFileHandle file, long end, PageBudget budget) : IDisposable
{
    private const int Least = 4096;
    private byte[] _buffer = [];
    private long _start;
    private int _length;

    /// <summary>The bytes from <paramref name="at"/> on, as many as wanted or as there are; good until the next call.</summary>
    public ArraySegment<byte> Peek(long at, int wanted)
    {
        int there = (int)Math.Min(wanted, Math.Max(0, end - at));
        if (at < _start || at + there > _start + _length)
        {
            _length = 0;
            int size = (int)Math.Min(Math.Max(there, Least), Math.Max(0, end - at));
            if (size > _buffer.Length)
                budget.Rent(ref _buffer, size);
            ParquetFooter.ReadExactly(file, _buffer.AsSpan(0, size), at);
            (_start, _length) = (at, size);
        }
        return new(_buffer, (int)(at - _start), there);
    }

    public void Dispose() => budget.Return(ref _buffer);
}

/// <summary>Pooled buffers for the pages of a row group, bounded together.</summary>
/// <param name="most">Bytes that may be held at once.</param>
internal sealed class PageBudget(long most)
{
    private long _held;

    /// <summary>Makes a buffer at least that large; its content is lost.</summary>
    /// <exception cref="ParquetException">That is more than may be held; the buffer is empty then.</exception>
    public void Rent(ref byte[] buffer, int size)
    {
        Return(ref buffer);
        if (_held + size > most)
            throw new ParquetException(
                $"expected pages of at most {new ByteSize(most)} together (four times maxRow, at least 256M), found {new ByteSize(_held + size)}"
            );
        buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, size));
        _held += buffer.Length;
    }

    public void Return(ref byte[] buffer)
    {
        if (buffer.Length == 0)
            return;
        _held -= buffer.Length;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }
}
