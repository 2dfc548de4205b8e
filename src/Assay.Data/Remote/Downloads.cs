using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>
/// Brings files here that a path names elsewhere: <c>https://host/file.jsonl</c>, also with <c>#sha256=...</c> behind it, and
/// <c>hf://datasets/owner/name[@revision][/path]</c>, and <c>-</c>, standard input.
/// </summary>
/// <remarks>
/// Each address has a folder below <paramref name="folder"/>, named by a hash of it. What is there already is asked for once, by
/// the server's tag or date; what a checksum or a commit pins is not asked for at all. A killed download goes on at the byte.
/// </remarks>
/// <param name="folder">Where they are kept.</param>
/// <param name="work">Progress in bytes, cancellation.</param>
public sealed class Downloads(string folder, Work work)
{
    private const string Pin = "#sha256=";

    private long _total,
        _done;

    internal TransportOptions? Options { get; init; }

    internal string Folder => folder;

    internal Work Work => work;

    /// <summary>True if a path is an address of this kind.</summary>
    public static bool IsRemote(string path) =>
        path == StandardInput.Path
        || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || path.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || path.StartsWith("hf://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Brings here what an address names: the name that rows are said to come from, and the path, of each file.</summary>
    /// <param name="address">The address.</param>
    /// <param name="source">Which configuration and splits of a dataset on the Hub.</param>
    /// <exception cref="AssayException">It cannot be had.</exception>
    public IReadOnlyList<(string Name, string Path)> Fetch(string address, SourceOptions source)
    {
        if (address == StandardInput.Path)
            return [StandardInput.Fetch(folder, work)];
        TransportOptions options = Options ?? new();
        using Transport transport = new(options, notice => Report(0, notice));
        // Waits on the thread pool, whatever thread this is.
        return Task.Run(() => Fetch(address, source, transport, options)).GetAwaiter().GetResult();
    }

    private async Task<IReadOnlyList<(string, string)>> Fetch(
        string address,
        SourceOptions source,
        Transport transport,
        TransportOptions options
    )
    {
        RemoteFile[] files = address.StartsWith("hf://", StringComparison.OrdinalIgnoreCase)
            ? await OfHub(HubAddress.Parse(address), source, transport, options)
            : [Single(address)];
        string[] paths = new string[files.Length];
        _total += files.Sum(file => file.Size ?? 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, files.Length),
            new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = work.Cancellation },
            async (i, stop) =>
            {
                Download download = new(files[i], FolderOf(files[i].Url.ToString()), transport, options)
                {
                    Report = bytes => Report(bytes),
                    Announce = bytes => Interlocked.Add(ref _total, bytes),
                };
                paths[i] = await download.Get(stop);
            }
        );
        return [.. files.Zip(paths, (file, path) => (file.Name, path))];
    }

    private static RemoteFile Single(string address)
    {
        Checksum? pinned = null;
        if (address.IndexOf('#') is >= 0 and var at)
        {
            string fragment = address[at..];
            pinned = fragment.StartsWith(Pin, StringComparison.OrdinalIgnoreCase)
                ? Checksum.OfHex(ChecksumKind.Sha256, fragment[Pin.Length..])
                : null;
            if (pinned is null)
                throw new AssayException(
                    $"'{SourceText.Printable(fragment, 100)}' means nothing behind an address",
                    hint: "Expected nothing, or #sha256= and 64 hexadecimal digits: what the file's bytes must hash to."
                );
            address = address[..at];
        }
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
            throw new AssayException($"'{SourceText.Printable(address, 200)}' is not an address");
        if (url.UserInfo.Length > 0)
            throw new AssayException(
                $"the address of a file on {url.Host} holds a name or a password, which would stand in every report",
                hint: "Files that need a password are to be fetched beforehand."
            );
        return new(url, url.GetLeftPart(UriPartial.Path)) { Expected = pinned };
    }

    private async Task<RemoteFile[]> OfHub(
        HubAddress address,
        SourceOptions source,
        Transport transport,
        TransportOptions options
    )
    {
        HubFile[] files = await Tree(address, transport, options);
        Dictionary<string, HubFile> byPath = files.ToDictionary(file => file.Path);
        RemoteFile Of(string path) =>
            new(address.Resolve(options.Hub, path), $"{address.Root}/{path}")
            {
                Expected = byPath[path].Checksum,
                Size = byPath[path].Size,
            };
        CardHeader? card = null;
        if (address.Path.Length == 0 && byPath.TryGetValue(CardHeader.FileName, out HubFile? readme))
        {
            if (readme.Size > CardHeader.LargestFile)
                throw new AssayException(
                    $"the card is {new ByteSize(readme.Size)} long",
                    new($"{address.Root}/{readme.Path}")
                );
            RemoteFile file = Of(readme.Path);
            string path = await new Download(file, FolderOf(file.Url.ToString()), transport, options).Get(
                work.Cancellation
            );
            card = CardHeader.Read(path, file.Name);
        }
        return [.. HubLayout.Choose(address, [.. byPath.Keys], card, source).Select(Of)];
    }

    /// <summary>The files of a dataset; those of a commit never change, and are asked for once.</summary>
    private async Task<HubFile[]> Tree(HubAddress address, Transport transport, TransportOptions options)
    {
        string path = Path.Combine(FolderOf(address.Tree(options.Hub).ToString()), "tree.json");
        if (address.IsPinned && RemoteJson.Read(path, HubJson.Default.HubFileArray) is { } known)
            return known;
        HubFile[] files = await new HubTree(transport, options).List(address, work.Cancellation);
        if (address.IsPinned)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Pieces.WriteFile(path, stream => JsonSerializer.Serialize(stream, files, HubJson.Default.HubFileArray));
        }
        return files;
    }

    private void Report(long bytes, string? note = null) =>
        work.Progress?.Report(
            new("download", Interlocked.Add(ref _done, bytes), Interlocked.Read(ref _total), "bytes", note)
        );

    private string FolderOf(string url)
    {
        string hash = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(url)));
        return Path.Combine(folder, hash[..2], hash[2..]);
    }
}
