using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>Lists the files of a dataset on the Hub: a page at a time, each bounded, and no path believed that could mean another folder.</summary>
internal sealed partial class HubTree(Transport transport, TransportOptions options)
{
    private const int PageLimit = 10_000;
    private const long PageBytes = 64 << 20;

    /// <summary>The files, in ordinal order of their paths.</summary>
    /// <exception cref="AssayException">They cannot be listed.</exception>
    public async Task<HubFile[]> List(HubAddress address, CancellationToken cancellation)
    {
        List<HubFile> files = [];
        Uri? next = address.Tree(options.Hub);
        for (int page = 0; next is not null; page++)
        {
            if (page == PageLimit)
                throw new AssayException($"the list of files has more than {PageLimit:N0} pages", new(address.Root));
            Uri at = next;
            (byte[] json, next) = await transport.Ask(
                at,
                _ => { },
                async (answer, stop) =>
                    answer.Status == HttpStatusCode.OK
                        ? (await ReadAll(answer, at, stop), NextPage(answer, at))
                        : throw new AssayException(
                            $"expected a list, the server answers {(int)answer.Status}",
                            new(at.ToString())
                        ),
                cancellation
            );
            files.AddRange(Parse(json, at));
        }
        return [.. files.DistinctBy(file => file.Path).OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private async Task<byte[]> ReadAll(Answer answer, Uri at, CancellationToken cancellation)
    {
        using MemoryStream page = new();
        byte[] buffer = new byte[1 << 16];
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancellation);
        for (int got; (got = await transport.Read(body, buffer, cancellation)) > 0; )
        {
            page.Write(buffer, 0, got);
            if (page.Length > PageBytes)
                throw new AssayException(
                    $"a page of the list of files is longer than {PageBytes:N0} bytes",
                    new(at.ToString())
                );
        }
        if (answer.Content.Headers.ContentLength is { } length && length != page.Length)
            throw new TransientException($"the server sent {page.Length:N0} bytes of {length:N0}");
        return page.ToArray();
    }

    /// <summary>Where the list goes on, by the header <c>Link: &lt;...&gt;; rel="next"</c>; only on the same server.</summary>
    private static Uri? NextPage(Answer answer, Uri at)
    {
        if (!answer.Headers.TryGetValues("Link", out IEnumerable<string>? links))
            return null;
        foreach (string link in links)
            if (Link().Match(link) is { Success: true } match)
                return
                    Uri.TryCreate(at, match.Groups[1].Value, out Uri? next)
                    && Uri.Compare(
                        at,
                        next,
                        UriComponents.SchemeAndServer,
                        UriFormat.Unescaped,
                        StringComparison.OrdinalIgnoreCase
                    ) == 0
                    ? next
                    : throw new AssayException("the list of files goes on at another server", new(at.ToString()));
        return null;
    }

    private static IEnumerable<HubFile> Parse(byte[] json, Uri at)
    {
        HubEntry[] entries;
        try
        {
            entries = JsonSerializer.Deserialize(json, HubJson.Default.HubEntryArray) ?? [];
        }
        catch (JsonException failure)
        {
            throw new AssayException(
                $"the list of files is not what was expected: {failure.Message}",
                new(at.ToString()),
                "Is HF_ENDPOINT the address of a Hub?",
                failure
            );
        }
        foreach (HubEntry entry in entries)
        {
            if (entry.Type != "file")
                continue;
            if (entry.Path is not { Length: > 0 } path || !IsPlain(path) || entry.Size < 0)
                throw new AssayException(
                    $"the list of files names '{SourceText.Printable(entry.Path ?? "")}', which is no path within a repository",
                    new(at.ToString())
                );
            yield return new(
                path,
                entry.Lfs?.Size ?? entry.Size,
                Checksum.OfHex(ChecksumKind.Sha256, entry.Lfs?.Oid)
                    ?? (entry.Lfs is null ? Checksum.OfHex(ChecksumKind.GitBlob, entry.Oid) : null)
            );
        }
    }

    /// <summary>True for a path that stays within its folder.</summary>
    internal static bool IsPlain(string path) =>
        !path.Contains('\\')
        && !path.Any(char.IsControl)
        && path.Split('/').All(segment => segment is not ("" or "." or ".."));

    [GeneratedRegex("""<([^>]+)>\s*;[^,]*rel="?next"?""", RegexOptions.CultureInvariant)]
    private static partial Regex Link();
}

internal sealed record HubEntry(string? Type, string? Path, long Size, string? Oid, HubLargeFile? Lfs);

internal sealed record HubLargeFile(string? Oid, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubEntry[]))]
[JsonSerializable(typeof(HubFile[]))]
internal sealed partial class HubJson : JsonSerializerContext;
