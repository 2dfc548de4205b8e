using System.Text;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>Reads a recipe's file and those that it extends, into one tree.</summary>
/// <param name="problems">Where problems go.</param>
internal sealed class RecipeFiles(DocumentProblems problems)
{
    /// <summary>The key by which a recipe names the one that it builds on.</summary>
    public const string Extends = "extends";

    private const int SizeLimit = 1 << 20;
    private readonly List<SourceText> read = [];

    /// <summary>The files that were read, the recipe itself first.</summary>
    public IReadOnlyList<SourceText> Read => read;

    /// <summary>The recipe in that file, with what it extends beneath it.</summary>
    /// <exception cref="DocumentException">A file cannot be read or is not YAML.</exception>
    public MapNode Load(string path) => Load(ReadFile(path, null), [path]);

    /// <summary>The recipe of that text, with what it extends beneath it.</summary>
    /// <exception cref="DocumentException">The text is not YAML.</exception>
    public MapNode Load(SourceText source) => Load(source, [source.Path]);

    /// <summary>The map in a file that is no recipe: an option of a method.</summary>
    /// <exception cref="DocumentException">The file cannot be read, or there is no map in it.</exception>
    public MapNode LoadMap(string path)
    {
        SourceText source = ReadFile(path, null);
        YamlNode root =
            YamlReader.Read(source, problems)
            ?? throw problems.Fatal(new TextMark(source, 0, 0), "", "the file is empty", "keys and values");
        return root as MapNode ?? throw problems.Fatal(root.Mark, "", $"{root.Noun} does not fit", "keys and values");
    }

    private MapNode Load(SourceText source, IReadOnlyList<string> chain)
    {
        read.Add(source);
        const string expected = "keys such as 'assay: 1', 'data:' and 'steps:'";
        YamlNode root =
            YamlReader.Read(source, problems)
            ?? throw problems.Fatal(new TextMark(source, 0, 0), "", "the recipe is empty", expected);
        if (root is not MapNode map)
            throw problems.Fatal(root.Mark, "", $"{root.Noun} is not a recipe", expected);
        if (map.Find(Extends) is not { } extends)
            return map;
        if (extends.Value is not ScalarNode { IsNull: false, Text.Length: > 0 } file)
            throw problems.Fatal(
                extends.Value.Mark,
                Extends,
                $"{extends.Value.Noun} is not a file",
                "the path of another recipe"
            );

        string under = Path.Combine(Path.GetDirectoryName(source.Path) ?? "", file.Text);
        IReadOnlyList<string> longer = [.. chain, under];
        if (chain.Any(earlier => Path.GetFullPath(earlier) == Path.GetFullPath(under)))
            throw problems.Fatal(file.Mark, Extends, "a recipe that refers to itself: " + string.Join(" -> ", longer));
        if (longer.Count > 16)
            throw problems.Fatal(file.Mark, Extends, "more than 16 recipes, each extending the next");
        return Merge(Load(ReadFile(under, file.Mark), longer), map);
    }

    /// <summary>
    /// Puts one recipe over another: maps are merged key by key, everything else is replaced, and an empty value
    /// takes a map or a list away.
    /// </summary>
    public static MapNode Merge(MapNode under, MapNode over)
    {
        List<YamlEntry> entries = [];
        foreach (YamlEntry below in under.Entries)
            if (over.Find(below.Key.Text) is not { } above)
                entries.Add(below);
            else if (above.Value is MapNode top && below.Value is MapNode bottom)
                entries.Add(new(above.Key, Merge(bottom, top)));
            else if (!above.Value.IsNull || below.Value is ScalarNode)
                entries.Add(above);
        HashSet<string> known = [.. under.Entries.Select(entry => entry.Key.Text)];
        entries.AddRange(over.Entries.Where(entry => !known.Contains(entry.Key.Text)));
        return new(over.Mark, entries);
    }

    private SourceText ReadFile(string path, TextMark? extendedFrom)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw Unreadable(path, extendedFrom, "this is not a path");
        if (Directory.Exists(path))
            throw Unreadable(path, extendedFrom, "this is a folder", "a recipe, which is a YAML file");
        byte[] bytes;
        try
        {
            using FileStream stream = File.OpenRead(path);
            bytes = new byte[SizeLimit + 1];
            bytes = bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable(path, extendedFrom, "there is no such file", hint: NearestFile(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, extendedFrom, "the file cannot be read", hint: "check its permissions");
        }
        if (bytes.Length > SizeLimit)
            throw Unreadable(path, extendedFrom, "the file is larger than 1 MB", "a recipe");
        return new(path, Decode(bytes, path));
    }

    private string Decode(byte[] bytes, string path)
    {
        ReadOnlySpan<byte> content = bytes;
        if (
            content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])
        )
            throw problems.Fatal(new DocumentProblem(new(path, Byte: 0), "the file is in UTF-16", "text in UTF-8"));
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[3..];
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException failure)
        {
            int at = Math.Max(0, failure.Index) + bytes.Length - content.Length;
            int line = 1 + bytes.AsSpan(0, at).Count((byte)'\n');
            throw problems.Fatal(
                new DocumentProblem(
                    new(path, line, Byte: at),
                    $"the byte 0x{bytes[at]:X2} is not UTF-8",
                    "text in UTF-8"
                )
            );
        }
    }

    private DocumentException Unreadable(
        string path,
        TextMark? from,
        string what,
        string? expected = null,
        string? hint = null
    ) =>
        from is { } mark
            ? problems.Fatal(mark, Extends, $"{SourceText.Printable(path)}: {what}", expected, hint)
            : problems.Fatal(new DocumentProblem(new(SourceText.Printable(path, 500)), what, expected, hint));

    private static string? NearestFile(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (!Directory.Exists(folder))
            return null;
        try
        {
            return Nearest.Hint(
                Path.GetFileName(path),
                Directory
                    .EnumerateFiles(folder)
                    .Take(1000)
                    .Select(file => Path.GetFileName(file))
                    .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
                    .Order(StringComparer.Ordinal)
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
