using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>A simple path into JSON: names, indices and <c>[*]</c>, with or without <c>$</c> before them.</summary>
internal sealed class JsonPath
{
    private readonly List<object?> _steps = []; // a name, an index, or null for all items
    private readonly bool _isMany;

    private JsonPath(List<object?> steps)
    {
        _steps = steps;
        _isMany = steps.Contains(null);
    }

    /// <summary>Reads a path; null where it is of another kind.</summary>
    public static JsonPath? Parse(string text)
    {
        List<object?> steps = [];
        int at = text.StartsWith('$') ? 1 : 0;
        bool isBare = at == 0;
        while (at < text.Length)
            if (text[at] == '[')
            {
                int end = text.IndexOf(']', at);
                if (end < 0)
                    return null;
                string within = text[(at + 1)..end].Trim();
                if (within == "*")
                    steps.Add(null);
                else if (int.TryParse(within, out int index) && index >= 0)
                    steps.Add(index);
                else if (within.Length > 2 && within[0] is '\'' or '"' && within[^1] == within[0])
                    steps.Add(within[1..^1]);
                else
                    return null;
                at = end + 1;
            }
            else
            {
                if (text[at] == '.')
                    at++;
                else if (!isBare || at > 0)
                    return null;
                int end = text.AsSpan(at).IndexOfAny('.', '[') is >= 0 and var more ? at + more : text.Length;
                string name = text[at..end];
                if (name.Length == 0 || name.AsSpan().ContainsAny("?@()*"))
                {
                    if (name != "*")
                        return null;
                    steps.Add(null);
                }
                else
                    steps.Add(name);
                at = end;
            }
        return new(steps);
    }

    /// <summary>The first name of it, or null.</summary>
    public string? First => _steps is [string name, ..] ? name : null;

    /// <summary>The same without its first step.</summary>
    public JsonPath Rest() => new(_steps[1..]);

    /// <summary>What it leads to: a value, or where it has <c>[*]</c> an array of all.</summary>
    public JsonNode? Of(JsonNode? node)
    {
        List<JsonNode?> all = List(node);
        return _isMany ? new JsonArray([.. all.Select(one => one?.DeepClone())])
            : all.Count == 0 ? null
            : all[0];
    }

    /// <summary>Everything that it leads to.</summary>
    public List<JsonNode?> List(JsonNode? node)
    {
        List<JsonNode?> at = [node];
        foreach (object? step in _steps)
            at =
            [
                .. at.SelectMany<JsonNode?, JsonNode?>(one =>
                    (one, step) switch
                    {
                        (JsonArray array, null) => array,
                        (JsonObject map, null) => map.Select(entry => entry.Value),
                        (JsonArray array, int index) => index < array.Count ? [array[index]] : [],
                        (JsonObject map, string name) => map.TryGetPropertyValue(name, out JsonNode? value)
                            ? [value]
                            : [],
                        // A name of a list is that of each of its items.
                        (JsonArray array, string name) => array.OfType<JsonObject>().Select(map => map[name]),
                        _ => [],
                    }
                ),
            ];
        return at;
    }
}
