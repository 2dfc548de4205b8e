using System.Text;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>Turns whole rows of one format into rows of a table.</summary>
internal abstract class RowParser(SourceOptions options)
{
    protected SourceOptions Options { get; } = options;

    /// <summary>What the rows of a file share (a CSV header), read off its first block.</summary>
    public virtual object? Header(SourceFile file, ReadOnlySpan<byte> first) => null;

    /// <summary>Adds the rows of a segment to the table, the unreadable ones to <paramref name="bad"/>.</summary>
    public abstract void Parse(Segment segment, TableBuilder table, BadRows bad);

    /// <summary>The parser of a format.</summary>
    public static RowParser Of(SourceFormat format, SourceOptions options) =>
        format switch
        {
            SourceFormat.Jsonl => new JsonlParser(options),
            SourceFormat.Csv => new CsvParser(options, (byte)','),
            SourceFormat.Tsv => new CsvParser(options, (byte)'\t'),
            SourceFormat.Html => new HtmlParser(options),
            SourceFormat.Warc => new WarcParser(options),
            SourceFormat.Idx or SourceFormat.Npy => new ArrayParser(options, format),
            SourceFormat.DotnetXml => new DotnetXmlParser(options),
            _ => new TextParser(options),
        };

    /// <summary>Takes the next line off <paramref name="rest"/>, without its line break.</summary>
    protected static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line.EndsWith((byte)'\r') ? line[..^1] : line;
    }

    protected static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>Sets a column beside the text to what is known; to nothing where that is missing, or the text has the name.</summary>
    protected void Set(TableBuilder table, string column, string? value)
    {
        if (column != Options.Text && !string.IsNullOrEmpty(value))
            table.Column(column).Set(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Reports a row that is too long or, unless all of its block is <paramref name="known"/> to be valid, not UTF-8.</summary>
    protected bool IsReadable(Segment segment, ReadOnlySpan<byte> row, long offset, bool known, BadRows bad)
    {
        if (row.Length > Options.MaxRow.Bytes)
            bad.Add(
                BadRow.Of(
                    segment.File,
                    offset,
                    row,
                    $"expected a row of at most {Options.MaxRow} bytes (maxRow), found a longer one"
                )
            );
        else if (!known && !Utf8.IsValid(row))
        {
            int at = FirstInvalid(row);
            string reason =
                offset < 4 && row.Length > 1 && (row[0], row[1]) is (0xFF, 0xFE) or (0xFE, 0xFF)
                    ? "expected UTF-8, found UTF-16: convert the file to UTF-8"
                    : $"expected UTF-8, found the invalid byte 0x{row[at]:X2}";
            bad.Add(BadRow.Of(segment.File, offset, row, reason, at));
        }
        else
            return true;
        return false;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int used) == System.Buffers.OperationStatus.Done)
            at += used;
        return at;
    }
}

/// <summary>Consecutive rows of one file, to be parsed together.</summary>
/// <param name="File">The file.</param>
/// <param name="Block">Its rows.</param>
/// <param name="First">True if the block starts the file.</param>
/// <param name="Header">What <see cref="RowParser.Header"/> read.</param>
internal sealed record Segment(SourceFile File, RowBlock Block, bool First, object? Header)
{
    /// <summary>The file's name in UTF-8.</summary>
    public byte[] Source { get; } = Encoding.UTF8.GetBytes(File.Name);

    /// <summary>Why the file could not be read behind this block, or null.</summary>
    public Exception? Failure { get; init; }
}
