using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Tests.Recipes;

/// <summary>Enough of JSON Schema to check instances against ours; a keyword that it does not know fails the test.</summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Annotations = ["$schema", "$defs", "title", "description", "default"];

    public static bool Accepts(JsonObject root, JsonNode? instance) => Accepts(root, root, instance);

    private static bool Accepts(JsonObject root, JsonObject schema, JsonNode? instance) =>
        schema.All(keyword =>
            Annotations.Contains(keyword.Key) || Holds(root, schema, keyword.Key, keyword.Value!, instance)
        );

    private static bool Holds(JsonObject root, JsonObject schema, string keyword, JsonNode value, JsonNode? instance)
    {
        JsonObject? map = instance as JsonObject;
        JsonArray? list = instance as JsonArray;
        double? number = instance is JsonValue scalar && scalar.TryGetValue(out double d) ? d : null;
        string? text = instance is JsonValue word && word.TryGetValue(out string? s) ? s : null;
        return keyword switch
        {
            "type" => IsOf((string)value!, instance, number),
            "const" => JsonNode.DeepEquals(value, instance),
            "enum" => value.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, instance)),
            "anyOf" => value.AsArray().Any(option => Accepts(root, option!.AsObject(), instance)),
            "$ref" => Accepts(root, Resolve(root, (string)value!), instance),
            "properties" => map is null
                || map.All(entry =>
                    value[entry.Key] is not JsonObject property || Accepts(root, property, entry.Value)
                ),
            "additionalProperties" => map is null
                || map.Where(entry => schema["properties"]?[entry.Key] is null)
                    .All(entry => value is JsonObject other && Accepts(root, other, entry.Value)),
            "required" => map is null || value.AsArray().All(key => map.ContainsKey((string)key!)),
            "minProperties" => map is null || map.Count >= (int)value,
            "maxProperties" => map is null || map.Count <= (int)value,
            "items" => list is null || list.All(item => Accepts(root, value.AsObject(), item)),
            "minItems" => list is null || list.Count >= (int)value,
            "maxItems" => list is null || list.Count <= (int)value,
            "minimum" => number is null || number >= (double)value,
            "maximum" => number is null || number <= (double)value,
            "exclusiveMinimum" => number is null || number > (double)value,
            "exclusiveMaximum" => number is null || number < (double)value,
            "minLength" => text is null || text.Length >= (int)value,
            "maxLength" => text is null || text.Length <= (int)value,
            "pattern" => text is null || Regex.IsMatch(text, (string)value!, RegexOptions.ECMAScript),
            _ => throw new NotSupportedException($"The schema uses '{keyword}', which this check does not know."),
        };
    }

    private static JsonObject Resolve(JsonObject root, string pointer)
    {
        JsonNode node = root;
        foreach (string part in pointer.TrimStart('#', '/').Split('/'))
            node = node[part.Replace("~1", "/").Replace("~0", "~")]!;
        return node.AsObject();
    }

    private static bool IsOf(string type, JsonNode? instance, double? number) =>
        type switch
        {
            "null" => instance is null,
            "object" => instance is JsonObject,
            "array" => instance is JsonArray,
            "string" => instance?.GetValueKind() is System.Text.Json.JsonValueKind.String,
            "boolean" => instance?.GetValueKind()
                is System.Text.Json.JsonValueKind.True
                    or System.Text.Json.JsonValueKind.False,
            "number" => number is not null,
            "integer" => number is { } whole && whole == Math.Floor(whole),
            _ => throw new NotSupportedException(type),
        };
}
