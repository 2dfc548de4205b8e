using System.IO.Hashing;

namespace Assay.Learning;

/// <summary>A stream that keeps nothing of what is written but its checksum (XXH128).</summary>
internal sealed class ChecksumStream : Stream
{
    private readonly XxHash128 _hash = new();

    /// <summary>The checksum of what was written so far, as 32 hexadecimal digits.</summary>
    public string Checksum => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer) => _hash.Append(buffer);

    public override void Write(byte[] buffer, int offset, int count) => _hash.Append(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
