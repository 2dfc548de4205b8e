using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>Finds the files of a description's FileObjects and FileSets: here, or elsewhere by their addresses.</summary>
internal sealed partial class CroissantResources(CroissantFile file, Downloads downloads)
{
    private readonly Dictionary<string, IReadOnlyList<(string Name, string Path)>> _found = [];

    /// <summary>The resource of that id, or null.</summary>
    public MapNode? Find(string id) => file.Resources.FirstOrDefault(node => CroissantFile.IdOf(node) == id);

    /// <summary>Its files, with their paths as the description sees them.</summary>
    /// <exception cref="AssayException">They cannot be had.</exception>
    public IReadOnlyList<(string Name, string Path)> FilesOf(MapNode node)
    {
        string id = CroissantFile.IdOf(node) ?? "";
        if (!_found.TryGetValue(id, out var files))
            _found[id] = files = CroissantFile.Types(node).Contains("FileSet") ? Set(node, id) : [Single(node, id)];
        return files;
    }

    /// <summary>How a resource is read, by its media type.</summary>
    public static SourceFormat FormatOf(MapNode node)
    {
        foreach (
            string type in CroissantFile.All(node, "encodingFormat").OfType<ScalarNode>().Select(type => type.Text)
        )
            switch (type)
            {
                case "text/csv":
                    return SourceFormat.Csv;
                case "text/tsv" or "text/tab-separated-values":
                    return SourceFormat.Tsv;
                case "application/jsonlines"
                or "application/x-jsonlines"
                or "application/jsonl"
                or "application/x-ndjson":
                    return SourceFormat.Jsonl;
                case "application/x-parquet" or "application/vnd.apache.parquet":
                    return SourceFormat.Parquet;
                case "application/vnd.apache.arrow.file" or "application/vnd.apache.arrow.stream":
                    return SourceFormat.Arrow;
                case "text/plain":
                    return SourceFormat.Text;
            }
        return SourceFormat.Auto;
    }

    private (string, string) Single(MapNode node, string id)
    {
        string url = CroissantFile.Text(node, "contentUrl") ?? throw Wrong(node, $"the file '{id}' has no contentUrl");
        if (CroissantFile.All(node, "containedIn").Count > 0)
            throw Archive(node, id);
        string? sha256 = Checksum.OfHex(ChecksumKind.Sha256, CroissantFile.Text(node, "sha256"))?.Hex;
        if (Downloads.IsRemote(url))
        {
            (string _, string path) = downloads.Fetch(sha256 is null ? url : $"{url}#sha256={sha256}", new())[0];
            return (NameOf(new Uri(url).AbsolutePath), path);
        }
        if (CroissantPaths.Local(file, url) is not { } local)
            throw Wrong(node, $"'{SourceText.Printable(url)}' leads out of the description's folder");
        if (!File.Exists(local))
            throw Wrong(node, $"the file '{SourceText.Printable(url)}' is not here");
        if (sha256 is not null && HashOf(local) is var found && found != sha256)
            throw Wrong(
                node,
                $"the file '{url}' is not the one that is described: expected SHA-256 {sha256}, found {found}"
            );
        return (url, local);
    }

    private IReadOnlyList<(string, string)> Set(MapNode node, string id)
    {
        string[] includes = [.. Texts(node, "includes")],
            excludes = [.. Texts(node, "excludes")];
        if (includes.Length == 0)
            throw Wrong(node, $"the files '{id}' have no pattern 'includes'");
        string[] containers =
        [
            .. CroissantFile.All(node, "containedIn").Select(CroissantFile.Reference).OfType<string>(),
        ];
        IReadOnlyList<(string Name, string Path)> files = containers switch
        {
            [] => Here(includes),
            [var one] when Find(one) is { } repository && RepositoryOf(repository) is { } address =>
            [
                .. includes
                    .SelectMany(pattern => downloads.Fetch($"{address}/{pattern}", new()))
                    .Select(found => (found.Name[(address.Length + 1)..], found.Path))
                    .Distinct(),
            ],
            _ => throw Archive(node, id),
        };
        HashSet<string> left =
        [
            .. excludes.SelectMany(pattern => HubLayout.Matching([.. files.Select(found => found.Name)], pattern)),
        ];
        files =
        [
            .. files.Where(found => !left.Contains(found.Name)).OrderBy(found => found.Name, StringComparer.Ordinal),
        ];
        return files.Count > 0
            ? files
            : throw Wrong(node, $"no file matches the pattern of '{id}', {string.Join(", ", includes)}");
    }

    private IReadOnlyList<(string, string)> Here(string[] includes)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file.FullPath))!;
        string[] all = [.. Glob.Find(folder).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))];
        return
        [
            .. includes
                .SelectMany(pattern => HubLayout.Matching(all, pattern))
                .Distinct()
                .Select(name => (name, Path.Combine(folder, name))),
        ];
    }

    /// <summary>The address of a repository of the Hub that a description names as a file.</summary>
    private static string? RepositoryOf(MapNode node) =>
        CroissantFile.Text(node, "encodingFormat") == "git+https"
        && Repository().Match(CroissantFile.Text(node, "contentUrl") ?? "") is { Success: true } match
            ? $"hf://datasets/{match.Groups["id"].Value}"
                + (match.Groups["revision"] is { Success: true } revision ? $"@{revision.Value}" : "")
            : null;

    private static IEnumerable<string> Texts(MapNode node, string name) =>
        CroissantFile.All(node, name).OfType<ScalarNode>().Select(text => text.Text);

    private static string NameOf(string path) => Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);

    private static string HashOf(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SourceFile.Unreadable(path, failure);
        }
    }

    private static AssayException Archive(MapNode node, string id) =>
        Wrong(
            node,
            $"'{id}' lies in an archive, which is not read through a Croissant description",
            "Unpack it, and name the files."
        );

    internal static AssayException Wrong(YamlNode node, string what, string? hint = null) =>
        new(what, new(node.Mark.Source.Path, node.Mark.Line, node.Mark.Column), hint);

    [GeneratedRegex(
        @"\Ahttps?://[^/]+/datasets/(?<id>[\w.-]+/[\w.-]+?)(\.git)?(/tree/(?<revision>[^/]+))?/?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Repository();
}
