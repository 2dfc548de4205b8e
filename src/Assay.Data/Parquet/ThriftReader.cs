using System.Text;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>Reads the compact protocol of Apache Thrift; every length is checked against the bytes that are there.</summary>
/// <remarks>
/// A struct is read as <c>int outer = reader.Enter(); while (reader.Field(out int id, out ThriftType type)) ...; reader.Leave(outer);</c>,
/// where each field is read or skipped.
/// </remarks>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 32;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _last; // id of the field before, within the open struct

    /// <summary>Bytes read so far.</summary>
    public int At { get; private set; }

    public int Enter()
    {
        int outer = _last;
        _last = 0;
        return outer;
    }

    public void Leave(int outer) => _last = outer;

    /// <summary>The head of the next field; false at the end of the struct.</summary>
    public bool Field(out int id, out ThriftType type)
    {
        byte head = Byte();
        type = (ThriftType)(head & 15);
        id = _last;
        if (type == ThriftType.Stop)
            return false;
        if (type > ThriftType.Uuid)
            throw new ParquetException($"expected a Thrift field, found type {head & 15}");
        id = head >> 4 is > 0 and int step ? _last + step : (int)Whole(16);
        _last = id;
        return true;
    }

    public int Int(ThriftType type)
    {
        Expect(type, ThriftType.I32);
        return (int)Whole(32);
    }

    public long Long(ThriftType type)
    {
        Expect(type, ThriftType.I64);
        return Whole(64);
    }

    public static bool Bool(ThriftType type) =>
        type is ThriftType.True or ThriftType.False
            ? type == ThriftType.True
            : throw new ParquetException($"expected a Thrift truth value, found {type}");

    public int SmallInt(ThriftType type)
    {
        if (type == ThriftType.Byte)
            return (sbyte)Byte();
        Expect(type, ThriftType.I16);
        return (int)Whole(16);
    }

    public ReadOnlySpan<byte> Binary(ThriftType type)
    {
        Expect(type, ThriftType.Binary);
        return Take(Count());
    }

    public string Text(ThriftType type)
    {
        ReadOnlySpan<byte> text = Binary(type);
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new ParquetException("expected a name in UTF-8, found other bytes");
    }

    /// <summary>The head of a list of <paramref name="of"/>; returns how many elements follow.</summary>
    public int List(ThriftType type, ThriftType of)
    {
        Expect(type, ThriftType.List);
        int count = ListHead(out ThriftType element);
        if (count > 0)
            Expect(element, of);
        return count;
    }

    /// <summary>A 32-bit element of a list.</summary>
    public int IntElement() => (int)Whole(32);

    /// <summary>A text element of a list.</summary>
    public string TextElement() => Text(ThriftType.Binary);

    public void Skip(ThriftType type) => Skip(type, 0);

    private void Skip(ThriftType type, int depth)
    {
        if (depth > MaxDepth)
            throw new ParquetException($"expected Thrift values nested at most {MaxDepth} deep, found deeper ones");
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                Take(1);
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                Varint();
                break;
            case ThriftType.Double:
                Take(8);
                break;
            case ThriftType.Uuid:
                Take(16);
                break;
            case ThriftType.Binary:
                Take(Count());
                break;
            case ThriftType.List or ThriftType.Set:
                for (int left = ListHead(out ThriftType element); left > 0; left--)
                    SkipElement(element, depth);
                break;
            case ThriftType.Map:
                int entries = Count();
                if (entries == 0)
                    break;
                byte types = Byte();
                for (; entries > 0; entries--)
                {
                    SkipElement((ThriftType)(types >> 4), depth);
                    SkipElement((ThriftType)(types & 15), depth);
                }
                break;
            case ThriftType.Struct:
                int outer = Enter();
                while (Field(out _, out ThriftType field))
                    Skip(field, depth + 1);
                Leave(outer);
                break;
            default:
                throw new ParquetException($"expected a Thrift value, found type {(int)type}");
        }
    }

    // In lists and maps a truth value is a byte of its own.
    private void SkipElement(ThriftType type, int depth) =>
        Skip(type is ThriftType.True or ThriftType.False ? ThriftType.Byte : type, depth + 1);

    private int ListHead(out ThriftType element)
    {
        byte head = Byte();
        element = (ThriftType)(head & 15);
        return head >> 4 < 15 ? head >> 4 : Count();
    }

    /// <summary>A count of bytes, or of things that take at least a byte each.</summary>
    private int Count()
    {
        ulong count = Varint();
        return count <= (ulong)(_bytes.Length - At)
            ? (int)count
            : throw End($"expected {count} bytes or elements, found {_bytes.Length - At} bytes");
    }

    private long Whole(int bits)
    {
        ulong zigzag = Varint();
        long value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        return bits == 64 || value == value << 64 - bits >> 64 - bits
            ? value
            : throw new ParquetException($"expected a number of {bits} bits, found {value}");
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1)
                throw new ParquetException("expected a number of at most 64 bits, found a longer one");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private byte Byte() => At < _bytes.Length ? _bytes[At++] : throw End("expected more bytes, found the end");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - At)
            throw End($"expected {count} bytes, found {_bytes.Length - At}");
        At += count;
        return _bytes.Slice(At - count, count);
    }

    private static void Expect(ThriftType found, ThriftType expected)
    {
        if (found != expected)
            throw new ParquetException($"expected a Thrift {expected}, found {found}");
    }

    private static ParquetException End(string message) => new(message) { IsEnd = true };
}
