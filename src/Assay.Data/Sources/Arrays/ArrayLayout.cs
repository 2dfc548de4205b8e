using System.Buffers.Binary;
using System.Text;

namespace Assay.Data;

/// <summary>How an array lies in its file: an IDX file of MNIST and its kin, or a NumPy file.</summary>
/// <param name="Items">The item, or the fields of one that is a record.</param>
/// <param name="ItemSize">Bytes of an item.</param>
/// <param name="Shape">Number of items along each axis; rows are along the first.</param>
/// <param name="IsFortran">Whether the first axis is the one whose neighbours lie side by side.</param>
/// <param name="Start">Where the items begin.</param>
/// <remarks>Sources: "THE IDX FILE FORMAT" (Y. LeCun, at the foot of the MNIST page); NumPy's <c>numpy.lib.format</c>, versions 1.0 to 3.0.</remarks>
internal sealed record ArrayLayout(
    IReadOnlyList<ArrayItem> Items,
    int ItemSize,
    IReadOnlyList<long> Shape,
    bool IsFortran,
    int Start
)
{
    private const int LongestHeader = 1 << 20;
    private static readonly byte[] NumPy = [0x93, .. "NUMPY"u8];

    /// <summary>What a NumPy file starts with.</summary>
    public static ReadOnlySpan<byte> NpyMagic => NumPy;

    public long Rows => Shape[0];

    /// <summary>Items of a row.</summary>
    public long Width
    {
        get
        {
            long width = 1;
            foreach (long length in Shape.Skip(1))
                width *= length;
            return width;
        }
    }

    public long RowBytes => Width * ItemSize;

    public long Bytes => Rows * RowBytes;

    /// <summary>Reads the header; null if there is more of it than these bytes.</summary>
    /// <exception cref="DamagedFileException">It is not one that is read.</exception>
    public static ArrayLayout? Read(SourceFormat format, ReadOnlySpan<byte> bytes)
    {
        ArrayLayout? layout = format == SourceFormat.Idx ? ReadIdx(bytes) : ReadNpy(bytes);
        if (layout is null)
            return null;
        if (layout.Shape.Count == 0)
            throw new DamagedFileException("it holds a single value, without rows");
        UInt128 size = (UInt128)layout.ItemSize;
        foreach (long length in layout.Shape)
        {
            if (length < 0)
                throw new DamagedFileException("a length of its shape is negative");
            // Not one after the other: the product of a zero and a large number is still too large.
            size *= (ulong)Math.Max(1, length);
            if (size > long.MaxValue)
                throw new DamagedFileException("its shape is larger than any file");
        }
        if (layout.Width == 0)
            throw new DamagedFileException("its rows are empty");
        if (layout.Items.Count > 1 && layout.Width > 1)
            throw new DamagedFileException("its rows are several records each");
        return layout;
    }

    /// <summary>Bytes that an IDX file of so many labels has at most, and one more.</summary>
    /// <exception cref="DamagedFileException">They are more than can be held.</exception>
    public static int LongestOf(long labels) =>
        labels < 1 << 24
            ? (int)labels * sizeof(double) + 9
            : throw new DamagedFileException("more labels than can be held beside it");

    private static ArrayLayout? ReadIdx(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
            return null;
        string? type = bytes[2] switch
        {
            0x08 => "|u1",
            0x09 => "|i1",
            0x0B => ">i2",
            0x0C => ">i4",
            0x0D => ">f4",
            0x0E => ">f8",
            _ => null,
        };
        if (bytes[0] != 0 || bytes[1] != 0 || type is null || bytes[3] == 0)
            throw new DamagedFileException("it does not start as IDX files do");
        int axes = bytes[3];
        if (bytes.Length < 4 + 4 * axes)
            return null;
        long[] shape = new long[axes];
        for (int axis = 0; axis < axes; axis++)
            shape[axis] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + 4 * axis)..]);
        ArrayItem item = ArrayItem.Parse(type);
        return new([item], item.Size, shape, false, 4 + 4 * axes);
    }

    private static ArrayLayout? ReadNpy(ReadOnlySpan<byte> bytes)
    {
        int prelude = bytes.Length > 6 && bytes[6] == 1 ? 10 : 12;
        if (bytes.Length < prelude)
            return NpyMagic.StartsWith(bytes[..Math.Min(bytes.Length, 6)])
                ? null
                : throw new DamagedFileException("it does not start as NumPy files do");
        if (!bytes.StartsWith(NpyMagic) || bytes[6] is < 1 or > 3)
            throw new DamagedFileException("it does not start as NumPy files of versions 1 to 3 do");
        long length =
            prelude == 10
                ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])
                : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > LongestHeader)
            throw new DamagedFileException($"its header is {length:N0} bytes long");
        if (bytes.Length < prelude + length)
            return null;
        string header = Encoding.UTF8.GetString(bytes.Slice(prelude, (int)length));
        if (
            new PythonLiteral(header).Read() is not Dictionary<string, object?> fields
            || !fields.TryGetValue("descr", out object? type)
            || !fields.TryGetValue("shape", out object? shape)
            || shape is not List<object?> axes
            || axes.Count > 32
            || axes.Any(axis => axis is not long)
        )
            throw new DamagedFileException("its header lacks a type (descr) or a shape");
        List<ArrayItem> items = [];
        int size = 0;
        if (type is string plain)
        {
            items.Add(ArrayItem.Parse(plain));
            size = items[0].Size;
        }
        else
            foreach (object? field in type as List<object?> ?? [])
            {
                if (
                    field is not List<object?> { Count: 2 } pair
                    || pair[0] is not string name
                    || pair[1] is not string of
                )
                    throw new DamagedFileException("its records hold more than numbers and texts with a name each");
                // A field without a name fills up the space between others.
                if (
                    name.Length == 0
                    && of.StartsWith("|V", StringComparison.Ordinal)
                    && int.TryParse(of[2..], out int gap)
                )
                    size += Math.Clamp(gap, 0, LongestHeader);
                else
                {
                    items.Add(ArrayItem.Parse(of, name, size));
                    size += items[^1].Size;
                }
                if (size > 1 << 28)
                    throw new DamagedFileException("its records are longer than 256 MiB");
            }
        if (items.Count == 0 || items.DistinctBy(item => item.Name).Count() < items.Count)
            throw new DamagedFileException("its records have no fields, or two of one name");
        bool isFortran = fields.GetValueOrDefault("fortran_order") is true && axes.Count > 1;
        return new(items, size, [.. axes.Cast<long>()], isFortran, prelude + (int)length);
    }
}
