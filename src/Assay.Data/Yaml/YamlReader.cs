using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Data;

/// <summary>Turns YAML text into nodes, within bounds that no document needs and that a hostile one cannot pass.</summary>
/// <remarks>
/// Built on the parser's events, not on its object model: those stream, so that nesting, aliases and their expansion are
/// bounded before anything is built from them.
/// </remarks>
public sealed class YamlReader
{
    private const int DepthLimit = 32;
    private const long NodeLimit = 100_000;
    private const string CoreTag = "tag:yaml.org,2002:";

    private readonly SourceText source;
    private readonly DocumentProblems problems;
    private readonly Parser parser;
    private readonly Dictionary<string, YamlNode?> anchors = [];
    private long expanded;

    private YamlReader(SourceText source, DocumentProblems problems)
    {
        this.source = source;
        this.problems = problems;
        parser = new(new StringReader(source.Text));
    }

    /// <summary>The one document of <paramref name="source"/>; null if there is nothing in it.</summary>
    /// <exception cref="DocumentException">It is not YAML.</exception>
    public static YamlNode? Read(SourceText source, DocumentProblems problems)
    {
        YamlReader reader = new(source, problems);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException failure)
        {
            throw reader.NotYaml(failure);
        }
    }

    private YamlNode? ReadDocument()
    {
        Next();
        Next();
        if (parser.Current is StreamEnd)
            return null;
        Next();
        YamlNode root = ReadNode(1, "");
        Next();
        Next();
        if (parser.Current is DocumentStart second)
            problems.Add(At(second), "", "a second YAML document starts here", "one document in a file");
        return root.IsNull ? null : root;
    }

    private void Next()
    {
        try
        {
            if (!parser.MoveNext())
                throw new YamlException("unexpected end of the file");
        }
        catch (Exception failure) when (failure is not YamlException)
        {
            // On some broken text the scanner fails with exceptions of .NET, which know no place.
            throw problems.Fatal(
                At(parser.Current!.End),
                "",
                "this is not YAML: the text from here on cannot be read",
                hint: "is a quote, '[' or '{' left open?"
            );
        }
    }

    private TextMark At(ParsingEvent happened) => At(happened.Start);

    private TextMark At(YamlDotNet.Core.Mark mark) => new(source, (int)mark.Line, (int)mark.Column);

    /// <summary>Reads the node that starts at the current event, and stays on its last event.</summary>
    private YamlNode ReadNode(int depth, string key)
    {
        ParsingEvent start = parser.Current!;
        if (depth > DepthLimit)
            throw TooDeep(start, key);
        Count(1, start, key);
        if (start is AnchorAlias alias)
            return Resolve(alias, depth, key);
        // Behind a key without a name the parser may give the end of a map where a value should be.
        if (start is not NodeEvent node)
            throw problems.Fatal(At(start), key, "this is not YAML: there is no value here");
        string? anchor = node.Anchor.IsEmpty ? null : node.Anchor.Value;
        if (anchor is not null)
            anchors[anchor] = null;
        CheckTag(node, key);
        YamlNode read = node switch
        {
            Scalar scalar => ReadScalar(scalar, key),
            SequenceStart => ReadList(start, depth, key),
            _ => ReadMap(start, depth, key),
        };
        if (anchor is not null)
            anchors[anchor] = read;
        return read;
    }

    private YamlNode Resolve(AnchorAlias alias, int depth, string key)
    {
        string name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out YamlNode? target))
            throw problems.Fatal(
                At(alias),
                key,
                $"there is no anchor '&{SourceText.Printable(name)}' above for '*{SourceText.Printable(name)}'",
                hint: Nearest.Hint(name, anchors.Keys) ?? "put text that begins with '*' in quotes"
            );
        if (target is null)
            throw problems.Fatal(At(alias), key, $"'*{SourceText.Printable(name)}' refers to itself");
        if (depth + target.Depth - 1 > DepthLimit)
            throw TooDeep(alias, key);
        Count(target.Size, alias, key);
        return target;
    }

    private void Count(long nodes, ParsingEvent where, string key)
    {
        expanded += nodes;
        if (expanded > NodeLimit)
            throw problems.Fatal(At(where), key, $"more than {NodeLimit} values up to here, with aliases written out");
    }

    private DocumentException TooDeep(ParsingEvent where, string key) =>
        problems.Fatal(At(where), key, $"more than {DepthLimit} levels of nesting");

    private void CheckTag(NodeEvent node, string key)
    {
        if (
            !node.Tag.IsEmpty
            && !node.Tag.IsNonSpecific
            && !node.Tag.Value.StartsWith(CoreTag, StringComparison.Ordinal)
        )
            problems.Add(
                At(node),
                key,
                $"the tag '{SourceText.Printable(node.Tag.Value)}' means nothing here",
                "a plain value"
            );
    }

    private ScalarNode ReadScalar(Scalar scalar, string key)
    {
        if (scalar.Value.Contains('\0') || HasLoneSurrogate(scalar.Value))
            problems.Add(At(scalar), key, "a character that no text holds (NUL or half of a surrogate pair)");
        bool plain = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any;
        return new(At(scalar), scalar.Value, plain && (scalar.Tag.IsEmpty || scalar.Tag.Value != CoreTag + "str"));
    }

    private static bool HasLoneSurrogate(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD'))
                return true;
        return false;
    }

    private ListNode ReadList(ParsingEvent start, int depth, string key)
    {
        List<YamlNode> items = [];
        for (Next(); parser.Current is not SequenceEnd; Next())
            items.Add(ReadNode(depth + 1, $"{key}[{items.Count}]"));
        return new(At(start), items);
    }

    private MapNode ReadMap(ParsingEvent start, int depth, string key)
    {
        List<YamlEntry> entries = [];
        List<MapNode> merged = [];
        Dictionary<string, TextMark> seen = [];
        for (Next(); parser.Current is not MappingEnd; Next())
        {
            TextMark at = At(parser.Current!);
            YamlNode name = ReadNode(depth + 1, key);
            string path = name is ScalarNode known ? Join(key, known.Text) : key;
            Next();
            YamlNode value = ReadNode(depth + 1, path);
            if (name is not ScalarNode scalar)
                problems.Add(at, key, $"{name.Noun} is used as a key", "a word");
            else if (scalar is { Plain: true, Text: "<<" })
                merged.AddRange(Merged(value, path));
            else if (!seen.TryAdd(scalar.Text, at))
                problems.Add(
                    at,
                    path,
                    $"the key '{SourceText.Printable(scalar.Text)}' is there twice",
                    hint: $"it is already on line {seen[scalar.Text].Line}"
                );
            else
                entries.Add(new(new(at, scalar.Text, scalar.Plain), value));
        }
        // What the map says itself wins over what it merges; of several merged maps the first wins.
        foreach (YamlEntry entry in merged.SelectMany(map => map.Entries))
            if (seen.TryAdd(entry.Key.Text, entry.Key.Mark))
                entries.Add(entry);
        return new(At(start), entries);
    }

    private IReadOnlyList<MapNode> Merged(YamlNode value, string key)
    {
        if (value is MapNode map)
            return [map];
        if (value is ListNode list && list.Items.All(item => item is MapNode))
            return [.. list.Items.Cast<MapNode>()];
        problems.Add(value.Mark, key, $"{value.Noun} cannot be merged", "a map, or a list of maps");
        return [];
    }

    private DocumentException NotYaml(YamlException failure)
    {
        TextMark mark = At(failure.Start);
        if (mark.Line < 1)
            mark = mark with { Line = 0, Column = 0 };
        // The scanner reports a tab at the start of what the tab broke.
        bool mentionsTab = failure.Message.Contains("tab", StringComparison.OrdinalIgnoreCase);
        for (int number = mark.Line; source.Line(number) is { } line && (mentionsTab || number == mark.Line); number++)
            if (line.IndexOf('\t') is >= 0 and var tab && string.IsNullOrWhiteSpace(line[..tab]))
                return problems.Fatal(new(source, number, tab + 1), "", "a tab in the indentation", "spaces");
        string message = failure.Message.TrimEnd('.', ' ');
        return problems.Fatal(mark, "", $"this is not YAML: {char.ToLowerInvariant(message[0])}{message[1..]}");
    }

    /// <summary>A key below another one.</summary>
    public static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";
}
