using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>A type whose values stand in files of their own: <c>Image</c>, <c>Video</c>, <c>Audio</c>, <c>InstanceMap</c>, <c>LabelMap</c>, <c>PointCloud</c>.</summary>
/// <param name="name">Which of them.</param>
public sealed class LocatorType(string name) : FieldType(name)
{
    /// <summary>Of <c>LabelMap</c>: the domain of its labels.</summary>
    public ClassDomain? Domain { get; init; }

    /// <summary>Of <c>PointCloud</c>: numbers of each point.</summary>
    public int? LoadDimensions { get; init; }

    internal override string Expected => "a path, $alias/path, ::domain::id, or a map of $loc and $descr";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        JsonObject? description = null;
        DsdlNode place = node;
        if (node is DsdlMap map)
        {
            if (map.Find("$loc") is not { } loc)
                return reading.Error(node.Place, "expected a map with the key '$loc', found none");
            foreach (DsdlEntry entry in map.Entries)
                if (entry.Key.Text is not ("$loc" or "$descr"))
                    return reading.Error(
                        entry.Key.Place,
                        $"expected the keys '$loc' and '$descr', found '{SourceText.Printable(entry.Key.Text)}'"
                    );
            place = loc.Value;
            if (map.Find("$descr") is { } described)
            {
                if (described.Value is not DsdlMap free)
                    return reading.Error(
                        described.Value.Place,
                        $"expected a map as '$descr', found {described.Value.Noun}"
                    );
                description = (JsonObject)free.ToJson()!;
            }
        }
        if (place is not DsdlScalar { IsText: true } scalar)
            return reading.Expected(this, place);
        if (scalar.Text.Length == 0)
            reading.Warn(scalar.Place, "an empty path names no file");
        return Of(scalar.Text, description)
            ?? reading.Error(scalar.Place, $"expected {Expected}, found '{SourceText.Printable(scalar.Text)}'");
    }

    private static LocatorValue? Of(string text, JsonObject? description)
    {
        if (text.StartsWith('$'))
        {
            int slash = text.IndexOf('/');
            return slash > 1 && slash < text.Length - 1
                ? new(text, text[(slash + 1)..]) { Alias = text[1..slash], Description = description }
                : null;
        }
        if (text.StartsWith("::", StringComparison.Ordinal))
        {
            int second = text.IndexOf("::", 2, StringComparison.Ordinal);
            return second > 2 && second < text.Length - 2
                ? new(text, text[(second + 2)..]) { Domain = text[2..second], Description = description }
                : null;
        }
        return new(text, text) { Description = description };
    }
}

/// <summary>Where an object is.</summary>
/// <param name="Text">As written.</param>
/// <param name="Path">The path, relative to the folder of media or to the alias; of a domain's object its id.</param>
public sealed record LocatorValue(string Text, string Path) : DsdlValue
{
    /// <summary>The alias that the path starts from, or null.</summary>
    public string? Alias { get; init; }

    /// <summary>The domain that knows the id, or null.</summary>
    public string? Domain { get; init; }

    /// <summary>What is said of the object, or null.</summary>
    public JsonObject? Description { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        if (Description is null)
        {
            json.WriteStringValue(Text);
            return;
        }
        json.WriteStartObject();
        json.WriteString("$loc", Text);
        json.WritePropertyName("$descr");
        Description.WriteTo(json);
        json.WriteEndObject();
    }
}
