using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Recipes;

/// <summary>Writes options in one fixed form, so that equal options give equal cache keys.</summary>
/// <remarks>
/// Keys in kebab case and ordinal order, defaults included, numbers in the shortest form that reads back to the same bits,
/// no white space.
/// </remarks>
internal static class CanonicalJson
{
    public static string Of(object options)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, options);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case Enum word:
                json.WriteStringValue(Wording.Text(word));
                break;
            case double number:
                // Adding zero turns -0 into 0, which compares equal to it.
                json.WriteNumberValue(number + 0.0);
                break;
            case int or long or ulong:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case StepSpec step:
                json.WriteStartObject();
                json.WritePropertyName(step.Name);
                Write(json, step.Options);
                json.WriteEndObject();
                break;
            case IDictionary map:
                WriteMap(json, map.Keys.Cast<string>().Select(key => (key, map[key])));
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (object? item in list)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                WriteObject(json, value);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, object value)
    {
        Type type = value.GetType();
        if (ValueKind.Of(type) is ValueKind.Record record)
            WriteMap(json, record.Shape.Options.Select(option => (option.Name, option.Property.GetValue(value))));
        else if (type.Namespace == nameof(System))
            json.WriteStringValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
        else
            // A type of ours that parses itself: its text may round, its properties do not.
            WriteMap(
                json,
                type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Select(property =>
                        (JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name), property.GetValue(value))
                    )
            );
    }

    private static void WriteMap(Utf8JsonWriter json, IEnumerable<(string Key, object? Value)> entries)
    {
        json.WriteStartObject();
        foreach ((string key, object? value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            Write(json, value);
        }
        json.WriteEndObject();
    }
}
