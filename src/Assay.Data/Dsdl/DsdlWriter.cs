using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>Writes datasets in DSDL. What was written reads back to the same description and samples; the same data give the same bytes.</summary>
public static class DsdlWriter
{
    private const int FlushAt = 1 << 16;

    /// <summary>Writes a description and, if it names no file for them, its samples.</summary>
    /// <param name="stream">Takes UTF-8; stays open.</param>
    /// <param name="asJson">JSON, else YAML with a sample on each line.</param>
    /// <param name="description">The description.</param>
    /// <param name="samples">The samples, which are taken one at a time.</param>
    /// <param name="globalInfo">The object that is about all of them, or null.</param>
    public static void Write(
        Stream stream,
        bool asJson,
        DsdlDescription description,
        IEnumerable<DsdlValue> samples,
        DsdlValue? globalInfo = null
    )
    {
        JsonObject head = description.ToJson();
        if (globalInfo is not null)
            head["data"]!["global-info"] = JsonNode.Parse(globalInfo.ToJson());
        if (asJson)
            WriteJson(stream, head, description.SamplePath is null ? samples : null);
        else
            WriteYaml(stream, head, description.SamplePath is null ? samples : null);
    }

    /// <summary>Writes a file of samples, as <c>sample-path</c> of a description names one: JSON.</summary>
    /// <param name="stream">Takes UTF-8; stays open.</param>
    /// <param name="samples">The samples, which are taken one at a time.</param>
    public static void WriteSamples(Stream stream, IEnumerable<DsdlValue> samples)
    {
        using Utf8JsonWriter json = new(stream, JsonForm.Options);
        json.WriteStartObject();
        WriteSamples(json, samples);
        json.WriteEndObject();
    }

    private static void WriteJson(Stream stream, JsonObject head, IEnumerable<DsdlValue>? samples)
    {
        using Utf8JsonWriter json = new(stream, JsonForm.Options with { Indented = samples is null });
        json.WriteStartObject();
        foreach ((string key, JsonNode? value) in head)
        {
            json.WritePropertyName(key);
            if (key != "data" || samples is null)
            {
                value!.WriteTo(json);
                continue;
            }
            json.WriteStartObject();
            foreach ((string name, JsonNode? part) in value!.AsObject())
            {
                json.WritePropertyName(name);
                part!.WriteTo(json);
            }
            WriteSamples(json, samples);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteSamples(Utf8JsonWriter json, IEnumerable<DsdlValue> samples)
    {
        json.WriteStartArray("samples");
        foreach (DsdlValue sample in samples)
        {
            sample.Write(json);
            if (json.BytesPending > FlushAt)
                json.Flush();
        }
        json.WriteEndArray();
    }

    private static void WriteYaml(Stream stream, JsonObject head, IEnumerable<DsdlValue>? samples)
    {
        using StreamWriter yaml = new(stream, new UTF8Encoding(false), FlushAt, leaveOpen: true) { NewLine = "\n" };
        WriteMap(yaml, head, "");
        if (samples is null)
            return;
        // 'data' stands last in the head. A line of JSON is YAML.
        using IEnumerator<DsdlValue> each = samples.GetEnumerator();
        if (!each.MoveNext())
        {
            yaml.WriteLine("  samples: []");
            return;
        }
        yaml.WriteLine("  samples:");
        do
        {
            yaml.Write("    - ");
            yaml.WriteLine(each.Current.ToJson());
        } while (each.MoveNext());
    }

    private static void WriteMap(StreamWriter yaml, JsonObject map, string indent)
    {
        foreach ((string key, JsonNode? value) in map)
        {
            yaml.Write(indent);
            yaml.Write(Word(key));
            yaml.Write(':');
            if (value is JsonObject { Count: > 0 } inner)
            {
                yaml.WriteLine();
                WriteMap(yaml, inner, indent + "  ");
            }
            else if (value is JsonArray { Count: > 0 } list && list.All(item => item is JsonValue or null))
            {
                yaml.WriteLine();
                foreach (JsonNode? item in list)
                    yaml.WriteLine($"{indent}  - {Scalar(item)}");
            }
            else
                yaml.WriteLine(" " + Scalar(value));
        }
    }

    private static string Scalar(JsonNode? value) =>
        value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? Word(text.GetValue<string>())
            : Json(value);

    /// <summary>A text without quotes where it reads as the same text: no indicator of YAML, nothing that it takes for another type.</summary>
    private static string Word(string text)
    {
        bool isPlain =
            text.Length is > 0 and < 200
            && (char.IsAsciiLetter(text[0]) || text[0] is '_' or '$')
            && text[^1] != ' '
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || " _-./[]=,$\"%+()".Contains(letter))
            && new DsdlScalar(default, text, isPlain: true) is { IsText: true, Bool: null };
        return isPlain ? text : Json(text);
    }

    private static string Json(JsonNode? value) =>
        value?.ToJsonString(new() { Encoder = JsonForm.Options.Encoder }) ?? "null";
}
