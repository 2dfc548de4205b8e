namespace Assay.Data;

/// <summary>Reads the tree of fields off the list of elements in a footer.</summary>
internal sealed class ParquetSchemaReader
{
    private const int MaxDepth = 64;
    private const int MaxLeaves = 1 << 16;
    private readonly List<Element> _elements = [];
    private readonly List<ParquetNode> _leaves = [];
    private int _next;

    /// <summary>The leaves so far, in order.</summary>
    public IReadOnlyList<ParquetNode> Leaves => _leaves;

    /// <summary>The root of the schema.</summary>
    /// <exception cref="ParquetException">It is no tree, or a type is not known.</exception>
    public ParquetNode Read(ref ThriftReader reader, ThriftType type)
    {
        int count = reader.List(type, ThriftType.Struct);
        for (int i = 0; i < count; i++)
            _elements.Add(ReadElement(ref reader));
        if (count == 0 || _elements[0].Children < 1)
            throw new ParquetException("expected a schema with at least one column, found none");
        ParquetNode root = Build("", 0, 0, 0);
        return _next == count
            ? root
            : throw new ParquetException($"expected a schema of {_next} fields, found {count}");
    }

    private sealed class Element
    {
        public string Name = "";
        public int? Type,
            Length,
            Repetition,
            Converted;
        public int Children,
            Scale,
            Precision;
        public Logical? Logical;
    }

    private sealed class Logical
    {
        public int Kind,
            Unit,
            Scale;
        public bool IsUtc,
            IsSigned = true;
    }

    private static Element ReadElement(ref ThriftReader reader)
    {
        Element element = new();
        int outer = reader.Enter();
        while (reader.Field(out int id, out ThriftType type))
            switch (id)
            {
                case 1:
                    element.Type = reader.Int(type);
                    break;
                case 2:
                    element.Length = reader.Int(type);
                    break;
                case 3:
                    element.Repetition = reader.Int(type);
                    break;
                case 4:
                    element.Name = reader.Text(type);
                    break;
                case 5:
                    element.Children = reader.Int(type);
                    break;
                case 6:
                    element.Converted = reader.Int(type);
                    break;
                case 7:
                    element.Scale = reader.Int(type);
                    break;
                case 8:
                    element.Precision = reader.Int(type);
                    break;
                case 10 when type == ThriftType.Struct:
                    element.Logical = ReadLogical(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        reader.Leave(outer);
        return element;
    }

    /// <summary>A union: one field, whose number is the kind.</summary>
    private static Logical ReadLogical(ref ThriftReader reader)
    {
        Logical logical = new();
        int outer = reader.Enter();
        while (reader.Field(out int kind, out ThriftType type))
        {
            logical.Kind = kind;
            if (type != ThriftType.Struct)
            {
                reader.Skip(type);
                continue;
            }
            int within = reader.Enter();
            while (reader.Field(out int id, out ThriftType field))
                switch (kind, id)
                {
                    case (5, 1):
                        logical.Scale = reader.Int(field);
                        break;
                    case (7 or 8, 1):
                        logical.IsUtc = ThriftReader.Bool(field);
                        break;
                    case (7 or 8, 2) when field == ThriftType.Struct:
                        int unit = reader.Enter();
                        while (reader.Field(out logical.Unit, out ThriftType empty))
                            reader.Skip(empty);
                        reader.Leave(unit);
                        break;
                    case (10, 2):
                        logical.IsSigned = ThriftReader.Bool(field);
                        break;
                    default:
                        reader.Skip(field);
                        break;
                }
            reader.Leave(within);
        }
        reader.Leave(outer);
        return logical;
    }

    private ParquetNode Build(string parent, int definition, int repetition, int depth)
    {
        if (depth > MaxDepth)
            throw new ParquetException($"expected fields nested at most {MaxDepth} deep, found deeper ones");
        if (_next == _elements.Count)
            throw new ParquetException($"expected more than {_next} fields in the schema, found the end");
        Element element = _elements[_next++];
        bool isRoot = depth == 0;
        string path = parent.Length == 0 ? element.Name : parent + "." + element.Name;
        if (!isRoot && element.Repetition is not (0 or 1 or 2))
            throw new ParquetException(
                $"expected a repetition of 0 to 2, found {Show(element.Repetition)}, at field '{path}'"
            );
        ParquetRepetition kind = isRoot ? ParquetRepetition.Required : (ParquetRepetition)element.Repetition!;
        definition += kind == ParquetRepetition.Required ? 0 : 1;
        repetition += kind == ParquetRepetition.Repeated ? 1 : 0;
        int firstLeaf = _leaves.Count;
        if (element.Children < 0)
            throw new ParquetException($"expected a number of fields, found {element.Children}, at field '{path}'");
        if (element.Children == 0)
            return Leaf(element, path, kind, definition, repetition);
        ParquetNode[] children = new ParquetNode[Math.Min(element.Children, _elements.Count - _next)];
        if (children.Length < element.Children)
            throw new ParquetException(
                $"expected {element.Children} fields in '{path}', found {children.Length} in the rest of the schema"
            );
        HashSet<string> names = [];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = Build(isRoot ? "" : path, definition, repetition, depth + 1);
            if (!names.Add(children[i].Name))
                throw new ParquetException($"expected each field once, found '{children[i].Path}' twice");
        }
        return new()
        {
            Name = element.Name,
            Path = path,
            Repetition = kind,
            MaxDefinition = definition,
            MaxRepetition = repetition,
            Children = children,
            Meaning =
                element.Logical?.Kind == 3 || element.Converted == 3 ? ParquetMeaning.List
                : element.Logical?.Kind == 2 || element.Converted is 1 or 2 ? ParquetMeaning.Map
                : ParquetMeaning.None,
            FirstLeaf = firstLeaf,
            LeafCount = _leaves.Count - firstLeaf,
        };
    }

    private ParquetNode Leaf(Element element, string path, ParquetRepetition kind, int definition, int repetition)
    {
        if (element.Type is not (>= 0 and <= (int)ParquetType.FixedLenByteArray))
            throw new ParquetException($"expected a type of 0 to 7, found {Show(element.Type)}, at field '{path}'");
        ParquetType type = (ParquetType)element.Type;
        int length = type == ParquetType.FixedLenByteArray ? element.Length ?? 0 : 0;
        if (type == ParquetType.FixedLenByteArray && length < 1)
            throw new ParquetException($"expected values of 1 byte or more, found {length}, at field '{path}'");
        if (_leaves.Count == MaxLeaves)
            throw new ParquetException($"expected at most {MaxLeaves} columns, found more");
        (ParquetMeaning meaning, long ticks, bool isUtc) = MeaningOf(element, type, length);
        int scale = element.Logical?.Kind == 5 ? element.Logical.Scale : element.Scale;
        if (meaning == ParquetMeaning.Decimal && scale is < 0 or > 1000)
            throw new ParquetException($"expected 0 to 1000 digits behind the point, found {scale}, at field '{path}'");
        ParquetNode leaf = new()
        {
            Name = element.Name,
            Path = path,
            Repetition = kind,
            MaxDefinition = definition,
            MaxRepetition = repetition,
            Type = type,
            Length = length,
            Meaning = meaning,
            Scale = scale,
            TicksPerSecond = ticks,
            IsUtc = isUtc,
            FirstLeaf = _leaves.Count,
        };
        _leaves.Add(leaf);
        return leaf;
    }

    /// <summary>By the logical type, else by the converted type of older files; an annotation that does not fit is ignored.</summary>
    private static (ParquetMeaning, long Ticks, bool IsUtc) MeaningOf(Element element, ParquetType type, int length)
    {
        const long milli = 1_000,
            micro = 1_000_000,
            nano = 1_000_000_000;
        bool isBytes = type is ParquetType.ByteArray or ParquetType.FixedLenByteArray,
            isWhole = type is ParquetType.Int32 or ParquetType.Int64;
        Logical? logical = element.Logical;
        long unit = logical?.Unit switch
        {
            1 => milli,
            2 => micro,
            3 => nano,
            _ => 0,
        };
        if (type == ParquetType.Int96)
            return (ParquetMeaning.Timestamp, nano, false);
        return (logical?.Kind, element.Converted) switch
        {
            (1 or 4, _) or (null, 0 or 4) when isBytes => (ParquetMeaning.Text, 0, false),
            (12, _) or (null, 19) when isBytes => (ParquetMeaning.Json, 0, false),
            (5, _) or (null, 5) when isBytes || isWhole => (ParquetMeaning.Decimal, 0, false),
            (6, _) or (null, 6) when type == ParquetType.Int32 => (ParquetMeaning.Date, 0, false),
            (7, _) when isWhole && unit > 0 => (ParquetMeaning.Time, unit, logical!.IsUtc),
            (null, 7) when type == ParquetType.Int32 => (ParquetMeaning.Time, milli, true),
            (null, 8) when type == ParquetType.Int64 => (ParquetMeaning.Time, micro, true),
            (8, _) when type == ParquetType.Int64 && unit > 0 => (ParquetMeaning.Timestamp, unit, logical!.IsUtc),
            (null, 9) when type == ParquetType.Int64 => (ParquetMeaning.Timestamp, milli, true),
            (null, 10) when type == ParquetType.Int64 => (ParquetMeaning.Timestamp, micro, true),
            (10, _) when isWhole && !logical!.IsSigned => (ParquetMeaning.Unsigned, 0, false),
            (null, >= 11 and <= 14) when isWhole => (ParquetMeaning.Unsigned, 0, false),
            (14, _) when length == 16 => (ParquetMeaning.Uuid, 0, false),
            (15, _) when length == 2 => (ParquetMeaning.Float16, 0, false),
            (_, 21) when length == 12 => (ParquetMeaning.Interval, 0, false),
            _ => (ParquetMeaning.None, 0, false),
        };
    }

    private static string Show(int? number) => number is { } value ? $"{value}" : "nothing";
}
