using System.Buffers.Binary;
using System.Text;

namespace Assay.Data;

/// <summary>A field of a table that is to be written: a number, or where something else stands.</summary>
/// <param name="Id">Its number in the schema.</param>
/// <param name="Size">Bytes of the number, 4 of a place.</param>
/// <param name="Bits">The number.</param>
/// <param name="Child">Writes what stands elsewhere, returns its place; or null for a number.</param>
internal readonly record struct FlatField(int Id, int Size, long Bits, Func<int>? Child = null)
{
    public static FlatField Byte(int id, int value) => new(id, 1, value);

    public static FlatField Short(int id, int value) => new(id, 2, value);

    public static FlatField Int(int id, int value) => new(id, 4, value);

    public static FlatField Long(int id, long value) => new(id, 8, value);

    public static FlatField Of(int id, Func<int> child) => new(id, 4, 0, child);
}

/// <summary>Writes FlatBuffers from front to back: a table, then what it points to.</summary>
internal sealed class FlatWriter(ByteBuffer output)
{
    private readonly int _start = output.Length;

    /// <summary>The table that everything starts with.</summary>
    public void Root(params FlatField[] fields)
    {
        int at = output.Length;
        output.AppendZeros(4);
        Point(at, Table(fields));
    }

    /// <summary>Writes a table; returns its place.</summary>
    public int Table(params FlatField[] fields)
    {
        int ids = fields.Length == 0 ? 0 : fields.Max(field => field.Id) + 1,
            vtable = 4 + 2 * ids;
        Align(8, vtable);
        int head = output.Length,
            table = head + vtable,
            size = 4;
        output.AppendZeros(vtable + 4);
        foreach (FlatField field in fields)
        {
            Align(field.Size);
            Set(head + 4 + 2 * field.Id, 2, output.Length - table);
            output.AppendZeros(field.Size);
            Set(output.Length - field.Size, field.Size, field.Bits);
            size = output.Length - table;
        }
        Set(head, 2, vtable);
        Set(head + 2, 2, size);
        Set(table, 4, vtable);
        foreach (FlatField field in fields)
            if (field.Child is { } child)
                Point(
                    table + BinaryPrimitives.ReadUInt16LittleEndian(output.Span[(head + 4 + 2 * field.Id)..]),
                    child()
                );
        return table;
    }

    /// <summary>Writes a text; returns its place.</summary>
    public int Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Align(4);
        int at = output.Length;
        output.Append(bytes.Length);
        output.Append(bytes);
        output.Append((byte)0);
        return at;
    }

    /// <summary>Writes a vector of tables; returns its place.</summary>
    public int Tables(int count, Func<int, int> table)
    {
        Align(4);
        int at = output.Length;
        output.Append(count);
        output.AppendZeros(4 * count);
        for (int i = 0; i < count; i++)
            Point(at + 4 + 4 * i, table(i));
        return at;
    }

    /// <summary>Writes a vector of structs of 8-byte numbers; returns its place.</summary>
    public int Structs(ReadOnlySpan<long> numbers, int perStruct)
    {
        Align(8, 4);
        int at = output.Length;
        output.Append(numbers.Length / perStruct);
        foreach (long number in numbers)
            output.Append(number);
        return at;
    }

    /// <summary>Adds zeros until what stands <paramref name="behind"/> bytes further on is aligned.</summary>
    public void Align(int to, int behind = 0) => output.AppendZeros(-(output.Length - _start + behind) & (to - 1));

    /// <summary>Writes at a place how far it is from there to another.</summary>
    private void Point(int at, int to) => Set(at, 4, to - at);

    private void Set(int at, int size, long bits)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        bytes[..size].CopyTo(output.Span[at..]);
    }
}
