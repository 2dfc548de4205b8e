using System.Text;

namespace Assay.Data;

/// <summary>The front matter of a dataset's card: what stands in YAML between the two lines <c>---</c> at the head of <c>README.md</c>.</summary>
public sealed class CardHeader
{
    /// <summary>The name of a card.</summary>
    public const string FileName = "README.md";

    internal const long LargestFile = 16 << 20;
    private const string Fence = "---";

    private CardHeader(SourceText source, MapNode root)
    {
        Source = source;
        Root = root;
    }

    /// <summary>The card's text, by lines.</summary>
    public SourceText Source { get; }

    /// <summary>The keys of the front matter.</summary>
    public MapNode Root { get; }

    /// <summary>True if the front matter of a file has such a key, as far as a glance at its lines tells.</summary>
    internal static bool Mentions(string path, string key)
    {
        try
        {
            return File.ReadLines(path)
                .Take(100_000)
                .TakeWhile((line, i) => i == 0 ? line.TrimStart('\uFEFF').TrimEnd() == Fence : line.TrimEnd() != Fence)
                .Any(line => line.StartsWith(key + ":", StringComparison.Ordinal));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SourceFile.Unreadable(path, failure);
        }
    }

    /// <summary>Reads the front matter of a card; null if it has none.</summary>
    /// <param name="path">The card.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="AssayException">It cannot be read, or its front matter is not a map of YAML.</exception>
    public static CardHeader? Read(string path, string name)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new AssayException($"a card of more than {new ByteSize(LargestFile)}", new(name));
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw SourceFile.Unreadable(name, failure);
        }
        return Parse(text, name);
    }

    /// <summary>The same of a text.</summary>
    public static CardHeader? Parse(string text, string name)
    {
        string[] lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        if (lines[0].TrimEnd() != Fence)
            return null;
        int end = Array.FindIndex(lines, 1, line => line.TrimEnd() == Fence);
        SourceText whole = new(name, string.Join('\n', lines));
        DocumentProblems problems = new();
        if (end < 0)
            throw problems.Fatal(
                new(whole, 1, 1),
                "",
                "the front matter that begins here does not end",
                $"a line '{Fence}' behind it"
            );
        // An empty line in place of the first keeps the numbers of lines.
        SourceText header = new(name, "\n" + string.Join('\n', lines[1..end]));
        YamlNode? root = YamlReader.Read(header, problems);
        problems.ThrowIfAny();
        return root switch
        {
            MapNode map => new(whole, map),
            null => new(whole, new(new(whole, 2, 1), [])),
            _ => throw problems.Fatal(root.Mark, "", $"{root.Noun} stands where the front matter should", "a map"),
        };
    }
}
