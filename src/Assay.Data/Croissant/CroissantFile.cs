namespace Assay.Data;

/// <summary>A Croissant description of a dataset: JSON-LD that says which files there are, and how records are made of them.</summary>
/// <remarks>
/// Source: the Croissant format specification, versions 1.0 and 1.1 (MLCommons). Of JSON-LD that is read which the descriptions
/// in use need: names with or without the prefixes <c>cr</c>, <c>sc</c>, <c>dct</c> and <c>rai</c>, or written out; references as <c>{"@id": ...}</c>
/// or as plain text; one value in place of a list.
/// </remarks>
public sealed class CroissantFile
{
    /// <summary>The name of a description beside exported data.</summary>
    public const string FileName = "croissant.json";

    private const long LargestFile = 64 << 20;

    private static readonly string[] Prefixes =
    [
        "cr:",
        "sc:",
        "schema:",
        "dct:",
        "ml:",
        "https://schema.org/",
        "http://schema.org/",
        "http://mlcommons.org/croissant/",
        "http://purl.org/dc/terms/",
    ];

    private CroissantFile(string path, MapNode root)
    {
        FullPath = path;
        Root = root;
    }

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    /// <summary>The description.</summary>
    public MapNode Root { get; }

    /// <summary>FileObjects and FileSets.</summary>
    public IEnumerable<MapNode> Resources => Maps(Root, "distribution");

    /// <summary>RecordSets.</summary>
    public IEnumerable<MapNode> RecordSets => Maps(Root, "recordSet");

    /// <summary>True if a file looks like such a description, by its first bytes.</summary>
    public static bool Is(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || !File.Exists(path))
            return false;
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[1 << 14];
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            return start.IndexOf("\"@context\""u8) >= 0 && start.IndexOf("mlcommons.org/croissant"u8) >= 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a description.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="AssayException">It cannot be read, or is not an object of JSON.</exception>
    public static CroissantFile Read(string path, string name)
    {
        SourceText source;
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new AssayException($"a description of more than {new ByteSize(LargestFile)}", new(name));
            source = new(name, File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SourceFile.Unreadable(name, failure);
        }
        DocumentProblems problems = new();
        YamlNode root = JsonTreeReader.Read(source, problems);
        problems.ThrowIfAny();
        return root is MapNode map
            ? new(path, map)
            : throw problems.Fatal(root.Mark, "", $"{root.Noun} stands here", "an object");
    }

    /// <summary>A property by its name, whatever the prefix; or null.</summary>
    public static YamlEntry? Find(MapNode node, string name) =>
        node.Entries.FirstOrDefault(entry => Plain(entry.Key.Text) == name);

    /// <summary>The value of a property as a list: nothing, one, or the items.</summary>
    public static IReadOnlyList<YamlNode> All(MapNode node, string name) =>
        Find(node, name)?.Value switch
        {
            null or { IsNull: true } => [],
            ListNode list => list.Items,
            YamlNode one => [one],
        };

    /// <summary>The values of a property that are objects.</summary>
    public static IEnumerable<MapNode> Maps(MapNode node, string name) => All(node, name).OfType<MapNode>();

    /// <summary>The text of a property, or null.</summary>
    public static string? Text(MapNode node, string name) =>
        Find(node, name)?.Value switch
        {
            ScalarNode { IsNull: false } scalar => scalar.Text,
            MapNode map => (Find(map, "@value")?.Value as ScalarNode)?.Text,
            _ => null,
        };

    /// <summary>By what others refer to a node: its <c>@id</c>, or its name.</summary>
    public static string? IdOf(MapNode node) => Text(node, "@id") ?? Text(node, "name");

    /// <summary>The id that a value refers to, or null if it does not refer.</summary>
    public static string? Reference(YamlNode node) =>
        node switch
        {
            ScalarNode { IsNull: false } scalar => scalar.Text.TrimStart('#'),
            MapNode map => Text(map, "@id") ?? (Find(map, "field") is { } field ? Reference(field.Value) : null),
            _ => null,
        };

    /// <summary>A name without its prefix.</summary>
    public static string Plain(string name)
    {
        foreach (string prefix in Prefixes)
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return name[prefix.Length..];
        return name;
    }

    /// <summary>The types of a node, without prefixes.</summary>
    public static IEnumerable<string> Types(MapNode node, string property = "@type") =>
        All(node, property).OfType<ScalarNode>().Select(type => Plain(type.Text));

    /// <summary>True if a property says true.</summary>
    public static bool IsTrue(MapNode node, string name) =>
        string.Equals(Text(node, name), "true", StringComparison.OrdinalIgnoreCase);
}
