using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class WriterTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _folder.Dispose();
        _pieces.Dispose();
    }

    private Dataset Read(SourceOptions? options = null, int blockSize = 200)
    {
        IngestResult result = _folder.Ingest(
            new(Path.Combine(_pieces.Folder, Guid.NewGuid().ToString())),
            options ?? new() { Path = ["a.*"] },
            blockSize: blockSize
        );
        return new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
    }

    private const string Lines = """
        {"text":"a \"q\" <é> \n","n":1,"x":0.5,"b":true,"j":{"k": [1,2]}}
        {"text":"b","x":2.25}
        {"text":"","n":-3,"late":"ü"}

        """;

    [Fact]
    public void What_was_read_is_written_the_same()
    {
        _folder.Write("a.jsonl", Lines);
        string path = Path.Combine(_folder.Path, "out/x.jsonl");
        WrittenFile written = JsonlWriter.Write(path, new(Read()), new(_pieces));
        Assert.Equal(Lines, File.ReadAllText(path));
        Assert.Equal(new(path, 3, Lines.Length + 2) { RowBytes = Lines.Length + 2 }, written);
        JsonlWriter.Write(path + ".gz", new(Read()), new(_pieces));
        using StreamReader gzip = new(new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress));
        Assert.Equal(Lines, gzip.ReadToEnd());
        JsonlWriter.Write(path + ".zst", new(Read()), new(_pieces));
        using StreamReader zstd = new(new ZstdSharp.DecompressionStream(File.OpenRead(path + ".zst")));
        Assert.Equal(Lines, zstd.ReadToEnd());
    }

    [Fact]
    public void Any_order_and_repeats_are_kept_for_any_window()
    {
        StringBuilder lines = new();
        for (int i = 0; i < 200; i++)
            lines.Append($"{{\"text\":\"row {i} {new string('x', i % 23)}\",\"n\":{i}}}\n");
        _folder.Write("a.jsonl", lines.ToString());
        string[] all = lines.ToString().TrimEnd('\n').Split('\n');
        Dataset dataset = Read(blockSize: 500);
        Assert.True(dataset.Tables.Count > 5);
        string path = Path.Combine(_folder.Path, "out.jsonl");
        Prop.ForAll(
                Gen.Choose(0, 199).ArrayOf().ToArbitrary(),
                Gen.Choose(1, 3000).ToArbitrary(),
                (rows, window) =>
                {
                    View view = new(dataset, new(rows));

                    foreach (int threads in (int[])[1, 3])
                    {
                        JsonlWriter.Write(path, view, new(_pieces) { Threads = threads }, null, window);
                        Assert.Equal(rows.Select(row => all[row]), File.ReadAllLines(path));
                    }
                }
            )
            .Holds();
    }

    [Fact]
    public void Edits_ids_and_signals_are_written()
    {
        _folder.Write("a.jsonl", "{\"text\":\"a\",\"assay_id\":\"old\"}\n{\"text\":\"b\"}\n");
        Dataset dataset = Read();
        using TableBuilder edits = new("edits");
        edits.Column("row").Set(1L);
        edits.Column("text").Set("B"u8);
        edits.EndRow(default, 0);
        _pieces.Write("edits", 0, edits.WriteTo);
        View view = new(
            dataset,
            edits: new([_pieces.PathOf("edits", 0)]),
            signals: new Dictionary<string, Signal> { ["p"] = new("p", [1.5, double.NaN]) }
        );
        string path = Path.Combine(_folder.Path, "out.jsonl");
        JsonlWriter.Write(path, view, new(_pieces), new() { Ids = true, Signals = ["p"] });
        string id = RowId.Of("{\"text\":\"b\"}"u8, "a.jsonl", 30).ToString();
        string[] lines = File.ReadAllLines(path);
        Assert.EndsWith("\",\"p\":1.5}", lines[0]);
        Assert.DoesNotContain("old", lines[0]);
        Assert.Equal($"{{\"text\":\"B\",\"assay_id\":\"{id}\"}}", lines[1]);
        CsvWriter.Write(path + ".csv", view, new(_pieces), new() { Ids = true, Signals = ["p"] });
        Assert.Equal($"B,{id},", File.ReadAllLines(path + ".csv")[2]);
        Assert.Throws<AssayException>(() => JsonlWriter.Write(path, view, new(_pieces), new() { Signals = ["none"] }));
    }

    [Fact]
    public void Csv_comes_back()
    {
        _folder.Write("a.jsonl", Lines);
        string path = Path.Combine(_folder.Path, "out/x.csv");
        CsvWriter.Write(path, new(Read()), new(_pieces));
        Assert.Equal(
            "text,n,x,b,j,late\r\n\"a \"\"q\"\" <é> \n\",1,0.5,true,\"{\"\"k\"\": [1,2]}\",\r\nb,,2.25,,,\r\n,-3,,,,ü\r\n",
            File.ReadAllText(path)
        );
        Assert.Equal(["a \"q\" <é> \n", "b", ""], _folder.Texts(new() { Path = ["out/x.csv"] }));
        _folder.Write("b.txt", "one\ntwo\n");
        CsvWriter.Write(path, new(Read(new() { Path = ["b.txt"] })), new(_pieces));
        Assert.Equal("text\r\none\r\ntwo\r\n", File.ReadAllText(path));
    }

    [Fact]
    public void No_rows_make_a_readable_file()
    {
        _folder.Write("a.jsonl", Lines);
        View none = new(Read(), new([]));
        string path = Path.Combine(_folder.Path, "out.jsonl.gz");
        JsonlWriter.Write(path, none, new(_pieces));
        Assert.True(new FileInfo(path).Length > 10);
        using StreamReader gzip = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        Assert.Equal("", gzip.ReadToEnd());
    }
}
