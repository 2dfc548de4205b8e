using System.Text;

namespace Assay.Data;

/// <summary>A place in a file; line and column count from 1.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public Location At(KeyPath keys) => At(keys.ToString());

    public Location At(string key) =>
        new(File, Line, Column, Key: key.Length == 0 ? null : SourceText.Printable(key, 200));

    /// <summary>The place that many characters further on the line.</summary>
    public Place Right(int characters) => this with { Column = Column + characters };
}

/// <summary>Where in a tree a reader is, as keys and places in lists: <c>data.samples[3].label</c>. Made into text only for messages.</summary>
internal sealed class KeyPath
{
    private readonly List<(string? Key, long Index)> _parts = [];

    public void Push(string key) => _parts.Add((key, 0));

    public void Push(long index) => _parts.Add((null, index));

    public void Pop() => _parts.RemoveAt(_parts.Count - 1);

    /// <summary>True if the keys from the root are these.</summary>
    public bool Is(ReadOnlySpan<string> keys)
    {
        if (_parts.Count != keys.Length)
            return false;
        for (int i = 0; i < keys.Length; i++)
            if (_parts[i].Key != keys[i])
                return false;
        return true;
    }

    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((string? key, long index) in _parts)
            if (key is not null)
                text.Append(text.Length == 0 ? "" : ".").Append(key);
            else
                text.Append('[').Append(index).Append(']');
        return text.ToString();
    }
}
