using System.Text;
using Assay.Data;

namespace Assay.Tests;

public sealed class JsonlTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_every_type_keeps_nested_values_raw_and_widens()
    {
        _folder.Write(
            "a.jsonl",
            """
            {"text":"one","n":1,"x":1,"b":true,"j":{"k": [1, "é"]},"none":null}
            {"text":"two \u00e9\n\"q\"","n":-5,"x":2.5,"b":false,"j":"plain"}

            {"n":12345678901234567890,"late":"yes","j":7}
            """
        );
        List<string> rows = _folder.Rows();
        Assert.Equal(3, rows.Count);
        Assert.EndsWith("text=one,n=1,x=1,b=true,j={\"k\": [1, \"é\"]},none=-,late=-", rows[0]);
        Assert.EndsWith("text=two é\n\"q\",n=-5,x=2.5,b=false,j=\"plain\",none=-,late=-", rows[1]);
        Assert.EndsWith("text=-,n=1.2345678901234567E+19,x=-,b=-,j=7,none=-,late=yes", rows[2]);
    }

    [Fact]
    public void Ids_are_the_hash_of_line_source_and_offset()
    {
        _folder.Write("sub/a.jsonl", "{\"text\":\"x\"}\r\n{\"text\":\"y\"}");
        List<string> rows = _folder.Rows();
        Assert.StartsWith(RowId.Of("{\"text\":\"x\"}"u8, "sub/a.jsonl", 0).ToString(), rows[0]);
        Assert.StartsWith(RowId.Of("{\"text\":\"y\"}"u8, "sub/a.jsonl", 14).ToString(), rows[1]);
    }

    [Theory]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", "twice", "text")]
    [InlineData("{\"text\":5}", "expected text, found a number", "text")]
    [InlineData("{\"text\":[\"a\"]}", "expected text, found an array", "text")]
    [InlineData("{\"text\":\"a\",\"j\":{\"k\":1,\"k\":2}}", "twice", "k")]
    [InlineData("{\"text\":\"a\",\"j\":[{\"k\":1,\"\\u006b\":2}]}", "twice", "k")]
    [InlineData("{\"text\":\"a\",\"n\":null,\"n\":1}", "twice", "n")]
    [InlineData("{\"text\":\"a\",\"n\":NaN}", "expected JSON", null)]
    [InlineData("{\"text\":\"a\",\"n\":1e999}", "beyond its range", "n")]
    [InlineData("{\"text\":\"\\ud800\"}", "half of one", null)]
    [InlineData("{\"text\":\"a\",\"\\udfff\":1}", "half of one", null)]
    [InlineData("{\"text\":\"a\",\"j\":[\"\\ud800 \"]}", "half of one", null)]
    [InlineData("{\"text\":\"a\"", "expected JSON", null)]
    [InlineData("{\"text\":\"a\"} x", "expected JSON", null)]
    [InlineData("[1]", "found an array", null)]
    [InlineData("\"text\"", "found text", null)]
    [InlineData("{\"text\":\"a\tb\"}", "expected JSON", null)]
    public void Bad_rows_are_named_with_place_and_reason(string row, string reason, string? key)
    {
        _folder.Write("a.jsonl", "{\"text\":\"good\"}\n" + row + "\n{\"text\":\"fine\"}\n");
        AssayException failure = _folder.Fails();
        Assert.Contains(reason, failure.Message);
        Assert.Equal(2, failure.Where!.Line);
        Assert.True(failure.Where.Column >= 1 && failure.Where.Byte >= 16);
        Assert.Equal(key, failure.Where.Key);
        Assert.Contains("--on-bad-row", failure.Hint);
        Assert.Equal(["good", "fine"], _folder.Texts(policy: BadRowPolicy.Skip));
        string bad = Assert.Single(_folder.Bad());
        Assert.Contains("\"byte\":16", bad);
        Assert.Equal(row, System.Text.Json.JsonDocument.Parse(bad).RootElement.GetProperty("raw").GetString());
    }

    [Fact]
    public void Bad_rows_leave_no_columns_and_no_wider_types()
    {
        _folder.Write(
            "a.jsonl",
            "{\"text\":\"a\",\"n\":1}\n{\"text\":\"b\",\"n\":\"x\",\"new\":1,\"n\":2}\n{\"text\":\"c\",\"n\":3}\n"
        );
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces, policy: BadRowPolicy.Skip);
        Assert.Equal(["text", "n"], result.Schema.Select(field => field.Name));
        Assert.Equal(ColumnType.Int64, result.Schema.Find("n")!.Type);
    }

    [Fact]
    public void Deep_nesting_is_a_bad_row()
    {
        string deep = "{\"text\":\"a\",\"j\":" + new string('[', 100_000) + new string(']', 100_000) + "}";
        _folder.Write("a.jsonl", deep + "\n{\"text\":\"ok\"}\n");
        Assert.Contains("64", _folder.Fails().Message);
        Assert.Equal(["ok"], _folder.Texts(policy: BadRowPolicy.Skip));
    }

    [Fact]
    public void Many_nested_keys_are_compared_too()
    {
        string keys = string.Join(",", Enumerable.Range(0, 100).Select(i => $"\"k{i}\":{{\"a\":1,\"b\":2}}"));
        _folder.Write(
            "a.jsonl",
            $"{{\"text\":\"a\",\"j\":{{{keys}}}}}\n{{\"text\":\"b\",\"j\":[1,{{{keys},\"k7\":0}}]}}\n"
        );
        Assert.Equal(["a"], _folder.Texts(policy: BadRowPolicy.Skip));
        Assert.Equal("k7", _folder.Fails().Where!.Key);
    }

    [Fact]
    public void Invalid_utf8_is_named_by_byte()
    {
        byte[] good = "{\"text\":\"good\"}\n"u8.ToArray();
        _folder.Write("a.jsonl", [.. good, .. "{\"text\":\"é"u8, 0xC3, 0x28, .. "\"}\n"u8, .. good]);
        AssayException failure = _folder.Fails();
        Assert.Equal((2, 11, 16 + 11), (failure.Where!.Line, failure.Where.Column, failure.Where.Byte));
        Assert.Contains("0xC3", failure.Message);
        Assert.Contains("raw_base64", Assert.Single(_folder.Bad()));
    }

    [Fact]
    public void Utf16_is_recognised()
    {
        _folder.Write("a.jsonl", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("{\"text\":\"a\"}\n")]);
        Assert.Contains("UTF-16", _folder.Fails().Message);
    }

    [Fact]
    public void Byte_order_mark_crlf_blank_lines_and_missing_final_newline_are_fine()
    {
        _folder.Write("a.jsonl", [0xEF, 0xBB, 0xBF, .. "{\"text\":\"a\"}\r\n\r\n  \n{\"text\":\"b\"}"u8]);
        Assert.Equal(["a", "b"], _folder.Texts());
        Assert.Contains(" 3 text=a", _folder.Rows()[0]);
    }

    [Fact]
    public void Empty_files_have_no_rows_and_no_rows_at_all_is_an_error()
    {
        _folder.Write("a.jsonl", "");
        _folder.Write("b.jsonl.gz", "");
        Assert.Contains("no rows", _folder.Fails().Message);
        _folder.Write("c.jsonl", "{\"text\":\"x\"}");
        Assert.Equal(["x"], _folder.Texts());
    }

    [Fact]
    public void A_text_column_that_no_row_has_is_an_error_that_lists_the_columns()
    {
        _folder.Write("a.jsonl", "{\"body\":\"x\",\"n\":1}\n");
        AssayException failure = _folder.Fails();
        Assert.Contains("body, n", failure.Hint);
        Assert.Equal(["x"], _folder.Texts(new() { Path = ["*"], Text = "body" }));
    }

    [Fact]
    public void The_first_bad_row_of_many_is_reported_whatever_the_threads()
    {
        StringBuilder lines = new();
        for (int i = 0; i < 3000; i++)
            lines.Append(i >= 1111 && i % 7 == 0 ? "{bad\n" : $"{{\"text\":\"row {i}\"}}\n");
        _folder.Write("a.jsonl", lines.ToString());
        int first = Enumerable.Range(1111, 7).First(i => i % 7 == 0);
        for (int round = 0; round < 10; round++)
            Assert.Equal(first + 1, _folder.Fails(blockSize: 500).Where!.Line);
    }

    [Fact]
    public void Rows_longer_than_max_row_are_bad_wherever_they_lie()
    {
        string longRow = "{\"text\":\"" + new string('x', 5000) + "\"}";
        _folder.Write("a.jsonl", "{\"text\":\"a\"}\n" + longRow + "\n{\"text\":\"b\"}\n" + longRow);
        _folder.Write("b.jsonl.gz", SourceFolder.Gzip(longRow + "\n{\"text\":\"c\"}\n"));
        foreach (int block in (int[])[64, 1000, 8 << 20])
        {
            SourceOptions options = new() { Path = ["*"], MaxRow = new(1000) };
            Assert.Equal(["a", "b", "c"], _folder.Texts(options, BadRowPolicy.Skip, block));
            Assert.Equal(3, _folder.Bad(options, block).Count);
            Assert.Contains("maxRow", _folder.Fails(options, blockSize: block).Message);
        }
    }

    [Fact]
    public void A_line_of_200_MB_is_read_over_with_bounded_memory()
    {
        string path = Path.Combine(_folder.Path, "a.jsonl");
        using (FileStream file = File.Create(path))
        {
            file.Write("{\"text\":\"before\"}\n{\"text\":\""u8);
            byte[] stretch = new byte[1 << 20];
            Array.Fill(stretch, (byte)'x');
            for (int i = 0; i < 200; i++)
                file.Write(stretch);
            file.Write("\"}\n{\"text\":\"after\"}\n"u8);
        }
        SourceOptions options = new() { Path = ["a.jsonl"], MaxRow = new(1 << 20) };
        long before = GC.GetTotalAllocatedBytes();
        Assert.Equal(["before", "after"], _folder.Texts(options, BadRowPolicy.Skip));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100 << 20);
        Assert.Equal(2, _folder.Fails(options).Where!.Line);
    }
}
