using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>A type with all its names resolved: what values of a field must be.</summary>
/// <param name="name">Its name in the language.</param>
public abstract class FieldType(string name)
{
    /// <summary>Its name in the language: <c>BBox</c>, or that of the struct.</summary>
    public string Name { get; } = name;

    /// <summary>What a value is expected to be, in a message.</summary>
    internal abstract string Expected { get; }

    /// <summary>The value of a node, or null after an error.</summary>
    internal abstract DsdlValue? Read(DsdlNode node, DsdlReading reading);
}

/// <summary>A value of a sample. <see cref="Write"/> gives it in the form that is read, the same for equal values.</summary>
public abstract record DsdlValue
{
    /// <summary>Writes it as JSON that its type reads back to an equal value.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>The same as text.</summary>
    public string ToJson()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, JsonForm.Options))
            Write(json);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}

/// <summary>How JSON is written.</summary>
internal static class JsonForm
{
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    public static void Write(Utf8JsonWriter json, IEnumerable<double> numbers)
    {
        json.WriteStartArray();
        foreach (double number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}

/// <summary>The reading of one sample: where it is, how strict it is, and what was found.</summary>
/// <param name="isStrict">Whether unknown keys and missing fields are errors.</param>
internal sealed class DsdlReading(bool isStrict)
{
    private const int Limit = 20;
    private readonly List<DsdlFinding> _findings = [];

    public bool IsStrict => isStrict;

    public KeyPath Keys { get; } = new();

    /// <summary>What was found; of a sample with many faults the first ones.</summary>
    public IReadOnlyList<DsdlFinding> Findings => _findings;

    public bool HasErrors { get; private set; }

    /// <summary>Notes that a node is not what its type expects; gives null.</summary>
    public DsdlValue? Expected(FieldType type, DsdlNode node) =>
        Error(node.Place, $"expected {type.Expected}, found {node.Noun}");

    public DsdlValue? Error(Place place, string message)
    {
        // An error is kept in any case: it decides over the sample.
        if (_findings.Count < Limit || !HasErrors)
            _findings.Add(new(place.At(Keys), message));
        HasErrors = true;
        return null;
    }

    public void Warn(Place place, string message)
    {
        if (_findings.Count < Limit)
            _findings.Add(new(place.At(Keys), message, IsError: false));
    }

    /// <summary>A list of finite numbers, or null if it is none.</summary>
    public static double[]? Numbers(DsdlNode node)
    {
        if (node is not DsdlList list)
            return null;
        double[] numbers = new double[list.Items.Count];
        for (int i = 0; i < numbers.Length; i++)
            if (list.Items[i] is DsdlScalar { Number: { } number })
                numbers[i] = number;
            else
                return null;
        return numbers;
    }
}
