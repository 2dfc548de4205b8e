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
        SchemaUnion union = new();
        foreach (Field field in _fields.Concat(other))
            union.Add(field.Name, field.Type, field.Type);
        return union.ToSchema();
    }

    /// <inheritdoc/>
    public IEnumerator<Field> GetEnumerator() => ((IEnumerable<Field>)_fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Collects the columns of many tables into one schema.</summary>
internal sealed class SchemaUnion
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, (ColumnType Stored, ColumnType Reads)> _types = [];

    public void Add(string name, ColumnType stored, ColumnType reads)
    {
        if (!_types.TryGetValue(name, out var known))
            _names.Add(name);
        _types[name] = (Field.Union(known.Stored, stored), Field.Union(known.Reads, reads));
    }

    // Text that reads as numbers in one table and not in the next is text, not a mixture of types.
    public Schema ToSchema() =>
        new(
            _names.Select(name =>
                _types[name] is { Reads: ColumnType.Json } mixed
                    ? new Field(name, mixed.Stored)
                    : new Field(name, _types[name].Reads)
            )
        );
}
