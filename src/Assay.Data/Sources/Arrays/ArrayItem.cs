using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Assay.Data;

/// <summary>What the items of an array are.</summary>
internal enum ArrayKind
{
    Truth,
    Whole,
    Unsigned,
    Floating,

    /// <summary>Bytes of text, filled up with zeros.</summary>
    Bytes,

    /// <summary>Code points of 32 bits, filled up with zeros.</summary>
    CodePoints,
}

/// <summary>One item of an array, or one field of an item that is a record.</summary>
/// <param name="Name">Name of the field; empty if the item is no record.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="IsBigEndian">The order of its bytes.</param>
/// <param name="Start">Where it lies in the record.</param>
internal sealed record ArrayItem(string Name, ArrayKind Kind, int Size, bool IsBigEndian, int Start)
{
    private const int LongestText = 1 << 20;

    /// <summary>A type in NumPy's notation, such as <c>&lt;f4</c>.</summary>
    /// <exception cref="DamagedFileException">It is none that is read.</exception>
    public static ArrayItem Parse(string type, string name = "", int start = 0)
    {
        string bare = type.TrimStart('<', '>', '|', '=');
        bool isBig = type.StartsWith('>');
        if (bare.StartsWith('O'))
            throw new DamagedFileException(
                "its items are Python objects (pickled), which are not read: save numbers or text"
            );
        if (
            bare.Length < 2
            || type.Length - bare.Length > 1
            || !int.TryParse(bare[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int size)
        )
            throw Unknown(type);
        ArrayKind kind = (bare[0], size) switch
        {
            ('b', 1) => ArrayKind.Truth,
            ('i', 1 or 2 or 4 or 8) => ArrayKind.Whole,
            ('u', 1 or 2 or 4 or 8) => ArrayKind.Unsigned,
            ('f', 2 or 4 or 8) => ArrayKind.Floating,
            ('S' or 'a', > 0 and <= LongestText) => ArrayKind.Bytes,
            ('U', > 0 and <= LongestText) => ArrayKind.CodePoints,
            _ => throw Unknown(type),
        };
        return new(name, kind, kind == ArrayKind.CodePoints ? 4 * size : size, isBig, start);
    }

    /// <summary>The value; a text is good until the maker's next.</summary>
    public Cell Of(ReadOnlySpan<byte> record, ref byte[] room)
    {
        ReadOnlySpan<byte> item = record.Slice(Start, Size);
        switch (Kind)
        {
            case ArrayKind.Truth:
                return CellMaker.Truth(item[0] != 0);
            case ArrayKind.Bytes:
                return CellMaker.Text(item.TrimEnd((byte)0));
            case ArrayKind.CodePoints:
                return CellMaker.Text(Encode(item, ref room));
            case ArrayKind.Floating:
                return CellMaker.Number(Number(item));
            default:
                ulong bits = 0;
                for (int i = 0; i < Size; i++)
                    bits = bits << 8 | item[IsBigEndian ? i : Size - 1 - i];
                int unused = 64 - 8 * Size;
                return Kind == ArrayKind.Unsigned
                    ? CellMaker.Unsigned(bits)
                    : CellMaker.Whole((long)(bits << unused) >> unused);
        }
    }

    private double Number(ReadOnlySpan<byte> item) =>
        (Size, IsBigEndian) switch
        {
            (2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(item),
            (2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(item),
            (4, false) => BinaryPrimitives.ReadSingleLittleEndian(item),
            (4, true) => BinaryPrimitives.ReadSingleBigEndian(item),
            (_, false) => BinaryPrimitives.ReadDoubleLittleEndian(item),
            (_, true) => BinaryPrimitives.ReadDoubleBigEndian(item),
        };

    /// <summary>UTF-8 of code points; what is none becomes U+FFFD.</summary>
    private ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> item, ref byte[] room)
    {
        item = item[..(Size - Size % 4)];
        int end = item.Length;
        while (end >= 4 && item[(end - 4)..end].IndexOfAnyExcept((byte)0) < 0)
            end -= 4;
        if (room.Length < end)
            room = new byte[end];
        int length = 0;
        for (int i = 0; i < end; i += 4)
        {
            uint code = IsBigEndian
                ? BinaryPrimitives.ReadUInt32BigEndian(item[i..])
                : BinaryPrimitives.ReadUInt32LittleEndian(item[i..]);
            Rune rune = Rune.IsValid(code) ? new(code) : Rune.ReplacementChar;
            length += rune.EncodeToUtf8(room.AsSpan(length));
        }
        return room.AsSpan(0, length);
    }

    private static DamagedFileException Unknown(string type) =>
        new(
            $"its items are '{SourceText.Printable(type, 40)}'; read are b1, i1 to i8, u1 to u8, f2 to f8, S and U, and records of them"
        );
}
