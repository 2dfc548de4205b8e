using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Tests;

public sealed class WarcTests : IDisposable
{
    private const string Html = "text/html; charset=utf-8";
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_is_a_record_with_text()
    {
        _folder.Write(
            "a.warc",
            [
                .. Record("warcinfo", "software: test", "application/warc-fields"),
                .. Record("request", "GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
                .. Response("<title> A  page </title><html lang=de><p>Grüße aus dem Süden, und noch mehr.", Html),
                .. Response("\u0089PNG", "image/png"),
                .. Response("", Html),
                .. Record("resource", "just text", "text/plain"),
                .. Record("conversion", "Converted.", "text/plain"),
                .. Record("metadata", "x: y", "application/warc-fields"),
            ]
        );
        List<string> rows = _folder.Rows();
        Assert.Equal(3, rows.Count);
        Assert.EndsWith(
            "text=Grüße aus dem Süden, und noch mehr.,url=http://a.example/,date=2024-04-25T16:24:44Z,type=response,status=200,mime=text/html,charset=utf-8,language=de,title=A page,record=urn:uuid:1",
            rows[0]
        );
        Assert.Contains("text=just text,", rows[1]);
        Assert.Contains("type=conversion,status=-", rows[2]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public void Bodies_are_decoded(string coding)
    {
        byte[] page = Encoding.UTF8.GetBytes("<p>The text of this page, which was packed on its way.</p>");
        using MemoryStream packed = new();
        using (
            Stream packer = coding switch
            {
                "gzip" => new GZipStream(packed, CompressionLevel.Fastest, true),
                "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, true),
                "br" => new BrotliStream(packed, CompressionLevel.Fastest, true),
                _ => new ZstdSharp.CompressionStream(packed, 3),
            }
        )
            packer.Write(page);
        byte[] body = packed.ToArray();
        string chunk = $"{body.Length - 5:x};ext=1\r\n";
        byte[] chunked =
        [
            .. Encoding.ASCII.GetBytes(chunk),
            .. body[..^5],
            .. "\r\n5\r\n"u8,
            .. body[^5..],
            .. "\r\n0\r\n\r\n"u8,
        ];
        _folder.Write(
            "a.warc",
            [.. Response(chunked, Html, $"Transfer-Encoding: chunked\r\nContent-Encoding: {coding}\r\n")]
        );
        _folder.Write(
            "b.warc",
            [.. Response(page, Html, $"Transfer-Encoding: chunked\r\nContent-Encoding: {coding}\r\n")]
        );
        Assert.Equal(Enumerable.Repeat("The text of this page, which was packed on its way.", 2), _folder.Texts());
    }

    [Theory]
    [InlineData("windows-1251", "text/html; charset=windows-1251", "")]
    [InlineData("windows-1251", "text/html", "<meta charset='windows-1251'>")]
    [InlineData("shift_jis", "text/html", "<meta http-equiv=Content-Type content='text/html; charset=x-sjis'>")]
    [InlineData("gb18030", "text/html; charset=GB2312", "")]
    [InlineData("utf-8", "text/html", "")]
    [InlineData("utf-16", "text/html", "")]
    public void Charsets_are_known_from_header_page_or_bytes(string charset, string type, string meta)
    {
        string text = charset switch
        {
            "shift_jis" => "日本語の文章です。これは長い文です。",
            "gb18030" => "这是一个很长的中文句子，用来测试编码。",
            _ => "Это довольно длинное предложение по-русски.",
        };
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        byte[] page = [.. encoding.GetPreamble(), .. encoding.GetBytes($"{meta}<p>{text}</p>")];
        _folder.Write("a.warc", [.. Response(page, type)]);
        Assert.Contains($"text={text},", _folder.Rows()[0]);
        Assert.Contains($",charset={encoding.WebName}", _folder.Rows()[0]);
    }

    [Fact]
    public void Records_may_be_members_of_gzip_and_blocks_are_cut_between_them()
    {
        byte[][] records = [.. Enumerable.Range(0, 60).Select(i => Response($"<p>Page number {i}.</p>", Html))];
        _folder.Write("plain.warc", [.. records.SelectMany(record => record)]);
        _folder.Write("packed.warc.gz", [.. records.SelectMany(SourceFolder.Gzip)]);
        foreach (string name in (string[])["plain.warc", "packed.warc.gz"])
        {
            SourceOptions options = new() { Path = [name] };
            List<string> texts = _folder.Texts(options);
            Assert.Equal(Enumerable.Range(0, 60).Select(i => $"Page number {i}."), texts);
            foreach (int block in (int[])[1, 64, 1000, 4099])
                Assert.Equal(_folder.Rows(options), _folder.Rows(options, blockSize: block));
        }
    }

    [Fact]
    public void Damaged_records_are_bad_rows_and_those_behind_them_are_read()
    {
        byte[] good = Response("<p>Good page.</p>", Html);
        byte[] shorter = Announcing(good, -11),
            longer = Announcing(good, 40);
        _folder.Write(
            "a.warc",
            [.. good, .. shorter, .. good, .. "garbage\r\n"u8, .. good, .. longer, .. good, .. good, .. good[..^30]]
        );
        SourceOptions options = new() { Path = ["a.warc"] };
        foreach (int block in (int[])[1, 7, 300, 8 << 20])
        {
            Assert.Equal(4, _folder.Rows(options, BadRowPolicy.Skip, block).Count);
            List<string> bad = _folder.Bad(options, block);
            Assert.Equal(6, bad.Count);
            Assert.Contains("a blank line behind", bad[0]);
            Assert.Contains("expected a WARC record, found something else", bad[1]);
            Assert.Contains("the file ends there, or the Content-Length is wrong", bad[^1]);
        }
        AssayException failure = _folder.Fails(options);
        Assert.Equal(good.Length, failure.Where!.Byte);
    }

    [Fact]
    public void Long_records_and_bodies_are_bad_rows()
    {
        byte[] good = Response("<p>Good page.</p>", Html);
        byte[] large = Response(new string('x', 5000), "text/plain");
        byte[] bomb = Response(SourceFolder.Gzip(new byte[1 << 20]), "text/plain", "Content-Encoding: gzip\r\n");
        _folder.Write("a.warc", [.. good, .. large, .. good, .. bomb, .. good]);
        SourceOptions options = new() { Path = ["a.warc"], MaxRow = new(4000) };
        foreach (int block in (int[])[64, 8 << 20])
        {
            Assert.Equal(3, _folder.Rows(options, BadRowPolicy.Skip, block).Count);
            Assert.Equal(2, _folder.Bad(options, block).Count);
        }
    }

    [Fact]
    public void A_truncated_archive_is_one_bad_row()
    {
        byte[] packed =
        [
            .. Enumerable.Range(0, 20).SelectMany(i => SourceFolder.Gzip(Response($"<p>Page number {i}.</p>", Html))),
        ];
        _folder.Write("a.warc.gz", packed[..^20]);
        SourceOptions options = new() { Path = ["a.warc.gz"] };
        Assert.Equal(19, _folder.Rows(options, BadRowPolicy.Skip).Count);
        Assert.Contains("truncated or damaged", Assert.Single(_folder.Bad(options)));
    }

    [Fact]
    public void Pages_crawled_by_others_are_read()
    {
        List<string> texts = [];
        foreach (string name in (string[])["sample-0000.warc.gz", "sample-0001.warc.gz"])
            texts.AddRange(_folder.Texts(new() { Path = [SharedData.Path("warc/" + name)] }));
        Assert.Equal(22 + 15, texts.Count);
        string page = texts.Single(text => text.StartsWith("CCBot", StringComparison.Ordinal));
        Assert.Contains("User-agent: CCBot\nDisallow: /", page);
        Assert.DoesNotContain("Privacy Policy", page);
        string table = texts.Single(text => text.StartsWith("Academic Lineage", StringComparison.Ordinal));
        Assert.Contains("\n5 | Heinrich Wilhelm Brinkmann | Mathematics | ", table);
        string faq = texts.Single(text =>
            text.Contains("3–5 billion new pages added each month", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("Cookie", faq);
    }

    /// <summary>A record whose Content-Length is wrong.</summary>
    private static byte[] Announcing(byte[] record, int difference) =>
        Encoding.UTF8.GetBytes(
            Regex.Replace(
                Encoding.UTF8.GetString(record),
                @"Content-Length: (\d+)",
                length => $"Content-Length: {int.Parse(length.Groups[1].Value) + difference}"
            )
        );

    private static byte[] Response(string body, string type) => Response(Encoding.UTF8.GetBytes(body), type);

    private static byte[] Response(byte[] body, string type, string header = "") =>
        Record(
            "response",
            [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{header}\r\n"), .. body],
            "application/http; msgtype=response"
        );

    private static byte[] Record(string type, string content, string mediaType) =>
        Record(type, Encoding.UTF8.GetBytes(content), mediaType);

    private static byte[] Record(string type, byte[] content, string mediaType) =>
        [
            .. Encoding.ASCII.GetBytes(
                $"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2024-04-25T16:24:44Z\r\n"
                    + $"WARC-Target-URI: http://a.example/\r\nContent-Type: {mediaType}\r\nContent-Length: {content.Length}\r\n\r\n"
            ),
            .. content,
            .. "\r\n\r\n"u8,
        ];
}
