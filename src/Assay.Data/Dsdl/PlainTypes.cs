using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary><c>Bool</c>: a truth value, or the number 0 or 1.</summary>
public sealed class BoolType() : FieldType("Bool")
{
    internal override string Expected => "true or false";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node is DsdlScalar scalar
        && (
            scalar.Bool
            ?? scalar.Number switch
            {
                0 => false,
                1 => true,
                _ => null,
            }
        )
            is { } truth
            ? new BoolValue(truth)
            : reading.Expected(this, node);
}

/// <summary>True or false.</summary>
public sealed record BoolValue(bool Truth) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteBooleanValue(Truth);
}

/// <summary><c>Int</c>: a whole number of 64 bits; <c>1.0</c> is one.</summary>
public sealed class IntType() : FieldType("Int")
{
    internal override string Expected => "a whole number";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node is DsdlScalar { Whole: { } whole } ? new IntValue(whole) : reading.Expected(this, node);
}

/// <summary>A whole number.</summary>
public sealed record IntValue(long Number) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteNumberValue(Number);
}

/// <summary><c>Num</c>: a finite number of double precision.</summary>
public sealed class NumType() : FieldType("Num")
{
    internal override string Expected => "a number";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node is DsdlScalar { Number: { } number } ? new NumValue(number) : reading.Expected(this, node);
}

/// <summary>A number.</summary>
public sealed record NumValue(double Number) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteNumberValue(Number);
}

/// <summary><c>Str</c>, <c>Text</c>, <c>UniqueID</c> and <c>InstanceID</c>: text.</summary>
/// <param name="name">Which of them.</param>
/// <param name="idType">Of ids: what they identify, or null.</param>
public sealed class TextType(string name, string? idType = null) : FieldType(name)
{
    /// <summary>Of ids: what they identify, or null.</summary>
    public string? IdType { get; } = idType;

    internal override string Expected => "text";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node is DsdlScalar { IsText: true } scalar ? new TextValue(scalar.Text)
        : node is DsdlScalar { IsNull: false } other
            ? reading.Error(node.Place, $"expected text, found {other.Noun}; text that looks so needs quotes")
        : reading.Expected(this, node);
}

/// <summary>Text.</summary>
public sealed record TextValue(string Text) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteStringValue(Text);
}

/// <summary><c>Dict</c>: a map of anything.</summary>
public sealed class DictType() : FieldType("Dict")
{
    internal override string Expected => "a map";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node is DsdlMap map ? new DictValue((JsonObject)map.ToJson()!) : reading.Expected(this, node);
}

/// <summary>A map of anything.</summary>
public sealed record DictValue(JsonObject Map) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => Map.WriteTo(json);
}

/// <summary><c>List</c>: any number of values of one type.</summary>
/// <param name="element">Their type.</param>
/// <param name="isOrdered">Whether their order means something.</param>
public sealed class DsdlListType(FieldType element, bool isOrdered) : FieldType("List")
{
    /// <summary>The type of the values.</summary>
    public FieldType Element { get; } = element;

    /// <summary>Whether their order means something.</summary>
    public bool IsOrdered { get; } = isOrdered;

    internal override string Expected => "a list";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (node is not DsdlList list)
            return reading.Expected(this, node);
        DsdlValue[] items = new DsdlValue[list.Items.Count];
        bool isWhole = true;
        for (int i = 0; i < items.Length; i++)
        {
            reading.Keys.Push(i);
            isWhole &= Element.Read(list.Items[i], reading) is { } item && (items[i] = item) is not null;
            reading.Keys.Pop();
        }
        return isWhole ? new ListValue(items) : null;
    }
}

/// <summary>A list of values.</summary>
public sealed record ListValue(IReadOnlyList<DsdlValue> Items) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (DsdlValue item in Items)
            item.Write(json);
        json.WriteEndArray();
    }
}
