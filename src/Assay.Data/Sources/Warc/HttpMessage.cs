using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Assay.Data;

/// <summary>A response of HTTP/1 as a crawler kept it, its body decoded.</summary>
/// <remarks>
/// Source: RFC 9112 (chunks), RFC 9110 (content codings). Many crawlers decode bodies and keep the header: a body that does not start
/// as the header says is taken as it is.
/// </remarks>
internal sealed class HttpMessage
{
    private readonly Dictionary<string, string> _fields;

    private HttpMessage(int status, Dictionary<string, string> fields) => (Status, _fields) = (status, fields);

    /// <summary>The status, or 0.</summary>
    public int Status { get; }

    /// <summary>The body, decoded.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>The value of a header field, or null.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>Reads a message.</summary>
    /// <param name="message">Status line, header, body.</param>
    /// <param name="longest">Bytes that a body may decode to.</param>
    /// <exception cref="DamagedFileException">It is no response, or its body is damaged or too long.</exception>
    public static HttpMessage Read(ReadOnlyMemory<byte> message, long longest)
    {
        if (!message.Span.StartsWith("HTTP/"u8))
            throw new DamagedFileException("expected an HTTP response, found no status line");
        int length = WarcRecord.HeadLength(message.Span);
        if (length < 0)
            length = message.Length;
        ReadOnlySpan<byte> head = message.Span[..length];
        int line = head.IndexOf((byte)'\n');
        string[] words = Encoding.ASCII.GetString(line < 0 ? head : head[..line]).Split(' ', 3);
        int status =
            words.Length > 1 && int.TryParse(words[1].Trim(), NumberStyles.None, null, out int code) ? code : 0;
        HttpMessage read = new(status, WarcRecord.Fields(head));
        ReadOnlyMemory<byte> body = message[length..];
        if (read["Transfer-Encoding"]?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true)
            body = Unchunk(body);
        string[] codings = read["Content-Encoding"]?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        foreach (string coding in codings.Take(4).Reverse())
            body = Decode(body, coding.ToLowerInvariant(), longest);
        read.Body = body;
        return read;
    }

    private static ReadOnlyMemory<byte> Unchunk(ReadOnlyMemory<byte> body)
    {
        ArrayBufferWriter<byte> whole = new();
        ReadOnlyMemory<byte> rest = body;
        while (true)
        {
            int end = rest.Span[..Math.Min(rest.Length, 4096)].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? [] : rest.Span[..end];
            int extension = line.IndexOf((byte)';');
            string size = Encoding.ASCII.GetString(extension < 0 ? line : line[..extension]).Trim();
            if (
                size.Length is 0 or > 8
                || !int.TryParse(size, NumberStyles.AllowHexSpecifier, null, out int count)
                || count < 0
            )
                return rest.Length == body.Length ? body : whole.WrittenMemory;
            rest = rest[(end + 1)..];
            count = Math.Min(count, rest.Length);
            if (count == 0)
                return whole.WrittenMemory;
            whole.Write(rest.Span[..count]);
            rest = rest[count..];
            int next =
                rest.Span.StartsWith("\r\n"u8) ? 2
                : rest.Span.StartsWith("\n"u8) ? 1
                : 0;
            rest = rest[next..];
        }
    }

    private static ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string coding, long longest)
    {
        ReadOnlySpan<byte> start = body.Span;
        Func<Stream, Stream>? open = coding switch
        {
            "gzip" or "x-gzip" when start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) => raw => new GZipStream(
                raw,
                CompressionMode.Decompress
            ),
            "deflate" when start.Length > 2 && (start[0] & 15) == 8 && (start[0] * 256 + start[1]) % 31 == 0 =>
                raw => new ZLibStream(raw, CompressionMode.Decompress),
            "deflate" when LooksPacked(start) => raw => new DeflateStream(raw, CompressionMode.Decompress),
            "br" when LooksPacked(start) => raw => new BrotliStream(raw, CompressionMode.Decompress),
            "zstd" when start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) =>
                raw => new ZstdSharp.DecompressionStream(raw, 1 << 16, leaveOpen: false),
            _ => null,
        };
        if (open is null)
            return body;
        try
        {
            using Stream unpacked = open(new MemoryStream(body.ToArray(), writable: false));
            ArrayBufferWriter<byte> whole = new();
            for (int got; (got = unpacked.Read(whole.GetSpan(1 << 16))) > 0; whole.Advance(got))
                if (whole.WrittenCount + got > longest)
                    throw new DamagedFileException($"expected a body of at most {longest} bytes, found a longer one");
            return whole.WrittenMemory;
        }
        catch (Exception failure)
            when (failure is InvalidDataException or IOException or InvalidOperationException or ZstdSharp.ZstdException
            )
        {
            throw new DamagedFileException($"expected a body in {coding}, found a damaged one");
        }
    }

    /// <summary>Whether bytes that nothing marks are not plain text: text needs no unpacking.</summary>
    private static bool LooksPacked(ReadOnlySpan<byte> start) =>
        start[..Math.Min(start.Length, 64)].IndexOfAnyExceptInRange((byte)9, (byte)126) >= 0;
}
