using System.Collections;

namespace Assay.Data;

/// <summary>What a column's values are.</summary>
public enum ColumnType
{
    /// <summary>Nothing but missing values so far.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>Whole numbers of 64 bits.</summary>
    Int64,

    /// <summary>Finite numbers of double precision.</summary>
    Float64,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>UTF-8 JSON: nested values, or values whose types differ from row to row.</summary>
    Json,
}

/// <summary>A column's name and type.</summary>
public sealed record Field(string Name, ColumnType Type)
{
    /// <summary>The narrowest type that holds the values of both types.</summary>
    public static ColumnType Union(ColumnType a, ColumnType b) =>
        a == b || b == ColumnType.Null ? a
        : a == ColumnType.Null ? b
        : a is ColumnType.Int64 or ColumnType.Float64 && b is ColumnType.Int64 or ColumnType.Float64
            ? ColumnType.Float64
        : ColumnType.Json;
}

/// <summary>The columns of a dataset, in the order in which they first appear.</summary>
public sealed class Schema(IEnumerable<Field> fields) : IReadOnlyList<Field>
{
    private readonly Field[] _fields = [.. fields];

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public Field this[int index] => _fields[index];

    /// <summary>The field of that name, or null.</summary>
    public Field? Find(string name) => Array.Find(_fields, field => field.Name == name);

    /// <summary>The schema that holds the rows of both.</summary>
    public Schema Union(Schema other)
    {
        List<Field> merged = [.. _fields];
        foreach (Field field in other)
        {
            int at = merged.FindIndex(known => known.Name == field.Name);
            if (at < 0)
                merged.Add(field);
            else
                merged[at] = field with { Type = Field.Union(merged[at].Type, field.Type) };
        }
        return new(merged);
    }

    /// <inheritdoc/>
    public IEnumerator<Field> GetEnumerator() => ((IEnumerable<Field>)_fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
