using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Data;

/// <summary>Which bytes a server gives for a URL, as far as it says.</summary>
internal sealed record FileVersion
{
    /// <summary>The URL asked for.</summary>
    public required string Url { get; init; }

    /// <summary>The server's entity tag, in its quotes, or null.</summary>
    public string? ETag { get; init; }

    /// <summary>When the server says the file was last changed, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Length in bytes, or null if it is not known before the end.</summary>
    public long? Length { get; init; }

    /// <summary>Whether parts can be asked for, and told to be of these same bytes.</summary>
    public bool Ranges { get; init; }

    /// <summary>Bytes of a part, but for the last; what was fetched in parts of another size is of no use.</summary>
    public long PartBytes { get; init; }

    /// <summary>True if both are known to be the same bytes.</summary>
    public bool IsSame(FileVersion other) =>
        Url == other.Url
        && Length == other.Length
        && ETag == other.ETag
        && Modified == other.Modified
        && (ETag ?? (object?)Modified) is not null;
}

/// <summary>A file that is here whole, and what it was when it came.</summary>
internal sealed record KeptFile
{
    /// <summary>What the server said of it.</summary>
    public required FileVersion Version { get; init; }

    /// <summary>Its name in the folder.</summary>
    public required string File { get; init; }

    /// <summary>Its length here.</summary>
    public required long Bytes { get; init; }

    /// <summary>When it was written, in ticks of UTC: a file that was changed since is not the one that came.</summary>
    public required long Written { get; init; }

    /// <summary>SHA-256, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The hash that git gives it, hexadecimal.</summary>
    public required string GitBlob { get; init; }

    /// <summary>True if it is what the checksum asks for.</summary>
    public bool Has(Checksum checksum) =>
        checksum.Kind switch
        {
            ChecksumKind.Sha256 => Sha256 == checksum.Hex,
            ChecksumKind.GitBlob => GitBlob == checksum.Hex,
            _ => false,
        };
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileVersion))]
[JsonSerializable(typeof(KeptFile))]
internal sealed partial class RemoteJson : JsonSerializerContext
{
    /// <summary>What such a file of JSON says, or null if it is not there or not whole.</summary>
    public static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
