using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Learning;

/// <summary>A JSON value that knows its path, so that whatever is wrong with it can be said with its place.</summary>
internal readonly record struct JsonView(JsonElement Element, string Path)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A member that has to be there.</summary>
    public JsonView this[string name] => Find(name) is { } member ? member : throw Bad($"expected a member \"{name}\"");

    /// <summary>A member, null where it is absent or JSON's null.</summary>
    public JsonView? Find(string name)
    {
        Expect(JsonValueKind.Object, "an object");
        try
        {
            return Element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
                ? new(member, $"{Path}.{name}")
                : null;
        }
        catch (InvalidOperationException)
        {
            throw BadName();
        }
    }

    public IEnumerable<JsonView> Items()
    {
        Expect(JsonValueKind.Array, "an array");
        int i = 0;
        foreach (JsonElement item in Element.EnumerateArray())
            yield return new(item, $"{Path}[{i++}]");
    }

    public IEnumerable<(string Name, JsonView Value)> Members()
    {
        Expect(JsonValueKind.Object, "an object");
        foreach (JsonProperty member in Element.EnumerateObject())
        {
            string name;
            try
            {
                name = member.Name;
            }
            catch (InvalidOperationException)
            {
                throw BadName();
            }
            yield return (name, new(member.Value, $"{Path}[{JsonSerializer.Serialize(name, Readable)}]"));
        }
    }

    public string String()
    {
        Expect(JsonValueKind.String, "a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad("the string has an escape that is no Unicode text, such as a lone surrogate");
        }
    }

    /// <summary>An integer from 0 to <paramref name="most"/>.</summary>
    public int Integer(int most)
    {
        Expect(JsonValueKind.Number, $"an integer from 0 to {most}");
        return Element.TryGetInt32(out int value) && value >= 0 && value <= most
            ? value
            : throw Bad($"expected an integer from 0 to {most}, found {Excerpt(Element.GetRawText())}");
    }

    public bool Flag(string name, bool missing = false)
    {
        if (Find(name) is not { } member)
            return missing;
        return member.Element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw member.Bad($"expected true or false, found {member.Kind()}"),
        };
    }

    /// <summary>Refuses members with other names: what is not understood must not be passed over.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach ((string name, JsonView value) in Members())
            if (!names.Contains(name))
                throw value.Bad($"this is not known here; known are {string.Join(", ", names.ToArray())}");
    }

    public void Expect(JsonValueKind kind, string expected)
    {
        if (Element.ValueKind != kind)
            throw Bad($"expected {expected}, found {Kind()}");
    }

    private TokenizerException BadName() =>
        Bad("a member's name has an escape that is no Unicode text, such as a lone surrogate");

    public TokenizerException Bad(string message) => new(message, Path);

    public static string Excerpt(string text) => text.Length <= 60 ? text : text[..60] + "...";

    private string Kind() =>
        Element.ValueKind switch
        {
            JsonValueKind.Undefined => "nothing",
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "a truth value",
        };
}
