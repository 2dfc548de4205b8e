using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>
/// Comma- or tab-separated values with a header (RFC 4180). All values are stored as text; a column whose values all read
/// as numbers or truth values says so. An empty field is a missing value.
/// </summary>
internal sealed class CsvParser(SourceOptions options, byte delimiter) : RowParser(options)
{
    private readonly CsvFraming _framing = new(delimiter);
    private readonly List<Range> _fields = [];

    public override object? Header(SourceFile file, ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> row = TakeRow(ref first);
        if (row.Length > Options.MaxRow.Bytes || !Utf8.IsValid(row) || Split(row) is not null)
            return null;
        List<string> names = [];
        foreach (Range field in _fields)
        {
            string name = Encoding.UTF8.GetString(Unquote(row[field]));
            names.Add(name.Length > 0 ? name : $"column{names.Count + 1}");
        }
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new AssayException(
                $"expected each column once in the header, found '{twice.Key}' {twice.Count()} times",
                new(file.FullPath, 1, Key: twice.Key),
                "Rename one of them."
            );
        if (!Options.Table && !names.Contains(Options.Text))
            throw new AssayException(
                $"there is no column '{Options.Text}' in the header",
                new(file.FullPath, 1, Key: Options.Text),
                $"Name the text column with 'text:', or write 'table: true' if the rows need none. Columns: {string.Join(", ", names)}."
            );
        return names.ToArray();
    }

    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> rest = segment.Block.Rows;
        bool valid = Utf8.IsValid(rest);
        bool isHeader = segment.First;
        table.From(segment.File.Name);
        if (segment.Header is not string[] names)
        {
            if (segment.First && !rest.IsEmpty)
            {
                ReadOnlySpan<byte> row = TakeRow(ref rest);
                if (IsReadable(segment, row, segment.Block.Offset, valid, bad))
                    bad.Add(
                        BadRow.Of(
                            segment.File,
                            segment.Block.Offset,
                            row,
                            "expected a header, found " + Split(row)?.Found
                        )
                    );
            }
            return;
        }
        ColumnBuilder[] columns = [.. names.Select(table.Column)];
        while (!rest.IsEmpty)
        {
            long offset = segment.Block.Offset + segment.Block.Length - rest.Length;
            ReadOnlySpan<byte> row = TakeRow(ref rest);
            if (isHeader || row.IsEmpty)
            {
                isHeader = isHeader && row.IsEmpty;
                continue;
            }
            if (!IsReadable(segment, row, offset, valid, bad))
                continue;
            if (Split(row) is { } fault)
                bad.Add(BadRow.Of(segment.File, offset, row, fault.Expected + ", found " + fault.Found, fault.At));
            else if (_fields.Count != columns.Length)
                bad.Add(
                    BadRow.Of(
                        segment.File,
                        offset,
                        row,
                        $"expected {columns.Length} fields as in the header, found {_fields.Count}"
                    )
                );
            else
            {
                for (int i = 0; i < columns.Length; i++)
                    Set(columns[i], row[_fields[i]]);
                table.EndRow(RowId.Of(row, segment.Source, offset), offset);
            }
        }
    }

    private ReadOnlySpan<byte> TakeRow(ref ReadOnlySpan<byte> rest)
    {
        int state = Framing.RowStart;
        int end = _framing.Next(rest, ref state);
        ReadOnlySpan<byte> row = end < 0 ? rest : rest[..(end - 1)];
        rest = end < 0 ? [] : rest[end..];
        return row.EndsWith((byte)'\r') ? row[..^1] : row;
    }

    private sealed record RowFault(string Expected, string Found, int At);

    /// <summary>Finds the fields of a row, quotes included; returns what is wrong with it, or null.</summary>
    private RowFault? Split(ReadOnlySpan<byte> row)
    {
        _fields.Clear();
        for (int at = 0; ; at++)
        {
            int start = at;
            if (at < row.Length && row[at] == '"')
            {
                int quote;
                for (at++; ; at = quote + 2)
                {
                    quote = at > row.Length ? -1 : row[at..].IndexOf((byte)'"');
                    if (quote < 0)
                        return new("expected a closing quote", "the end of the file", start);
                    quote += at;
                    if (quote + 1 >= row.Length || row[quote + 1] != '"')
                        break;
                }
                at = quote + 1;
                if (at < row.Length && row[at] != delimiter)
                    return new("expected a delimiter behind the closing quote", "more text", at);
            }
            else
            {
                int end = row[at..].IndexOf(delimiter);
                at = end < 0 ? row.Length : at + end;
            }
            _fields.Add(start..at);
            if (at == row.Length)
                return null;
        }
    }

    private static void Set(ColumnBuilder column, ReadOnlySpan<byte> field)
    {
        if (field.StartsWith((byte)'"'))
        {
            Span<byte> room = column.Reserve(field.Length);
            int length = Unquote(field, room);
            if (length == 0)
                return;
            column.Reads = Narrow(column.Reads, room[..length]);
            column.SetReserved(length);
        }
        else if (field.Length > 0)
        {
            column.Reads = Narrow(column.Reads, field);
            column.Set(field);
        }
    }

    private static byte[] Unquote(ReadOnlySpan<byte> field)
    {
        if (!field.StartsWith((byte)'"'))
            return field.ToArray();
        byte[] room = new byte[field.Length];
        return room[..Unquote(field, room)];
    }

    private static int Unquote(ReadOnlySpan<byte> field, Span<byte> to)
    {
        ReadOnlySpan<byte> rest = field[1..^1];
        int written = 0;
        while (true)
        {
            int quote = rest.IndexOf((byte)'"');
            int take = quote < 0 ? rest.Length : quote + 1;
            rest[..take].CopyTo(to[written..]);
            written += take;
            if (quote < 0)
                return written;
            rest = rest[(quote + 2)..];
        }
    }

    /// <summary>The narrowest type that the values so far and one more read as.</summary>
    private static ColumnType Narrow(ColumnType? soFar, ReadOnlySpan<byte> value)
    {
        if (soFar == ColumnType.Text)
            return ColumnType.Text;
        ColumnType union = Field.Union(soFar ?? ColumnType.Null, TypeOf(value));
        return union == ColumnType.Json ? ColumnType.Text : union;
    }

    private static ColumnType TypeOf(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8))
            return ColumnType.Bool;
        ReadOnlySpan<byte> digits = value[0] == '-' ? value[1..] : value;
        bool isNumber = digits.Length > 0 && (char.IsAsciiDigit((char)digits[0]) || digits[0] == '.');
        bool isCode = digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit((char)digits[1]); // 007 is not 7
        if (!isNumber || isCode)
            return ColumnType.Text;
        if (Utf8Parser.TryParse(value, out long _, out int used) && used == value.Length)
            return ColumnType.Int64;
        return
            Utf8Parser.TryParse(value, out double number, out used) && used == value.Length && double.IsFinite(number)
            ? ColumnType.Float64
            : ColumnType.Text;
    }
}
