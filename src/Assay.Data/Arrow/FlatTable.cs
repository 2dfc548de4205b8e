using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>A table of FlatBuffers, as Arrow's metadata has it; every place is checked against the bytes that are there.</summary>
/// <remarks>Format: FlatBuffers internals. A field is asked for by its number in the schema; one that is not there has its default.</remarks>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _at,
        _vtable;
    private readonly int _vtableBytes;

    private FlatTable(ReadOnlySpan<byte> bytes, long at)
    {
        _bytes = bytes;
        _at = at;
        _vtable = at - BinaryPrimitives.ReadInt32LittleEndian(Take(at, 4));
        _vtableBytes = BinaryPrimitives.ReadUInt16LittleEndian(Take(_vtable, 2));
    }

    /// <summary>The table that everything starts with.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 ? new(bytes, BinaryPrimitives.ReadUInt32LittleEndian(bytes)) : throw Damaged();

    public long Long(int field, long otherwise = 0) =>
        Place(field) is > 0 and long at ? BinaryPrimitives.ReadInt64LittleEndian(Take(at, 8)) : otherwise;

    public int Int(int field, int otherwise = 0) =>
        Place(field) is > 0 and long at ? BinaryPrimitives.ReadInt32LittleEndian(Take(at, 4)) : otherwise;

    public short Short(int field, short otherwise = 0) =>
        Place(field) is > 0 and long at ? BinaryPrimitives.ReadInt16LittleEndian(Take(at, 2)) : otherwise;

    public byte Byte(int field) => Place(field) is > 0 and long at ? Take(at, 1)[0] : (byte)0;

    public bool Bool(int field) => Byte(field) != 0;

    /// <summary>A text, or null where there is none.</summary>
    public string? Text(int field)
    {
        if (!TryVector(field, 1, out ReadOnlySpan<byte> text))
            return null;
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new DamagedFileException("expected a name in UTF-8, found other bytes");
    }

    /// <summary>A table within, if it is there.</summary>
    public bool TryTable(int field, out FlatTable table)
    {
        long at = Place(field);
        table = at > 0 ? new(_bytes, Follow(at)) : default;
        return at > 0;
    }

    /// <summary>Number of elements of a vector.</summary>
    public int Count(int field) =>
        Place(field) is > 0 and long at
            ? BinaryPrimitives.ReadInt32LittleEndian(Take(Follow(at), 4)) is >= 0 and int count
                ? count
                : throw Damaged()
            : 0;

    /// <summary>A table of a vector of them; <paramref name="index"/> must lie below <see cref="Count"/>.</summary>
    public FlatTable Table(int field, int index) => new(_bytes, Follow(Follow(Place(field)) + 4 + 4L * index));

    /// <summary>The bytes of a vector of structs or numbers.</summary>
    public ReadOnlySpan<byte> Vector(int field, int size)
    {
        TryVector(field, size, out ReadOnlySpan<byte> bytes);
        return bytes;
    }

    private bool TryVector(int field, int size, out ReadOnlySpan<byte> bytes)
    {
        long at = Place(field);
        bytes = at > 0 ? Take(Follow(at) + 4, (long)Count(field) * size) : [];
        return at > 0;
    }

    /// <summary>Where a field's value stands, or 0.</summary>
    private long Place(int field)
    {
        int entry = 4 + 2 * field;
        if (entry + 2 > _vtableBytes)
            return 0;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(Take(_vtable + entry, 2));
        return offset == 0 ? 0 : _at + offset;
    }

    private long Follow(long at) => at + BinaryPrimitives.ReadUInt32LittleEndian(Take(at, 4));

    private ReadOnlySpan<byte> Take(long at, long length) =>
        at >= 0 && length >= 0 && at <= _bytes.Length - length ? _bytes.Slice((int)at, (int)length) : throw Damaged();

    private static DamagedFileException Damaged() =>
        new("expected metadata in FlatBuffers, found places outside of it");
}
