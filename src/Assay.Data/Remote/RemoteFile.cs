namespace Assay.Data;

/// <summary>A file to be had over HTTP.</summary>
/// <param name="Url">Where it is; <c>http</c> or <c>https</c>.</param>
/// <param name="Name">What rows are said to come from.</param>
internal sealed record RemoteFile(Uri Url, string Name)
{
    /// <summary>What its bytes must hash to, or null if nobody has said.</summary>
    public Checksum? Expected { get; init; }

    /// <summary>Its length in bytes, or null if nobody has said.</summary>
    public long? Size { get; init; }
}

/// <summary>How a checksum is made.</summary>
internal enum ChecksumKind
{
    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>SHA-1 of git's header of a file and its bytes.</summary>
    GitBlob,

    /// <summary>SHA-512.</summary>
    Sha512,

    /// <summary>MD5: finds damage, not malice.</summary>
    Md5,
}

/// <summary>What the bytes of a file must hash to.</summary>
/// <param name="Kind">How it is made.</param>
/// <param name="Hex">In lower case.</param>
internal sealed record Checksum(ChecksumKind Kind, string Hex)
{
    /// <summary>A checksum of hexadecimal digits, or null where they are not one.</summary>
    public static Checksum? OfHex(ChecksumKind kind, string? hex) =>
        hex is not null && hex.Length == 2 * LengthOf(kind) && hex.All(char.IsAsciiHexDigit)
            ? new(kind, hex.ToLowerInvariant())
            : null;

    /// <summary>A checksum in Base64, or null where it is none.</summary>
    public static Checksum? OfBase64(ChecksumKind kind, string base64)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(base64, bytes, out int length) && length == LengthOf(kind)
            ? new(kind, Convert.ToHexStringLower(bytes[..length]))
            : null;
    }

    private static int LengthOf(ChecksumKind kind) =>
        kind switch
        {
            ChecksumKind.Sha256 => 32,
            ChecksumKind.Sha512 => 64,
            ChecksumKind.Md5 => 16,
            _ => 20,
        };

    /// <summary>The words by which a person knows it.</summary>
    public override string ToString() =>
        Kind switch
        {
            ChecksumKind.Sha256 => "SHA-256 " + Hex,
            ChecksumKind.Sha512 => "SHA-512 " + Hex,
            ChecksumKind.Md5 => "MD5 " + Hex,
            _ => "git SHA-1 " + Hex,
        };
}
