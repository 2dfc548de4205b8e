using System.Text.Json;

namespace Assay.Data;

/// <summary>What the values of a column have in common, as far as the language can say it.</summary>
/// <param name="Name">The type: <c>Bool</c>, <c>Int</c>, <c>Num</c>, <c>Str</c>, <c>Dict</c>, <c>List</c>; null where there is no value yet.</param>
/// <param name="Element">Of lists: what the items have in common.</param>
internal sealed record ColumnShape(string? Name, ColumnShape? Element = null)
{
    /// <summary>No value so far.</summary>
    public static readonly ColumnShape None = new((string?)null);

    /// <summary>Values of several types: their JSON as text.</summary>
    public static readonly ColumnShape Mixed = new("Str") { IsMixed = true };

    private static readonly ColumnShape Bool = new("Bool"),
        Int = new("Int"),
        Num = new("Num"),
        Str = new("Str"),
        Dict = new("Dict");

    /// <summary>Whether values of several types are written as text.</summary>
    public bool IsMixed { get; private init; }

    /// <summary>Whether a value is missing.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The type that says it.</summary>
    public TypeExpression Type =>
        Name == "List"
            ? new("List", [new("etype", new NestedType(Element!.Name is null ? new("Str") : Element.Type))])
            : new(Name ?? "Str");

    /// <summary>The shape of a column whose values are all of one type.</summary>
    public static ColumnShape Of(ColumnType type) =>
        type switch
        {
            ColumnType.Bool => Bool,
            ColumnType.Int64 => Int,
            ColumnType.Float64 => Num,
            ColumnType.Text => Str,
            _ => None,
        };

    /// <summary>The shape of a JSON value.</summary>
    public static ColumnShape Of(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new() { MaxDepth = 64 });
        reader.Read();
        return Of(ref reader);
    }

    /// <summary>What both have in common.</summary>
    public ColumnShape Union(ColumnShape other)
    {
        bool isOptional = IsOptional || other.IsOptional;
        ColumnShape both =
            Name is null ? other
            : other.Name is null ? this
            : IsMixed || other.IsMixed ? Mixed
            : Name == other.Name
                ? Element is null || !Element.Union(other.Element!).IsMixed
                        ? this with
                        {
                            Element = Element?.Union(other.Element!),
                        }
                    : Mixed
            : Name is "Int" or "Num" && other.Name is "Int" or "Num" ? Num
            : Mixed;
        return both.IsOptional == isOptional ? both : both with { IsOptional = isOptional };
    }

    private static ColumnShape Of(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                return Bool;
            case JsonTokenType.Number:
                return reader.TryGetInt64(out _) ? Int : Num;
            case JsonTokenType.String:
                return Str;
            case JsonTokenType.StartObject:
                reader.Skip();
                return Dict;
            case JsonTokenType.StartArray:
                ColumnShape element = None;
                bool isMixed = false;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ColumnShape item = Of(ref reader);
                    element = element.Union(item);
                    isMixed |= item.IsMixed;
                }
                return isMixed || element.IsMixed ? Mixed : new("List", element);
            default:
                // The language has no null.
                return Mixed;
        }
    }
}
