using System.Text;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>Parquet as a source: what is written comes back, whoever wrote it and however it is read.</summary>
public sealed class ParquetReaderTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _folder.Dispose();
        _pieces.Dispose();
    }

    private static readonly SourceOptions Parquet = new() { Path = ["*.parquet"] };

    /// <summary>Writes JSON lines as Parquet of our own.</summary>
    private string Write(string name, string lines, int window = 16 << 20, int blockSize = 300)
    {
        _folder.Write("in.jsonl", lines);
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces, new() { Path = ["in.jsonl"] }, blockSize: blockSize);
        Dataset dataset = new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
        string path = Path.Combine(_folder.Path, name);
        ParquetWriter.Write(path, new(dataset), new(_pieces), null, window);
        return path;
    }

    private static string Lines(int count)
    {
        StringBuilder lines = new();
        for (int i = 0; i < count; i++)
            lines.Append(
                $"{{\"text\":\"row {i} {new string('é', i % 17)}\",\"n\":{i * 7919L},\"x\":{i / 8.0:R},\"lang\":\"l{i % 4}\",\"b\":{(i % 3 == 0 ? "true" : "false")},\"tags\":[{i},{{\"k\":\"v{i}\"}}]}}\n"
            );
        return lines.ToString();
    }

    [Fact]
    public void What_was_written_is_read_the_same()
    {
        string lines = Lines(500);
        FileRows rows = FileRows.Read(Write("a.parquet", lines, window: 4000));
        Assert.Empty(rows.Bad);
        Assert.Equal(lines.TrimEnd('\n').Split('\n'), rows.Lines);
    }

    [Fact]
    public void Any_table_comes_back()
    {
        Gen<string> text = Gen.Elements("", "a", "ü\"\\", "\n\t", "🚀", "true", "12", new string('z', 300));
        Gen<string> value = Gen.OneOf(
            text.Select(t => System.Text.Json.JsonSerializer.Serialize(t)),
            Gen.Choose(-5, 5).Select(n => $"{n}"),
            Gen.Elements(long.MinValue, long.MaxValue).Select(n => $"{n}"),
            Gen.Elements("0.5", "-1E+300", "2.5E-08", "true", "false", "[1,null]", "{\"a\":{}}", "")
        );
        // A column with one kind of values, or with all kinds; missing ones among them.
        Gen<string[]> column = Gen.OneOf(
            Gen.Elements("0", "1", "22", "").ArrayOf(40),
            Gen.OneOf(text.Select(t => System.Text.Json.JsonSerializer.Serialize(t)), Gen.Constant("")).ArrayOf(40),
            Gen.Elements("true", "false", "").ArrayOf(40),
            Gen.Elements("1.5", "-0.25", "").ArrayOf(40),
            value.ArrayOf(40),
            Gen.Constant("").ArrayOf(40)
        );
        Prop.ForAll(
                column.ArrayOf(3).ToArbitrary(),
                Gen.Choose(1, 2000).ToArbitrary(),
                (columns, window) =>
                {
                    StringBuilder lines = new();
                    for (int row = 0; row < 40; row++)
                    {
                        lines.Append($"{{\"text\":\"t{row}\"");
                        for (int c = 0; c < columns.Length; c++)
                            if (columns[c][row] is { Length: > 0 } cell)
                                lines.Append($",\"c{c}\":{cell}");
                        lines.Append("}\n");
                    }
                    string path = Write("a.parquet", lines.ToString(), window);
                    using Pieces pieces = Pieces.Temporary();
                    string json = Path.Combine(pieces.Folder, "x.jsonl");
                    IngestResult result = _folder.Ingest(pieces, new() { Path = ["a.parquet"] });
                    Dataset read = new(
                        "p",
                        "0",
                        result.Schema,
                        "text",
                        result.Infos,
                        i => Table.Read(result.Tables[i])
                    );
                    JsonlWriter.Write(json, new(read), new(pieces));
                    List<Dictionary<string, string>> wanted = Cells(lines.ToString()),
                        got = Cells(File.ReadAllText(json));
                    Assert.Equal(wanted.Count, got.Count);
                    for (int row = 0; row < wanted.Count; row++)
                        Assert.Equal(wanted[row], got[row]);
                }
            )
            .Holds();
    }

    /// <summary>Cells of each row; numbers by value, since whole ones among others become such.</summary>
    private static List<Dictionary<string, string>> Cells(string lines) =>
        [
            .. lines
                .TrimEnd('\n')
                .Split('\n')
                .Select(line =>
                {
                    using var document = System.Text.Json.JsonDocument.Parse(line);
                    return document
                        .RootElement.EnumerateObject()
                        .ToDictionary(
                            cell => cell.Name,
                            cell =>
                                cell.Value.ValueKind == System.Text.Json.JsonValueKind.Number
                                    ? cell.Value.GetDouble().ToString("R")
                                    : cell.Value.ToString()
                        );
                }),
        ];

    [Theory]
    [InlineData("None")]
    [InlineData("Snappy")]
    [InlineData("Gzip")]
    [InlineData("Brotli")]
    [InlineData("Zstd")]
    [InlineData("Lz4Raw")]
    public void What_an_independent_writer_wrote_is_read(string method)
    {
        ParquetPeer.Row[] rows =
        [
            .. Enumerable
                .Range(0, 2000)
                .Select(i => new ParquetPeer.Row
                {
                    Text = $"row {i} " + new string((char)('a' + i % 26), i % 90),
                    Small = i % 100 - 50,
                    Whole = i % 7 == 0 ? null : i * 1_000_003L,
                    Number = i / 7.0,
                    Single = i % 5 == 0 ? null : i / 4f,
                    Flag = i % 2 == 0,
                    Price = i / 100m,
                    When = new DateTime(2020, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddMinutes(i),
                    Key = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                    Tags = i % 3 == 0 ? null : [.. Enumerable.Range(0, i % 4).Select(t => $"t{t}")],
                    Inner = i % 11 == 0 ? null : new() { A = i, Xs = i % 2 == 0 ? [] : [0.5, i] },
                    Counts = i % 13 == 0 ? [] : new() { ["x"] = i, ["y"] = -i },
                }),
        ];
        string path = _folder.Write("peer.parquet", ParquetPeer.Write(rows, method, rowsPerGroup: 700));
        FileRows read = FileRows.Read(path, "Text");
        Assert.Empty(read.Bad);
        Assert.Equal(rows.Length, read.Lines.Count);
        for (int i = 0; i < rows.Length; i++)
        {
            using var row = System.Text.Json.JsonDocument.Parse(read.Lines[i]);
            var root = row.RootElement;
            ParquetPeer.Row wanted = rows[i];
            Assert.Equal(wanted.Text, root.GetProperty("Text").GetString());
            Assert.Equal(wanted.Small, root.GetProperty("Small").GetInt32());
            Assert.Equal(wanted.Whole, root.TryGetProperty("Whole", out var whole) ? whole.GetInt64() : null);
            Assert.Equal(wanted.Number, root.GetProperty("Number").GetDouble());
            Assert.Equal(
                wanted.Single,
                root.TryGetProperty("Single", out var single) ? (float)single.GetDouble() : null
            );
            Assert.Equal(wanted.Flag, root.GetProperty("Flag").GetBoolean());
            Assert.Equal((double)wanted.Price, root.GetProperty("Price").GetDouble());
            Assert.StartsWith(
                wanted.When.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
                root.GetProperty("When").GetString()
            );
            Assert.Equal(wanted.Key, root.GetProperty("Key").GetGuid());
            if (wanted.Tags is null)
                Assert.False(root.TryGetProperty("Tags", out _));
            else
                Assert.Equal(wanted.Tags, root.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()));
            if (wanted.Inner is null)
                Assert.False(root.TryGetProperty("Inner", out _));
            else
            {
                Assert.Equal(wanted.Inner.A, root.GetProperty("Inner").GetProperty("A").GetInt32());
                Assert.Equal(
                    wanted.Inner.Xs!,
                    root.GetProperty("Inner").GetProperty("Xs").EnumerateArray().Select(x => x.GetDouble())
                );
            }
            Assert.Equal(
                wanted.Counts!,
                root.GetProperty("Counts").EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetInt32())
            );
        }
    }

    [Fact]
    public void Blocks_and_threads_do_not_change_the_rows()
    {
        Write("a.parquet", Lines(700), window: 3000);
        Write("b.parquet", Lines(3));
        List<string> once = _folder.Rows(Parquet, threads: 1);
        Assert.Equal(703, once.Count);
        foreach (int block in (int[])[200, 1500, 5000])
        {
            Assert.True(block > 1500 || _folder.Plan(Parquet, block).Units.Count > 3);
            Assert.Equal(once, _folder.Rows(Parquet, blockSize: block, threads: 1));
            Assert.Equal(once, _folder.Rows(Parquet, blockSize: block, threads: 3));
        }
        Assert.Contains(" a.parquet 699 ", once[699], StringComparison.Ordinal);
        Assert.Equal(703, once.Select(row => row[..32]).Distinct().Count());
    }

    [Fact]
    public void A_stopped_run_goes_on()
    {
        Write("a.parquet", Lines(700), window: 3000);
        List<string> whole = _folder.Rows(Parquet, blockSize: 1500);
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces, Parquet, blockSize: 1500);
        string[] files = Directory.GetFiles(pieces.Folder);
        Dictionary<string, DateTime> times = files.ToDictionary(file => file, File.GetLastWriteTimeUtc);
        string[] lost = [.. files.Order(StringComparer.Ordinal).Where((_, i) => i % 3 == 1)];
        foreach (string file in lost)
            File.Delete(file);
        Assert.Equal(whole, SourceFolder.Show(_folder.Ingest(pieces, Parquet, blockSize: 1500)));
        foreach (string file in files.Except(lost).Where(file => file.Contains("table-", StringComparison.Ordinal)))
            Assert.Equal(times[file], File.GetLastWriteTimeUtc(file));
    }

    private sealed class Reports(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    [Fact]
    public void Progress_grows_to_the_total_and_a_cancelled_run_goes_on()
    {
        Write("a.parquet", Lines(700), window: 3000);
        Write("b.parquet", Lines(100));
        List<string> whole = _folder.Rows(Parquet, blockSize: 1000);
        using Pieces pieces = Pieces.Temporary();
        SourcePlan plan = _folder.Plan(Parquet, blockSize: 1000);
        using CancellationTokenSource stop = new();
        long done = 0,
            total = 0;
        Reports reports = new(progress =>
        {
            Assert.True(progress.Done > done);
            (done, total) = (progress.Done, progress.Total);
            if (done > total / 2)
                stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Ingest.Run(
                plan,
                BadRowPolicy.Fail,
                new(pieces)
                {
                    Threads = 1,
                    Progress = reports,
                    Cancellation = stop.Token,
                }
            )
        );
        Assert.InRange(done, 1, total - 1);
        done = 0;
        IngestResult result = Ingest.Run(plan, BadRowPolicy.Fail, new(pieces) { Threads = 1, Progress = reports });
        Assert.Equal(plan.TotalBytes, done);
        Assert.Equal(total, done);
        Assert.Equal(whole, SourceFolder.Show(result));
    }

    [Fact]
    public void Only_the_columns_asked_for_are_read_and_ids_stay()
    {
        string path = Write("a.parquet", Lines(50));
        SourceOptions some = Parquet with { Columns = ["lang", "tags"] };
        List<string> all = _folder.Rows(Parquet),
            few = _folder.Rows(some);
        Assert.Equal(all.Select(row => row[..32]), few.Select(row => row[..32]));
        Assert.EndsWith("text=row 1 é,lang=l1,tags=[1,{\"k\":\"v1\"}]", few[1]);
        Assert.NotEqual(_folder.Plan(Parquet).Fingerprint(["0"]), _folder.Plan(some).Fingerprint(["0"]));
        AssayException missing = _folder.Fails(Parquet with { Columns = ["language"] });
        Assert.Equal("the file has no column 'language'", missing.Message);
        Assert.Contains("Its columns: text, n, x, lang, b, tags.", missing.Hint);
        Assert.Contains(
            "is about Parquet and Arrow files",
            _folder.Fails(new() { Path = ["in.jsonl"], Columns = ["n"] }).Message
        );
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_damaged_page_costs_the_rest_of_its_row_group_only()
    {
        string path = Write("a.parquet", Lines(300), window: 9000);
        byte[] bytes = File.ReadAllBytes(path);
        int groups;
        using (var handle = File.OpenHandle(path))
            groups = ParquetFooter.Read(handle).Groups.Count;
        Assert.True(groups > 2);
        bytes[60] ^= 0x40;
        _folder.Write("a.parquet", bytes);
        string bad = Assert.Single(_folder.Bad(Parquet));
        Assert.Contains("row group 0, column 'text', at row 0: expected a page with checksum", bad);
        Assert.Contains("\"source\":\"a.parquet\",\"byte\":0", bad);
        int left = _folder.Rows(Parquet, BadRowPolicy.Skip).Count;
        Assert.InRange(left, 100, 290);
        AssayException failure = _folder.Fails(Parquet);
        Assert.Equal(path + " (key 'text')", failure.Where!.ToString());
    }

    [Fact]
    public void What_is_no_parquet_is_said_so()
    {
        byte[] whole = File.ReadAllBytes(Write("a.parquet", Lines(20)));
        void Is(byte[] content, string reason)
        {
            _folder.Write("a.parquet", content);
            Assert.Contains(reason, _folder.Fails(Parquet).Message, StringComparison.Ordinal);
        }
        Is([], "expected at least 12 bytes, found 0");
        Is(whole[..^1], "expected PAR1 at the end");
        Is("{\"text\":\"a\"}\n{\"text\":\"b\"}"u8.ToArray(), "expected PAR1 at the end");
        Is([.. whole[..^4], .. "PARE"u8], "found an encrypted one");
        Is([.. "PARE"u8, .. whole[4..]], "this is an encrypted Parquet file, which Assay does not read");
        Is([.. whole[..^8], 255, 255, 255, 0, .. "PAR1"u8], "expected metadata within the file");
        Is(SourceFolder.Gzip("x"), "expected a Parquet file, found it within gzip");
        _folder.Write("b.bin", whole);
        Assert.Equal(20, _folder.Rows(new() { Path = ["b.bin"] }).Count);
    }

    [Fact]
    public void The_text_column_must_be_text_and_rows_short_enough()
    {
        Write("a.parquet", "{\"text\":\"a\",\"n\":1}\n{\"text\":\"bbbbbbbbbbbbbbbb\",\"n\":2,\"l\":[1]}\n");
        Assert.Contains(
            "row 0: expected text, found a number or truth value; it is the text column",
            _folder.Fails(Parquet with { Text = "n" }).Message
        );
        Assert.Contains("row 1: expected text, found JSON; it", _folder.Fails(Parquet with { Text = "l" }).Message);
        Assert.Contains(
            "row 1: expected a row of at most 10 bytes (maxRow), found a longer one",
            _folder.Fails(Parquet with { MaxRow = new(10) }).Message
        );
        Assert.Equal(["a"], _folder.Texts(Parquet with { MaxRow = new(10) }, BadRowPolicy.Skip));
    }
}
