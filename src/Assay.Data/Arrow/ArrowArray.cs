using System.Globalization;
using System.Numerics;

namespace Assay.Data;

/// <summary>An array of a batch: the values of a column, or of what is nested in one.</summary>
/// <param name="type">What the values are.</param>
/// <param name="indices">How indices are written, where the values stand in a dictionary; else null.</param>
internal sealed class ArrowArray(ArrowField type, ArrowIndices? indices)
{
    private const int MostBytes = 1 << 30; // of a value
    private const long MillisecondsPerDay = 86_400_000;

    public ArrowField Field => type;

    public required long Length { get; init; }

    /// <summary>Which values are there; null where all are.</summary>
    public required ArrowBuffer? Validity { get; init; }

    /// <summary>Values, or offsets of texts and lists, or views, or type ids.</summary>
    public required ArrowBuffer? Values { get; init; }

    /// <summary>Bytes of texts, sizes of list views, offsets of a dense union.</summary>
    public required ArrowBuffer? More { get; init; }

    /// <summary>Buffers that views point into.</summary>
    public required ArrowBuffer[] Views { get; init; }

    public required ArrowArray[] Children { get; init; }

    public required Func<long, ArrowDictionary> DictionaryOf { get; init; }

    /// <summary>Whether nothing in the file grows with the number of values, so that a damaged length could be any.</summary>
    public bool HoldsNothing =>
        Validity is null
        && indices is null
        && Field.Kind switch
        {
            ArrowKind.Null or ArrowKind.RunEndEncoded => true,
            ArrowKind.FixedSizeBinary or ArrowKind.FixedSizeList => Field.Width == 0,
            ArrowKind.Struct => Children.All(child => child.HoldsNothing),
            _ => false,
        };

    /// <summary>Stops where the lengths of children do not go with this.</summary>
    public void Check()
    {
        long wanted = Field.Kind switch
        {
            ArrowKind.Struct => Length,
            ArrowKind.Union when Field.Unit == 0 => Length,
            ArrowKind.FixedSizeList => Length * Field.Width,
            _ => 0,
        };
        foreach (ArrowArray child in Children)
            if (child.Length < wanted)
                throw new DamagedFileException(
                    $"expected {wanted} values of '{child.Field.Path}', found {child.Length}"
                );
    }

    /// <summary>The value of a row, unless it is nested.</summary>
    /// <returns>False where it is nested; <see cref="Write"/> has it then.</returns>
    public bool TryCell(long row, CellMaker maker, out Cell cell)
    {
        (ArrowArray? array, long at) = Resolve(row);
        bool isNested = array is { Field.IsNested: true };
        cell = array is null || isNested ? default : array.Scalar(at, maker);
        return !isNested;
    }

    /// <summary>Writes a value as JSON, a missing one as null.</summary>
    public void Write(long row, CellJson json, CellMaker maker)
    {
        (ArrowArray? array, long at) = Resolve(row);
        switch (array?.Field.Kind)
        {
            case null:
                json.WriteValue(default);
                break;
            case ArrowKind.Struct:
                json.Writer.WriteStartObject();
                foreach (ArrowArray child in array.Children)
                {
                    if (!json.HasRoom())
                        break;
                    json.Writer.WritePropertyName(child.Field.Utf8Name);
                    child.Write(at, json, maker);
                }
                json.Writer.WriteEndObject();
                break;
            case ArrowKind.Map when array.Children[0].Children[0].HasPlainValues:
                array.WriteMap(at, json, maker);
                break;
            default:
                if (array.Field.IsNested)
                    array.WriteList(at, json, maker);
                else
                    json.WriteValue(array.Scalar(at, maker));
                break;
        }
    }

    private bool HasPlainValues => !Field.IsNested && Field.Kind is not (ArrowKind.Union or ArrowKind.RunEndEncoded);

    private void WriteList(long row, CellJson json, CellMaker maker)
    {
        (long start, long count) = Range(row);
        json.Writer.WriteStartArray();
        for (long i = 0; i < count && json.HasRoom(); i++)
            Children[0].Write(start + i, json, maker);
        json.Writer.WriteEndArray();
    }

    private void WriteMap(long row, CellJson json, CellMaker maker)
    {
        (long start, long count) = Range(row);
        HashSet<UInt128> keys = [];
        ArrowArray entries = Children[0];
        json.Writer.WriteStartObject();
        for (long i = start; i < start + count && json.HasRoom(); i++)
        {
            entries.Children[0].TryCell(i, maker, out Cell key);
            json.WriteKey(key, keys, Field.Path);
            entries.Children[1].Write(i, json, maker);
        }
        json.Writer.WriteEndObject();
    }

    /// <summary>Where the elements of a list stand.</summary>
    private (long Start, long Count) Range(long row)
    {
        (long start, long count) = Field.Kind switch
        {
            ArrowKind.FixedSizeList => (row * Field.Width, Field.Width),
            ArrowKind.ListView => (Values!.At<int>(row), More!.At<int>(row)),
            ArrowKind.LargeListView => (Values!.At<long>(row), More!.At<long>(row)),
            _ => Offsets(row, Field.Kind == ArrowKind.LargeList),
        };
        if (start < 0 || count < 0 || start > Children[0].Length - count)
            throw new DamagedFileException(
                $"expected elements within {Children[0].Length} of '{Children[0].Field.Path}', found {count} from {start} on"
            );
        return (start, count);
    }

    private (long Start, long Count) Offsets(long row, bool isLarge)
    {
        long start = isLarge ? Values!.At<long>(row) : Values!.At<int>(row),
            end = isLarge ? Values!.At<long>(row + 1) : Values!.At<int>(row + 1);
        return start >= 0 && end >= start
            ? (start, end - start)
            : throw new DamagedFileException(
                $"expected offsets of '{Field.Path}' that ascend, found {start} and {end}"
            );
    }

    /// <summary>Follows dictionaries, runs and unions to the array that holds the value; null where it is missing.</summary>
    private (ArrowArray? Array, long Row) Resolve(long row)
    {
        ArrowArray array = this;
        while (true)
        {
            if ((ulong)row >= (ulong)array.Length)
                throw new DamagedFileException(
                    $"expected a place below {array.Length} in '{array.Field.Path}', found {row}"
                );
            if (array.Field.Kind == ArrowKind.Null || array.Validity is { } validity && !validity.Bit(row))
                return (null, 0);
            if (array.Indices is { } written)
                (array, row) = array
                    .DictionaryOf(written.Id)
                    .At(Integer(array.Values!, row, written.Bits, written.IsSigned));
            else if (array.Field.Kind == ArrowKind.RunEndEncoded)
                (array, row) = (array.Children[1], array.Run(row));
            else if (array.Field.Kind == ArrowKind.Union)
                (array, row) = array.Chosen(row);
            else
                return (array, row);
        }
    }

    private ArrowIndices? Indices => indices;

    private (ArrowArray Child, long Row) Chosen(long row)
    {
        int id = Values!.At<sbyte>(row);
        int child = id >= 0 && id < Field.ChildOfType.Length ? Field.ChildOfType[id] : -1;
        if (child < 0)
            throw new DamagedFileException($"expected a type id of the union '{Field.Path}', found {id}");
        return (Children[child], Field.Unit == 0 ? row : More!.At<int>(row));
    }

    /// <summary>The first run that ends behind a row.</summary>
    private long Run(long row)
    {
        ArrowArray ends = Children[0];
        long low = 0,
            high = ends.Length;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (Integer(ends.Values!, middle, ends.Field.Width, isSigned: true) > row)
                high = middle;
            else
                low = middle + 1;
        }
        return low < ends.Length
            ? low
            : throw new DamagedFileException($"expected runs up to row {row} of '{Field.Path}', found fewer");
    }

    private static long Integer(ArrowBuffer values, long row, int bits, bool isSigned) =>
        (bits, isSigned) switch
        {
            (8, true) => values.At<sbyte>(row),
            (8, false) => values.At<byte>(row),
            (16, true) => values.At<short>(row),
            (16, false) => values.At<ushort>(row),
            (32, true) => values.At<int>(row),
            (32, false) => values.At<uint>(row),
            _ => values.At<long>(row),
        };

    private Cell Scalar(long row, CellMaker maker)
    {
        ArrowBuffer values = Values!;
        switch (Field.Kind)
        {
            case ArrowKind.Bool:
                return CellMaker.Truth(values.Bit(row));
            case ArrowKind.Int when Field.Extension == "arrow.bool8" && Field.Width == 8:
                return CellMaker.Truth(values.At<byte>(row) != 0);
            case ArrowKind.Int when Field.Width == 64 && !Field.IsSigned:
                return CellMaker.Unsigned(values.At<ulong>(row));
            case ArrowKind.Int:
                return CellMaker.Whole(Integer(values, row, Field.Width, Field.IsSigned));
            case ArrowKind.FloatingPoint:
                return CellMaker.Number(
                    Field.Width switch
                    {
                        16 => (double)values.At<Half>(row),
                        32 => values.At<float>(row),
                        _ => values.At<double>(row),
                    }
                );
            case ArrowKind.Decimal:
                return Decimal(values, row);
            case ArrowKind.Date:
                return maker.Date(
                    Field.Unit == 0
                        ? values.At<int>(row)
                        : CellMaker.FloorDivide(values.At<long>(row), MillisecondsPerDay).Quotient
                );
            case ArrowKind.Time:
                return maker.Time(Integer(values, row, Field.Width, true), Field.TicksPerSecond, isUtc: false);
            case ArrowKind.Timestamp:
                return maker.Timestamp(values.At<long>(row), Field.TicksPerSecond, Field.IsUtc);
            case ArrowKind.Duration:
                return maker.Made($"PT{Seconds(values.At<long>(row), Field.TicksPerSecond)}S");
            case ArrowKind.Interval:
                return Interval(values, row, maker);
            default:
                return OfBytes(row, maker);
        }
    }

    private Cell OfBytes(long row, CellMaker maker)
    {
        (ArrowBuffer bytes, long start, long length) = Place(row);
        if (length > MostBytes)
            return CellMaker.Faulty($"expected at most 1 GiB in a value, found {length} bytes");
        ReadOnlySpan<byte> value = bytes.At(start, (int)length);
        return Field.Kind switch
        {
            ArrowKind.FixedSizeBinary when Field.Extension == "arrow.uuid" && length == 16 => maker.Uuid(value),
            ArrowKind.FixedSizeBinary => maker.Base64Of(value),
            ArrowKind.Binary or ArrowKind.LargeBinary or ArrowKind.BinaryView => maker.Bytes(value),
            _ when Field.Extension == "arrow.json" => CellMaker.Json(value),
            _ => CellMaker.Text(value),
        };
    }

    private (ArrowBuffer Bytes, long Start, long Length) Place(long row)
    {
        const int viewBytes = 16,
            inView = 12;
        if (Field.Kind == ArrowKind.FixedSizeBinary)
            return (Values!, row * Field.Width, Field.Width);
        if (Field.Kind is not (ArrowKind.BinaryView or ArrowKind.Utf8View))
        {
            (long start, long count) = Offsets(row, Field.Kind is ArrowKind.LargeBinary or ArrowKind.LargeUtf8);
            return (More!, start, count);
        }
        int length = Values!.At<int>(4 * row);
        if (length is >= 0 and <= inView)
            return (Values!, row * viewBytes + 4, length);
        int buffer = Values!.At<int>(4 * row + 2);
        if (length < 0 || (uint)buffer >= (uint)Views.Length)
            throw new DamagedFileException(
                $"expected a view of '{Field.Path}', found {length} bytes in buffer {buffer}"
            );
        return (Views[buffer], Values!.At<int>(4 * row + 3), length);
    }

    private Cell Decimal(ArrowBuffer values, long row) =>
        Field.Width switch
        {
            32 => CellMaker.Decimal(values.At<int>(row), Field.Scale),
            64 => CellMaker.Decimal(values.At<long>(row), Field.Scale),
            _ => CellMaker.Decimal(new BigInteger(values.At(row * (Field.Width / 8), Field.Width / 8)), Field.Scale),
        };

    /// <summary>A duration of ISO 8601; parts may be negative.</summary>
    private Cell Interval(ArrowBuffer values, long row, CellMaker maker) =>
        maker.Made(
            Field.Unit switch
            {
                0 => $"P{values.At<int>(row)}M",
                1 => $"P{values.At<int>(2 * row)}DT{Seconds(values.At<int>(2 * row + 1), 1_000)}S",
                _ =>
                    $"P{values.At<int>(4 * row)}M{values.At<int>(4 * row + 1)}DT{Seconds(values.At<long>(2 * row + 1), 1_000_000_000)}S",
            }
        );

    private static string Seconds(long ticks, long perSecond) =>
        ((decimal)ticks / perSecond).ToString("0.#########", CultureInfo.InvariantCulture);
}
