using System.IO.Compression;

namespace Assay.Data;

/// <summary>The decompressed content of a gzip file of one member or several, which notices when the file was cut short.</summary>
/// <remarks>
/// The runtime's <see cref="GZipStream"/> takes a truncated file for a whole one. So when it says that the file is at its
/// end, it is given one more member, a known byte: only at the end of a whole member does exactly that byte come out.
/// </remarks>
internal sealed class GzipContent : ForwardStream
{
    private const byte Known = (byte)'!';
    private static readonly byte[] KnownMember = MakeKnownMember();
    private readonly Input _input;
    private readonly GZipStream _gzip;
    private bool _ended;

    public GzipContent(Stream file)
    {
        _input = new(file);
        _gzip = new(_input, CompressionMode.Decompress);
    }

    /// <exception cref="InvalidDataException">The file is damaged or truncated; all that can be read was read before.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_ended)
            return 0;
        int got = _gzip.Read(buffer);
        if (got > 0 || buffer.IsEmpty)
            return got;
        _ended = true;
        _input.AppendKnownMember();
        Span<byte> rest = stackalloc byte[2];
        int length = _gzip.ReadAtLeast(rest, 2, throwOnEndOfStream: false);
        return length == 1 && rest[0] == Known
            ? 0
            : throw new InvalidDataException(
                "the file ends in the middle of a gzip member, or something else follows the last one"
            );
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] MakeKnownMember()
    {
        using MemoryStream member = new();
        using (GZipStream packer = new(member, CompressionLevel.Fastest, leaveOpen: true))
            packer.WriteByte(Known);
        return member.ToArray();
    }

    /// <summary>The file, and behind it, once asked for, the known member.</summary>
    private sealed class Input(Stream file) : ForwardStream
    {
        private MemoryStream? _known;

        public void AppendKnownMember() => _known = new(KnownMember, writable: false);

        public override int Read(Span<byte> buffer) => _known?.Read(buffer) ?? file.Read(buffer);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                file.Dispose();
            base.Dispose(disposing);
        }
    }
}
