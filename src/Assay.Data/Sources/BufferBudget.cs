using System.Buffers;

namespace Assay.Data;

/// <summary>Pooled buffers for what is read of a file at once, bounded together.</summary>
/// <param name="what">What they hold, for the message.</param>
/// <param name="maxRow">The longest row, which bounds them.</param>
internal sealed class BufferBudget(string what, ByteSize maxRow)
{
    private readonly long _most = Math.Max(256L << 20, 4 * maxRow.Bytes);
    private long _held;

    /// <summary>Makes a buffer at least that large; its content is lost.</summary>
    /// <exception cref="DamagedFileException">That is more than may be held; the buffer is empty then.</exception>
    public void Rent(ref byte[] buffer, long size)
    {
        Return(ref buffer);
        if (_held + size > _most)
            throw new DamagedFileException(
                $"expected {what} of at most {new ByteSize(_most)} together (four times maxRow, at least 256M), found {new ByteSize(_held + size)}"
            );
        buffer = ArrayPool<byte>.Shared.Rent((int)Math.Max(1, size));
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
