using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>A dataset of the Hugging Face Hub: <c>hf://datasets/owner/name[@revision][/path]</c>.</summary>
/// <param name="Id"><c>owner/name</c>.</param>
/// <param name="Revision">Branch, tag, commit or reference; <c>main</c> if not given.</param>
/// <param name="Path">A file, folder or pattern in it; empty for the whole.</param>
/// <param name="Root">The address as it was written, without the path.</param>
internal sealed partial record HubAddress(string Id, string Revision, string Path, string Root)
{
    /// <summary>True if the revision is a commit, so that what it names never changes.</summary>
    public bool IsPinned => Revision.Length == 40 && Revision.All(char.IsAsciiHexDigit);

    /// <summary>Reads an address.</summary>
    /// <exception cref="AssayException">It is not one.</exception>
    public static HubAddress Parse(string address)
    {
        Match match = Form().Match(address);
        if (!match.Success || match.Groups["path"].Value.Split('/').Any(segment => segment is "." or ".."))
            throw new AssayException(
                $"'{SourceText.Printable(address, 200)}' is not the address of a dataset on the Hub",
                hint: "Expected hf://datasets/owner/name, hf://datasets/owner/name@revision, and a path behind either if only a part is wanted."
            );
        string revision = match.Groups["revision"] is { Success: true } named
            ? Uri.UnescapeDataString(named.Value)
            : "main";
        string path = match.Groups["path"].Value.Trim('/');
        return new(match.Groups["id"].Value, revision, path, match.Groups["root"].Value);
    }

    /// <summary>The Hub's address: <c>HF_ENDPOINT</c>, or huggingface.co.</summary>
    /// <exception cref="AssayException"><c>HF_ENDPOINT</c> is no address.</exception>
    public static Uri Endpoint()
    {
        string? set = Environment.GetEnvironmentVariable("HF_ENDPOINT");
        if (string.IsNullOrEmpty(set))
            return new("https://huggingface.co");
        return Uri.TryCreate(set, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https"
            ? endpoint
            : throw new AssayException(
                $"HF_ENDPOINT is '{SourceText.Printable(set)}'",
                hint: "Expected an address such as https://huggingface.co, or nothing."
            );
    }

    /// <summary>Where its files are listed.</summary>
    public Uri Tree(Uri endpoint) =>
        new($"{Base(endpoint)}/api/datasets/{Id}/tree/{Uri.EscapeDataString(Revision)}?recursive=true");

    /// <summary>Where a file is.</summary>
    public Uri Resolve(Uri endpoint, string path) =>
        new(
            $"{Base(endpoint)}/datasets/{Id}/resolve/{Uri.EscapeDataString(Revision)}/"
                + string.Join('/', path.Split('/').Select(Uri.EscapeDataString))
        );

    private static string Base(Uri endpoint) => endpoint.ToString().TrimEnd('/');

    // References hold slashes of their own.
    [GeneratedRegex(
        @"\A(?<root>hf://datasets/(?<id>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?<revision>refs/convert/[\w.-]+|refs/pr/\d+|[\w.%-]+))?)(/(?<path>.*))?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Form();
}

/// <summary>A file of a repository.</summary>
/// <param name="Path">Its path there.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Checksum">SHA-256 of a large file, git's SHA-1 of another one.</param>
internal sealed record HubFile(string Path, long Size, Checksum? Checksum);
