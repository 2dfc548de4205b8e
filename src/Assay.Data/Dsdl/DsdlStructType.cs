using System.Text.Json;

namespace Assay.Data;

/// <summary>A struct whose parameters, if it has any, are bound to domains.</summary>
public sealed class DsdlStructType : FieldType
{
    private readonly Dictionary<string, StructField> _byName;

    internal DsdlStructType(string name, IReadOnlyList<StructField> fields)
        : base(name)
    {
        Fields = fields;
        _byName = fields.ToDictionary(field => field.Name);
    }

    /// <summary>The fields, in the order of the definition.</summary>
    public IReadOnlyList<StructField> Fields { get; }

    internal override string Expected => $"a map of the fields of '{Name}'";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (node is not DsdlMap map)
            return reading.Expected(this, node);
        bool isWhole = true;
        foreach (DsdlEntry entry in map.Entries)
            if (reading.IsStrict && !_byName.ContainsKey(entry.Key.Text))
            {
                reading.Keys.Push(entry.Key.Text);
                reading.Error(
                    entry.Key.Place,
                    $"expected a field of '{Name}', found '{SourceText.Printable(entry.Key.Text)}'"
                        + (Nearest.Hint(entry.Key.Text, _byName.Keys) is { } hint ? "; " + hint : "")
                );
                reading.Keys.Pop();
                isWhole = false;
            }
        List<KeyValuePair<string, DsdlValue>> values = new(Fields.Count);
        foreach (StructField field in Fields)
        {
            if (map.Find(field.Name) is not { } entry)
            {
                // The language has no optional structs.
                if (!field.IsOptional || field.Type is DsdlStructType)
                    isWhole &= Missing(field, map, reading);
                continue;
            }
            reading.Keys.Push(field.Name);
            if (field.Type.Read(entry.Value, reading) is { } value)
                values.Add(new(field.Name, value));
            else
                isWhole = false;
            reading.Keys.Pop();
        }
        return isWhole ? new StructValue(this, values) : null;
    }

    private bool Missing(StructField field, DsdlMap map, DsdlReading reading)
    {
        string message = $"expected the field '{field.Name}' of '{Name}', found none";
        if (reading.IsStrict)
            reading.Error(map.Place, message);
        else
            reading.Warn(map.Place, message);
        return !reading.IsStrict;
    }
}

/// <summary>A field of a struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="IsOptional">Whether it may be missing.</param>
public sealed record StructField(string Name, FieldType Type, bool IsOptional);

/// <summary>A struct's values, in the order of its fields; missing ones are left out.</summary>
public sealed record StructValue(DsdlStructType Type, IReadOnlyList<KeyValuePair<string, DsdlValue>> Fields) : DsdlValue
{
    /// <summary>The value of a field, or null if it is missing.</summary>
    public DsdlValue? this[string field]
    {
        get
        {
            foreach ((string name, DsdlValue value) in Fields)
                if (name == field)
                    return value;
            return null;
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach ((string name, DsdlValue value) in Fields)
        {
            json.WritePropertyName(name);
            value.Write(json);
        }
        json.WriteEndObject();
    }
}
