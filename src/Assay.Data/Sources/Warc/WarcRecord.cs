using System.Buffers.Text;
using System.Text;

namespace Assay.Data;

/// <summary>The head of a WARC record.</summary>
/// <remarks>Source: "The WARC Format 1.1" (IIPC), and ISO 28500:2017.</remarks>
internal sealed class WarcRecord
{
    /// <summary>What a record starts with.</summary>
    public static ReadOnlySpan<byte> Mark => "WARC/"u8;

    /// <summary>The longest head that is read.</summary>
    public const int LongestHead = 64 << 10;

    private readonly Dictionary<string, string> _fields;

    private WarcRecord(Dictionary<string, string> fields) => _fields = fields;

    /// <summary>The value of a field, or null; the last one where it occurs several times.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>Reads the fields of a head that <see cref="HeadLength"/> found.</summary>
    public static WarcRecord Read(ReadOnlySpan<byte> head) => new(Fields(head));

    /// <summary>Bytes of the head with its blank line, or -1 if it has no end yet.</summary>
    public static int HeadLength(ReadOnlySpan<byte> record)
    {
        for (int at = 0; ; )
        {
            int end = record[at..].IndexOf((byte)'\n');
            if (end < 0)
                return -1;
            bool isBlank = record.Slice(at, end).TrimEnd((byte)'\r').IsEmpty;
            at += end + 1;
            if (isBlank)
                return at;
        }
    }

    /// <summary>Bytes of the content that a head announces, or -1 if it does not say.</summary>
    public static long ContentLength(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> name = "content-length:"u8;
        while (!head.IsEmpty)
        {
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
            head = end < 0 ? [] : head[(end + 1)..];
            if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name))
                continue;
            line = line[name.Length..].Trim(" \t\r"u8);
            return Utf8Parser.TryParse(line, out long length, out int used) && used == line.Length && length >= 0
                ? length
                : -1;
        }
        return -1;
    }

    /// <summary>The fields of a head of WARC or HTTP: names in any case, folded lines joined; the first line and what is no field are passed over.</summary>
    public static Dictionary<string, string> Fields(ReadOnlySpan<byte> head)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        string? name = null;
        List<string> value = [];
        foreach (string line in Encoding.UTF8.GetString(head).Split('\n').Skip(1).Append(":"))
        {
            int colon = line.IndexOf(':');
            bool isFolded = line.Length > 0 && line[0] is ' ' or '\t';
            if (isFolded)
                value.Add(line.Trim());
            if (isFolded || colon < 0)
                continue;
            if (name is not null)
                fields[name] = string.Join(' ', value);
            name = line[..colon].Trim();
            value = [line[(colon + 1)..].Trim()];
        }
        return fields;
    }
}

/// <summary>A row is a WARC record with the blank lines behind it.</summary>
/// <remarks>
/// It remembers how much of a record's content is still to come, so each reader has its own. Where no record stands where one should,
/// reading goes on at the next line that looks like the start of one.
/// </remarks>
internal sealed class WarcFraming : Framing
{
    private const int InHead = 1,
        InContent = 2,
        Behind = 3,
        Lost = 4;
    private static readonly byte[] NextMark = [(byte)'\n', .. WarcRecord.Mark];
    private long _content;
    private int _pending;

    public override bool CanSplit => false;

    public override int Pending => _pending;

    public override int After(ReadOnlySpan<byte> bytes)
    {
        int state = RowStart;
        for (int read; (read = Next(bytes, ref state)) >= 0; )
            bytes = bytes[read..];
        return state;
    }

    public override int Next(ReadOnlySpan<byte> bytes, ref int state)
    {
        int at = 0;
        _pending = 0;
        if (state == RowStart)
            state = InHead;
        while (true)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            switch (state)
            {
                case InHead:
                    if (rest.Length < WarcRecord.Mark.Length && WarcRecord.Mark.StartsWith(rest))
                        return Wait(rest.Length);
                    int head = rest.StartsWith(WarcRecord.Mark) ? WarcRecord.HeadLength(rest) : 0;
                    if (head < 0 && rest.Length <= WarcRecord.LongestHead)
                        return Wait(rest.Length);
                    _content = head > 0 ? WarcRecord.ContentLength(rest[..head]) : -1;
                    state = _content < 0 ? Lost : InContent;
                    at += Math.Max(0, head);
                    break;
                case InContent:
                    long read = Math.Min(_content, rest.Length);
                    at += (int)read;
                    _content -= read;
                    if (_content > 0)
                        return -1;
                    state = Behind;
                    break;
                case Behind:
                    int next = rest.IndexOfAnyExcept("\r\n"u8);
                    if (next < 0)
                        return -1;
                    state = RowStart;
                    return at + next;
                default:
                    int found = rest.IndexOf(NextMark);
                    if (found < 0)
                    {
                        int part = Math.Min(rest.Length, NextMark.Length - 1);
                        while (!NextMark.AsSpan().StartsWith(rest[^part..]))
                            part--;
                        return Wait(part);
                    }
                    state = RowStart;
                    return at + found + 1;
            }
        }
    }

    private int Wait(int pending)
    {
        _pending = pending;
        return -1;
    }
}
