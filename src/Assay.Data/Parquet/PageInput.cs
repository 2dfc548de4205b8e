using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Bytes of a file between its start and the metadata, through one buffer that all columns share.</summary>
internal sealed class PageInput(SafeFileHandle file, long end, BufferBudget budget) : IDisposable
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
            SourceFile.ReadExactly(file, _buffer.AsSpan(0, size), at);
            (_start, _length) = (at, size);
        }
        return new(_buffer, (int)(at - _start), there);
    }

    public void Dispose() => budget.Return(ref _buffer);
}
