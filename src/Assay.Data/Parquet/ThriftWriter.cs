using System.Text;

namespace Assay.Data;

/// <summary>Writes the compact protocol of Apache Thrift, as far as Parquet's metadata needs it.</summary>
internal sealed class ThriftWriter(ByteBuffer output)
{
    private readonly Stack<int> _outer = [];
    private int _last; // id of the field before, within the open struct

    /// <summary>A whole number of 32 bits; a missing one is left out.</summary>
    public void Int(int id, int? value)
    {
        if (value is not { } number)
            return;
        Field(id, ThriftType.I32);
        Element(number);
    }

    public void Long(int id, long value)
    {
        Field(id, ThriftType.I64);
        ZigZag(value);
    }

    public void Bool(int id, bool value) => Field(id, value ? ThriftType.True : ThriftType.False);

    public void Text(int id, string text) => Bytes(id, Encoding.UTF8.GetBytes(text));

    public void Bytes(int id, ReadOnlySpan<byte> bytes)
    {
        Field(id, ThriftType.Binary);
        Element(bytes);
    }

    /// <summary>A struct as field <paramref name="id"/>: what <paramref name="fields"/> writes.</summary>
    public void Struct(int id, Action fields)
    {
        Field(id, ThriftType.Struct);
        Struct(fields);
    }

    /// <summary>A struct by itself or as an element of a list.</summary>
    public void Struct(Action fields)
    {
        _outer.Push(_last);
        _last = 0;
        fields();
        output.Append((byte)ThriftType.Stop);
        _last = _outer.Pop();
    }

    /// <summary>The head of a list; its elements follow.</summary>
    public void List(int id, ThriftType of, int count)
    {
        Field(id, ThriftType.List);
        output.Append((byte)(Math.Min(count, 15) << 4 | (int)of));
        if (count >= 15)
            Varint((ulong)count);
    }

    public void Element(int value) => ZigZag(value);

    public void Element(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        output.Append(bytes);
    }

    private void Field(int id, ThriftType type)
    {
        int step = id - _last;
        _last = id;
        if (step is > 0 and < 16)
            output.Append((byte)(step << 4 | (int)type));
        else
        {
            output.Append((byte)type);
            ZigZag(id);
        }
    }

    private void ZigZag(long value) => Varint((ulong)(value << 1 ^ value >> 63));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            output.Append((byte)(value | 0x80));
        output.Append((byte)value);
    }
}
