using System.Text;

namespace Assay.Data;

/// <summary>A piece of YAML with its place. Nodes are immutable; a node may stand in several places of a tree (aliases).</summary>
/// <param name="mark">Where it starts.</param>
/// <param name="size">Number of nodes in it, itself included, with aliases written out.</param>
/// <param name="depth">Levels of nesting, 1 for a scalar.</param>
public abstract class YamlNode(TextMark mark, long size, int depth)
{
    /// <summary>Where it starts.</summary>
    public TextMark Mark { get; } = mark;

    /// <summary>Number of nodes in it, itself included, with aliases written out.</summary>
    public long Size { get; } = size;

    /// <summary>Levels of nesting, 1 for a scalar.</summary>
    public int Depth { get; } = depth;

    /// <summary>What a person calls it.</summary>
    public abstract string Noun { get; }

    /// <summary>True for nothing at all, <c>~</c> and <c>null</c>.</summary>
    public bool IsNull => this is ScalarNode { Plain: true, Text: "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>On one line of YAML, aliases written out.</summary>
    public override string ToString()
    {
        StringBuilder line = new();
        Write(line);
        return line.ToString();
    }

    internal abstract void Write(StringBuilder line);
}

/// <summary>A scalar.</summary>
/// <param name="mark">Where it starts.</param>
/// <param name="text">Its text, without quotes.</param>
/// <param name="plain">False if it was quoted or a block of text: then it is text, whatever it looks like.</param>
public sealed class ScalarNode(TextMark mark, string text, bool plain) : YamlNode(mark, 1, 1)
{
    /// <summary>Its text, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>False if it was quoted or a block of text: then it is text, whatever it looks like.</summary>
    public bool Plain { get; } = plain;

    /// <inheritdoc/>
    public override string Noun =>
        IsNull ? "an empty value"
        : Plain ? $"'{SourceText.Printable(Text)}'"
        : $"the text '{SourceText.Printable(Text)}'";

    internal override void Write(StringBuilder line) =>
        line.Append(
            Plain && !Text.AsSpan().ContainsAny("\n,[]{}") ? Text
            : Text.AsSpan().ContainsAnyInRange('\0', '\x1f') ? System.Text.Json.JsonSerializer.Serialize(Text)
            : "'" + Text.Replace("'", "''") + "'"
        );
}

/// <summary>A list.</summary>
/// <param name="mark">Where it starts.</param>
/// <param name="items">Its items.</param>
public sealed class ListNode(TextMark mark, IReadOnlyList<YamlNode> items)
    : YamlNode(mark, 1 + items.Sum(item => item.Size), 1 + items.Max(item => (int?)item.Depth).GetValueOrDefault())
{
    /// <summary>Its items.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Noun => "a list";

    internal override void Write(StringBuilder line)
    {
        line.Append('[');
        for (int i = 0; i < Items.Count; i++)
        {
            line.Append(i == 0 ? "" : ", ");
            Items[i].Write(line);
        }
        line.Append(']');
    }
}

/// <summary>A map; keys are distinct and in the order written.</summary>
/// <param name="mark">Where it starts.</param>
/// <param name="entries">Its entries.</param>
public sealed class MapNode(TextMark mark, IReadOnlyList<YamlEntry> entries)
    : YamlNode(
        mark,
        1 + entries.Sum(entry => 1 + entry.Value.Size),
        1 + entries.Max(entry => (int?)entry.Value.Depth).GetValueOrDefault()
    )
{
    private Dictionary<string, YamlEntry>? byKey;

    /// <summary>Keys and values in the order written.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Noun => "a map";

    /// <summary>The entry of that key, or null.</summary>
    public YamlEntry? Find(string key) =>
        (byKey ??= Entries.ToDictionary(entry => entry.Key.Text)).GetValueOrDefault(key);

    /// <summary>This map with a key's value changed, or added at the end.</summary>
    public MapNode With(ScalarNode key, YamlNode value) =>
        Find(key.Text) is null
            ? new(Mark, [.. Entries, new(key, value)])
            : new(
                Mark,
                [.. Entries.Select(entry => entry.Key.Text == key.Text ? entry with { Value = value } : entry)]
            );

    internal override void Write(StringBuilder line)
    {
        line.Append("{ ");
        WriteEntries(line);
        line.Append(" }");
    }

    /// <summary>The entries without the braces.</summary>
    public void WriteEntries(StringBuilder line)
    {
        for (int i = 0; i < Entries.Count; i++)
        {
            line.Append(i == 0 ? "" : ", ");
            Entries[i].Key.Write(line);
            line.Append(": ");
            Entries[i].Value.Write(line);
        }
    }
}

/// <summary>A key and its value.</summary>
public sealed record YamlEntry(ScalarNode Key, YamlNode Value);
