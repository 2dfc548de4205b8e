namespace Assay.Data;

/// <summary>What the values of a leaf mean.</summary>
internal enum ParquetMeaning
{
    /// <summary>What the physical type says.</summary>
    None,
    Text,
    Json,
    Decimal,
    Date,
    Time,
    Timestamp,
    Unsigned,
    Float16,
    Uuid,
    Interval,
    List,
    Map,
}

/// <summary>A field of a Parquet schema: a leaf with values, or a group of fields.</summary>
internal sealed class ParquetNode
{
    public required string Name { get; init; }

    /// <summary>The names from the top to here, with dots between them.</summary>
    public required string Path { get; init; }

    public required ParquetRepetition Repetition { get; init; }

    /// <summary>The definition level from which on a value of this field is there.</summary>
    public required int MaxDefinition { get; init; }

    /// <summary>The repetition level of another value of the innermost repeated field from the top to here.</summary>
    public required int MaxRepetition { get; init; }

    public ParquetMeaning Meaning { get; init; }

    /// <summary>Physical type of a leaf.</summary>
    public ParquetType Type { get; init; }

    /// <summary>Bytes of a value of fixed length.</summary>
    public int Length { get; init; }

    /// <summary>Digits behind the point of a decimal number.</summary>
    public int Scale { get; init; }

    /// <summary>Ticks per second of a time.</summary>
    public long TicksPerSecond { get; init; }

    /// <summary>True if a time is in UTC.</summary>
    public bool IsUtc { get; init; }

    /// <summary>Fields of a group; empty for a leaf.</summary>
    public IReadOnlyList<ParquetNode> Children { get; init; } = [];

    /// <summary>Which leaf this is, or which is the first within; the order of column chunks.</summary>
    public required int FirstLeaf { get; init; }

    /// <summary>Number of leaves within, 1 for a leaf.</summary>
    public int LeafCount { get; init; } = 1;

    public bool IsLeaf => Children.Count == 0;

    /// <summary>Bytes of each value, or 0 where they have lengths of their own.</summary>
    public int Width =>
        Type switch
        {
            ParquetType.Boolean => 1,
            ParquetType.Int32 or ParquetType.Float => 4,
            ParquetType.Int64 or ParquetType.Double => 8,
            ParquetType.Int96 => 12,
            ParquetType.FixedLenByteArray => Length,
            _ => 0,
        };
}
