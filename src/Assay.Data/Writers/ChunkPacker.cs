using System.IO.Compression;

namespace Assay.Data;

/// <summary>Makes the bytes of a file out of chunks of serialized rows.</summary>
internal abstract class ChunkPacker
{
    /// <summary>What stands before the first chunk.</summary>
    public abstract byte[] Start();

    /// <summary>The bytes to write for a chunk that is not empty, or null for those of the chunk itself; called by many threads.</summary>
    public abstract byte[]? Pack(int index, ByteBuffer chunk);

    /// <summary>What stands behind the last chunk.</summary>
    public virtual byte[] End() => [];
}

/// <summary>
/// Chunks of lines as they are or, by the name of the file, compressed: each to a gzip member or Zstandard frame of its own, which
/// together make one file.
/// </summary>
internal sealed class LinePacker(string path, byte[] header, bool isEmpty) : ChunkPacker
{
    private readonly bool _isGzip = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
    private readonly bool _isZstd = path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);

    public override byte[] Start()
    {
        // A compressed file without rows is an empty member, not no bytes.
        if (header.Length == 0 && !isEmpty)
            return [];
        using ByteBuffer chunk = new();
        chunk.Append(header);
        return Pack(0, chunk) ?? header;
    }

    public override byte[]? Pack(int index, ByteBuffer chunk)
    {
        if (!_isGzip && !_isZstd)
            return null;
        // The runtime's packer makes no bytes at all of none; readers expect a member.
        if (_isGzip && chunk.Length == 0)
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        using MemoryStream packed = new();
        using (
            Stream packer = _isGzip
                ? new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)
                : new ZstdSharp.CompressionStream(packed, leaveOpen: true)
        )
            packer.Write(chunk.Span);
        return packed.ToArray();
    }
}
