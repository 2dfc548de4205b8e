using System.IO.Hashing;

namespace Assay.Data;

/// <summary>
/// The bytes of a member of an archive as they were stored into it: its first ones can be looked at beforehand, its checksum is checked
/// at the end, and what all members of the archive unpack to is bounded.
/// </summary>
internal sealed class MemberContent(Stream content, ArchiveBudget budget, uint? checksum) : ForwardStream
{
    private readonly Crc32? _sum = checksum is null ? null : new();
    private byte[] _start = [];
    private int _taken;

    /// <summary>What goes when the content does.</summary>
    public IDisposable? Owner { get; init; }

    /// <summary>The first bytes, which are read again afterwards.</summary>
    /// <exception cref="InvalidDataException">They cannot be unpacked.</exception>
    public ReadOnlySpan<byte> Peek(int count)
    {
        byte[] start = new byte[count];
        int length = 0;
        for (int got; length < count && (got = Take(start.AsSpan(length))) > 0; )
            length += got;
        _start = start[..length];
        return _start;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_taken == _start.Length)
            return Take(buffer);
        int got = Math.Min(buffer.Length, _start.Length - _taken);
        _start.AsSpan(_taken, got).CopyTo(buffer);
        _taken += got;
        return got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Owner?.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        int got = content.Read(buffer);
        budget.Spend(got);
        _sum?.Append(buffer[..got]);
        if (got == 0 && !buffer.IsEmpty && _sum is not null && _sum.GetCurrentHashAsUInt32() != checksum)
            throw new InvalidDataException("its checksum is wrong");
        return got;
    }
}

/// <summary>What an archive may unpack to: far more than text does is a trap.</summary>
/// <param name="stored">Bytes of the archive.</param>
internal sealed class ArchiveBudget(long stored)
{
    private const int MostRatio = 300;
    private const long Least = 1L << 30;
    private long _left = Math.Max(Least, MostRatio * Math.Min(stored, long.MaxValue / MostRatio));

    /// <exception cref="InvalidDataException">It is used up.</exception>
    public void Spend(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw new InvalidDataException(
                $"the archive unpacks to more than {MostRatio} times its size (and 1 GiB), as only files do that are made to fill disks"
            );
    }
}
