using System.Text;

namespace Assay.Data;

/// <summary>Kinds of types; numbers as in Arrow's Schema.fbs.</summary>
internal enum ArrowKind
{
    None,
    Null,
    Int,
    FloatingPoint,
    Binary,
    Utf8,
    Bool,
    Decimal,
    Date,
    Time,
    Timestamp,
    Interval,
    List,
    Struct,
    Union,
    FixedSizeBinary,
    FixedSizeList,
    Map,
    Duration,
    LargeBinary,
    LargeUtf8,
    LargeList,
    RunEndEncoded,
    BinaryView,
    Utf8View,
    ListView,
    LargeListView,
}

/// <summary>How the indices of a column with a dictionary are written.</summary>
/// <param name="Id">Which dictionary.</param>
/// <param name="Bits">Of an index.</param>
/// <param name="IsSigned">Whether it has a sign.</param>
internal sealed record ArrowIndices(long Id, int Bits, bool IsSigned);

/// <summary>A field of an Arrow schema: a column, or what is nested in one.</summary>
internal sealed record ArrowField
{
    private const int MaxDepth = 64;
    private const int MaxFields = 1 << 16;
    private const int MostWidth = 1 << 30;

    public required string Name { get; init; }

    /// <summary>The name in UTF-8.</summary>
    public required byte[] Utf8Name { get; init; }

    /// <summary>The names from the top to here, with dots between them.</summary>
    public required string Path { get; init; }

    /// <summary>Of the values; where they stand in a dictionary, <see cref="Indices"/> says how indices are written.</summary>
    public required ArrowKind Kind { get; init; }

    public ArrowIndices? Indices { get; init; }

    public ArrowField[] Children { get; init; } = [];

    /// <summary>Bits of a number or time, bytes of a value of fixed size, elements of a list of fixed size.</summary>
    public int Width { get; init; }

    public bool IsSigned { get; init; } = true;

    /// <summary>Digits behind the point of a decimal number.</summary>
    public int Scale { get; init; }

    /// <summary>Unit of a time, in Arrow's numbers: seconds, milli-, micro-, nanoseconds; of dates, intervals and unions the variant.</summary>
    public int Unit { get; init; }

    /// <summary>True if times are instants, shown in UTC.</summary>
    public bool IsUtc { get; init; }

    /// <summary>Which child each type id of a union stands for, -1 for none.</summary>
    public int[] ChildOfType { get; init; } = [];

    /// <summary>Name of an extension type.</summary>
    public string? Extension { get; init; }

    public bool IsNested =>
        Kind
            is ArrowKind.List
                or ArrowKind.LargeList
                or ArrowKind.FixedSizeList
                or ArrowKind.ListView
                or ArrowKind.LargeListView
                or ArrowKind.Struct
                or ArrowKind.Map;

    /// <summary>Ticks per second of a time.</summary>
    public long TicksPerSecond =>
        Unit switch
        {
            0 => 1,
            1 => 1_000,
            2 => 1_000_000,
            _ => 1_000_000_000,
        };

    /// <summary>The columns of a schema.</summary>
    /// <param name="schema">Table <c>Schema</c>.</param>
    /// <param name="dictionaries">The field of each dictionary, by its id.</param>
    /// <exception cref="DamagedFileException">It is damaged, or of a kind that is not read.</exception>
    public static ArrowField[] ReadAll(FlatTable schema, out Dictionary<long, ArrowField> dictionaries)
    {
        if (schema.Short(0) != 0)
            throw new DamagedFileException("expected little-endian values, found big-endian ones");
        int left = MaxFields;
        dictionaries = [];
        ArrowField[] fields = ReadFields(schema, 1, "", [], dictionaries, ref left, 0);
        return fields.Length > 0
            ? fields
            : throw new DamagedFileException("expected a schema with at least one column, found none");
    }

    private static ArrowField[] ReadFields(
        FlatTable parent,
        int list,
        string path,
        long[] within,
        Dictionary<long, ArrowField> dictionaries,
        ref int left,
        int depth
    )
    {
        if (depth > MaxDepth)
            throw new DamagedFileException($"expected fields nested at most {MaxDepth} deep, found deeper ones");
        int count = parent.Count(list);
        if (count > left)
            throw new DamagedFileException($"expected at most {MaxFields} fields, found more");
        left -= count;
        ArrowField[] fields = new ArrowField[count];
        for (int i = 0; i < count; i++)
            fields[i] = Read(parent.Table(list, i), path, within, dictionaries, ref left, depth);
        return fields;
    }

    private static ArrowField Read(
        FlatTable table,
        string parent,
        long[] within,
        Dictionary<long, ArrowField> dictionaries,
        ref int left,
        int depth
    )
    {
        string name = table.Text(0) ?? "",
            path = parent.Length == 0 ? name : parent + "." + name;
        ArrowKind kind = (ArrowKind)table.Byte(2);
        if (!table.TryTable(3, out FlatTable type) || kind is ArrowKind.None or > ArrowKind.LargeListView)
            throw new DamagedFileException($"expected a type of 1 to 26, found {(int)kind}, at field '{path}'");
        ArrowIndices? indices = null;
        if (table.TryTable(4, out FlatTable dictionary))
        {
            bool isGiven = dictionary.TryTable(1, out FlatTable index);
            indices = new(dictionary.Long(0), isGiven ? index.Int(0) : 32, !isGiven || index.Bool(1));
            if (indices.Bits is not (8 or 16 or 32 or 64))
                throw Bad($"indices of 8 to 64 bits, found {indices.Bits}", path);
            if (Array.IndexOf(within, indices.Id) >= 0)
                throw Bad("a dictionary without itself in it, found one", path);
            within = [.. within, indices.Id];
        }
        ArrowField field = new()
        {
            Name = name,
            Utf8Name = Encoding.UTF8.GetBytes(name),
            Path = path,
            Kind = kind,
            Indices = indices,
            Children = ReadFields(table, 5, path, within, dictionaries, ref left, depth + 1),
            Extension = ExtensionOf(table),
        };
        field = field.WithType(type);
        field.Check();
        if (indices is not null && !dictionaries.TryAdd(indices.Id, field) && dictionaries[indices.Id].Kind != kind)
            throw Bad($"dictionary {indices.Id} to have one type, found two", path);
        return field;
    }

    private static string? ExtensionOf(FlatTable table)
    {
        for (int i = 0, count = table.Count(6); i < count; i++)
        {
            FlatTable pair = table.Table(6, i);
            if (pair.Text(0) == "ARROW:extension:name")
                return pair.Text(1);
        }
        return null;
    }

    private ArrowField WithType(FlatTable type) =>
        Kind switch
        {
            ArrowKind.Int => this with { Width = type.Int(0), IsSigned = type.Bool(1) },
            ArrowKind.FloatingPoint => this with { Width = 16 << Math.Clamp((int)type.Short(0), 0, 3) },
            ArrowKind.Decimal => this with { Scale = type.Int(1), Width = type.Int(2, 128) },
            ArrowKind.Date => this with { Unit = type.Short(0, 1) },
            ArrowKind.Time => this with { Unit = type.Short(0, 1), Width = type.Int(1, 32) },
            ArrowKind.Timestamp => this with { Unit = type.Short(0), IsUtc = type.Text(1) is { Length: > 0 } },
            ArrowKind.Duration => this with { Unit = type.Short(0, 1) },
            ArrowKind.Interval => this with { Unit = type.Short(0) },
            ArrowKind.FixedSizeBinary or ArrowKind.FixedSizeList => this with { Width = type.Int(0) },
            ArrowKind.Union => this with { Unit = type.Short(0), ChildOfType = TypeIds(type) },
            _ => this,
        };

    private int[] TypeIds(FlatTable type)
    {
        ReadOnlySpan<int> ids = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(type.Vector(1, 4));
        if (ids.IsEmpty)
            return [.. Enumerable.Range(0, Children.Length)];
        int[] children = new int[128];
        Array.Fill(children, -1);
        if (ids.Length != Children.Length)
            throw Bad($"a type id for each of {Children.Length} fields, found {ids.Length}", Path);
        for (int i = 0; i < ids.Length; i++)
            if (ids[i] is >= 0 and < 128)
                children[ids[i]] = i;
            else
                throw Bad($"type ids of 0 to 127, found {ids[i]}", Path);
        return children;
    }

    private void Check()
    {
        bool isRight = Kind switch
        {
            ArrowKind.Int => Width is 8 or 16 or 32 or 64,
            ArrowKind.FloatingPoint => Width is 16 or 32 or 64,
            ArrowKind.Decimal => Width is 32 or 64 or 128 or 256,
            ArrowKind.Time => Width == (Unit < 2 ? 32 : 64) && Unit is >= 0 and <= 3,
            ArrowKind.Date => Unit is 0 or 1,
            ArrowKind.Timestamp or ArrowKind.Duration => Unit is >= 0 and <= 3,
            ArrowKind.Interval => Unit is >= 0 and <= 2,
            ArrowKind.FixedSizeBinary or ArrowKind.FixedSizeList => Width is >= 0 and <= MostWidth,
            ArrowKind.Union => Unit is 0 or 1,
            _ => true,
        };
        if (!isRight)
            throw Bad($"a known variant of {Kind}, found width {Width}, unit {Unit}", Path);
        int? children = Kind switch
        {
            ArrowKind.Struct or ArrowKind.Union => null,
            ArrowKind.RunEndEncoded => 2,
            _ => IsNested ? 1 : 0,
        };
        if (children is { } wanted && Children.Length != wanted)
            throw Bad($"{wanted} fields within {Kind}, found {Children.Length}", Path);
        if (Kind == ArrowKind.Map && Children[0] is not { Kind: ArrowKind.Struct, Children.Length: 2 })
            throw Bad("a map of keys and values, found another", Path);
        if (Kind == ArrowKind.RunEndEncoded && Children[0] is not { Kind: ArrowKind.Int, Width: > 8, Indices: null })
            throw Bad("ends of runs in whole numbers, found others", Path);
        if (Kind == ArrowKind.Struct)
            CheckNames(Children);
    }

    /// <summary>Stops where a name stands twice.</summary>
    public static void CheckNames(ArrowField[] fields)
    {
        HashSet<string> names = [];
        foreach (ArrowField field in fields)
            if (!names.Add(field.Name))
                throw new DamagedFileException($"expected each field once, found '{field.Path}' twice");
    }

    private static DamagedFileException Bad(string what, string path) => new($"expected {what}, at field '{path}'");
}
