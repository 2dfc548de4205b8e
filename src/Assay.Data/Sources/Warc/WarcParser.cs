using System.Text;

namespace Assay.Data;

/// <summary>
/// A row per record that holds text: responses, resources and conversions, of HTML the text of the page. Records of other types,
/// media that are no text and empty bodies are no rows.
/// </summary>
internal sealed class WarcParser(SourceOptions options) : RowParser(options)
{
    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlyMemory<byte> rest = segment.Block.Buffer.AsMemory(0, segment.Block.Length);
        WarcFraming framing = new();
        table.From(segment.File.Name);
        while (!rest.IsEmpty)
        {
            long offset = segment.Block.Offset + segment.Block.Length - rest.Length;
            int state = Framing.RowStart;
            int next = framing.Next(rest.Span, ref state);
            ReadOnlyMemory<byte> row = next < 0 ? rest : rest[..next];
            rest = rest[row.Length..];
            string? fault;
            try
            {
                fault = Add(row, segment, offset, table);
            }
            catch (DamagedFileException failure)
            {
                fault = failure.Message;
            }
            if (fault is null)
                continue;
            table.AbandonRow();
            bad.Add(BadRow.Of(segment.File, offset, row.Span, fault) with { Place = (0, 0) });
        }
    }

    /// <summary>Adds what a record holds, if that is a row; gives what is wrong with it.</summary>
    private string? Add(ReadOnlyMemory<byte> row, Segment segment, long offset, TableBuilder table)
    {
        ReadOnlySpan<byte> bytes = row.Span;
        int head = bytes.StartsWith(WarcRecord.Mark) ? WarcRecord.HeadLength(bytes) : -1;
        if (head < 0)
            return bytes.IndexOfAnyExcept("\r\n\0"u8) < 0
                ? null
                : "expected a WARC record, found something else or one without an end of its head";
        long length = WarcRecord.ContentLength(bytes[..head]);
        if (length < 0)
            return "expected a WARC record with its Content-Length, found none";
        if (length > Options.MaxRow.Bytes)
            return $"expected a record of at most {Options.MaxRow} bytes (maxRow), found one of {length:N0}";
        if (length > row.Length - head)
            return $"expected {length:N0} bytes of content, found {row.Length - head:N0}: the file ends there, or the Content-Length is wrong";
        ReadOnlyMemory<byte> content = row.Slice(head, (int)length);
        if (row.Length == head + length)
            return $"expected a blank line behind {length:N0} bytes of content: the Content-Length is wrong, or the file ends there";
        WarcRecord record = WarcRecord.Read(bytes[..head]);
        string type = record["WARC-Type"]?.ToLowerInvariant() ?? "";
        string? url = record["WARC-Target-URI"]?.Trim('<', '>');
        // Wget keeps its log and its arguments as resources.
        bool isOfCrawler = url?.StartsWith("metadata:", StringComparison.OrdinalIgnoreCase) == true;
        if (type is not ("response" or "resource" or "conversion") || isOfCrawler)
            return null;
        string? mediaType = record["Content-Type"];
        HttpMessage? http = null;
        if (mediaType?.StartsWith("application/http", StringComparison.OrdinalIgnoreCase) == true)
        {
            http = HttpMessage.Read(content, Options.MaxRow.Bytes);
            (content, mediaType) = (http.Body, http["Content-Type"]);
        }
        string mime = MimeOf(record["WARC-Identified-Payload-Type"] ?? mediaType, content.Span);
        if (content.IsEmpty || !IsText(mime))
            return null;
        bool isHtml = mime is "text/html" or "application/xhtml+xml";
        (string text, string charset) = HtmlCharset.Decode(content.Span, HtmlCharset.OfMediaType(mediaType), isHtml);
        HtmlPage page = isHtml ? HtmlPage.Read(text, Options.Html) : new(text, "", "");
        byte[] utf8 = Encoding.UTF8.GetBytes(page.Text);
        if (IsBlank(utf8))
            return null;
        table.Column(Options.Text).Set(utf8);
        string language = record["WARC-Identified-Content-Language"] ?? page.Language;
        Set(table, "url", url);
        Set(table, "date", record["WARC-Date"]);
        Set(table, "type", type);
        if (http is not null && Options.Text != "status")
            table.Column("status").Set(http.Status);
        Set(table, "mime", mime);
        Set(table, "charset", charset);
        Set(table, "language", language.Length > 0 ? language : http?["Content-Language"]);
        Set(table, "title", page.Title);
        Set(table, "record", record["WARC-Record-ID"]?.Trim('<', '>'));
        table.EndRow(RowId.Of(utf8, segment.Source, offset), offset);
        return null;
    }

    private static string MimeOf(string? type, ReadOnlySpan<byte> content)
    {
        string mime = (type ?? "").Split(';')[0].Trim().ToLowerInvariant();
        if (mime.Length > 0 && mime is not ("application/octet-stream" or "unknown" or "unk"))
            return mime;
        string start = Encoding.ASCII.GetString(content[..Math.Min(content.Length, 256)]).TrimStart();
        return
            start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "text/html"
            : mime;
    }

    private static bool IsText(string mime) =>
        mime.StartsWith("text/", StringComparison.Ordinal) && mime is not ("text/css" or "text/javascript")
        || mime is "application/xhtml+xml" or "application/json" or "application/xml"
        || mime.EndsWith("+json", StringComparison.Ordinal);
}

/// <summary>A page of the web: one row, its text.</summary>
internal sealed class HtmlParser(SourceOptions options) : RowParser(options)
{
    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> content = segment.Block.Rows;
        if (IsBlank(content) || !IsReadable(segment, content, 0, known: true, bad))
            return;
        try
        {
            (string html, string charset) = HtmlCharset.Decode(content, null, isHtml: true);
            HtmlPage page = HtmlPage.Read(html, Options.Html);
            table.From(segment.File.Name);
            byte[] utf8 = Encoding.UTF8.GetBytes(page.Text);
            table.Column(Options.Text).Set(utf8);
            Set(table, "charset", charset);
            Set(table, "language", page.Language);
            Set(table, "title", page.Title);
            table.EndRow(RowId.Of(utf8, segment.Source, 0), 0);
        }
        catch (DamagedFileException failure)
        {
            bad.Add(BadRow.Of(segment.File, 0, content, failure.Message));
        }
    }
}
