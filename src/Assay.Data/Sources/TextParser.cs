using System.Text.Unicode;

namespace Assay.Data;

/// <summary>Plain text: a row per line, paragraph or file, in one column.</summary>
internal sealed class TextParser(SourceOptions options) : RowParser(options)
{
    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> rest = segment.Block.Rows;
        bool valid = Utf8.IsValid(rest);
        table.From(segment.File.Name);
        while (!rest.IsEmpty)
        {
            long offset = segment.Block.Offset + segment.Block.Length - rest.Length;
            ReadOnlySpan<byte> row = Options.Rows switch
            {
                TextRows.Line => TakeLine(ref rest),
                TextRows.Paragraph => TakeParagraph(ref rest, ref offset),
                _ => TakeAll(ref rest),
            };
            if (row.IsEmpty || Options.Rows == TextRows.Line && IsBlank(row))
                continue;
            if (!IsReadable(segment, row, offset, valid, bad))
                continue;
            table.Column(Options.Text).Set(row);
            table.EndRow(RowId.Of(row, segment.Source, offset), offset);
        }
    }

    private static ReadOnlySpan<byte> TakeAll(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> all = rest;
        rest = [];
        return all;
    }

    private static ReadOnlySpan<byte> TakeParagraph(ref ReadOnlySpan<byte> rest, ref long offset)
    {
        ReadOnlySpan<byte> from = rest;
        while (!rest.IsEmpty)
        {
            int at = from.Length - rest.Length;
            if (!IsBlank(TakeLine(ref rest)))
            {
                from = from[at..];
                offset += at;
                break;
            }
        }
        if (rest.IsEmpty && IsBlank(from))
            return [];
        int end = from.Length - rest.Length;
        while (!rest.IsEmpty && !IsBlank(TakeLine(ref rest)))
            end = from.Length - rest.Length;
        return from[..end].TrimEnd("\r\n"u8);
    }
}
