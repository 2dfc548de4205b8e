using System.Text;
using System.Text.Json;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

/// <summary>What <see cref="ParquetWriter"/> writes, as an independent reader (Parquet.Net) sees it.</summary>
public sealed class ParquetWriterTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _folder.Dispose();
        _pieces.Dispose();
    }

    private Dataset Read(string path = "a.*", int blockSize = 200)
    {
        IngestResult result = _folder.Ingest(
            new(Path.Combine(_pieces.Folder, Guid.NewGuid().ToString())),
            new() { Path = [path] },
            blockSize: blockSize
        );
        return new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
    }

    private string Out => Path.Combine(_folder.Path, "out/train.parquet");

    [Fact]
    public void An_independent_reader_sees_every_value()
    {
        _folder.Write(
            "a.jsonl",
            """
            {"text":"a \"q\" é","n":1,"x":0.5,"b":true,"none":null,"mixed":7}
            {"text":"b","x":2,"mixed":"s"}
            {"text":"","n":-3,"b":false,"late":"ü","mixed":[1, {"k":2}]}

            """
        );
        WrittenFile written = ParquetWriter.Write(Out, new(Read(blockSize: 40)), new(_pieces));
        Assert.Equal(new(Out, 3, new FileInfo(Out).Length) { RowBytes = written.RowBytes }, written);
        string quote = JsonSerializer.Serialize("a \"q\" é"),
            late = JsonSerializer.Serialize("ü");
        Assert.Equal(
            [
                $"b=true,mixed=7,n=1,text={quote},x=0.5",
                $"mixed=\"s\",text=\"b\",x=2",
                $"b=false,late={late},mixed=[1, {{\"k\":2}}],n=-3,text=\"\"",
            ],
            ParquetPeer.Read(Out)
        );
    }

    [Fact]
    public void Any_order_and_repeats_are_kept_for_any_window()
    {
        StringBuilder lines = new();
        for (int i = 0; i < 200; i++)
            lines.Append($"{{\"text\":\"row {i} {new string('x', i % 23)}\",\"n\":{i},\"domain\":\"d{i % 3}\"}}\n");
        _folder.Write("a.jsonl", lines.ToString());
        Dataset dataset = Read(blockSize: 500);
        Assert.True(dataset.Tables.Count > 5);
        Prop.ForAll(
                Gen.Choose(0, 199).ArrayOf().ToArbitrary(),
                Gen.Choose(1, 3000).ToArbitrary(),
                Gen.Elements(true, false).ToArbitrary(),
                (rows, window, sorted) =>
                {
                    if (sorted)
                        Array.Sort(rows);
                    View view = new(dataset, new(rows));
                    ParquetWriter.Write(Out, view, new(_pieces) { Threads = 1 }, null, window);
                    byte[] once = File.ReadAllBytes(Out);
                    ParquetWriter.Write(Out, view, new(_pieces) { Threads = 3 }, null, window);
                    Assert.Equal(once, File.ReadAllBytes(Out));
                    Assert.Equal(
                        rows.Select(i => $"domain=\"d{i % 3}\",n={i},text=\"row {i} {new string('x', i % 23)}\""),
                        ParquetPeer.Read(Out)
                    );
                }
            )
            .Holds();
    }

    [Fact]
    public void Pages_dictionaries_and_long_texts_come_back()
    {
        StringBuilder lines = new();
        Random random = new(5);
        for (int i = 0; i < 80_000; i++)
            lines.Append(
                $"{{\"text\":\"{(i == 70_000 ? new string('y', 3_000_000) : "t" + i)}\",\"n\":{random.Next(400)},\"s\":\"v{(i / 1000) % 70}\","
                    + $"\"x\":{(i % 2 == 0 ? 0.25 : random.NextDouble()):R}{(i % 9 > 1 && i < 60_000 ? ",\"b\":" + (i % 4 == 1 ? "true" : "false") : "")}}}\n"
            );
        _folder.Write("a.jsonl", lines.ToString());
        Dataset dataset = Read(blockSize: 8 << 20);
        ParquetWriter.Write(Out, new(dataset), new(_pieces));
        string json = Path.Combine(_folder.Path, "out.jsonl");
        JsonlWriter.Write(json, new(dataset), new(_pieces));
        int row = 0;
        List<string> peer = ParquetPeer.Read(Out);
        foreach (string line in File.ReadLines(json))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.Equal(
                string.Join(
                    ",",
                    document
                        .RootElement.EnumerateObject()
                        .Select(cell => cell.Name + "=" + cell.Value.GetRawText())
                        .Order(StringComparer.Ordinal)
                ),
                peer[row++]
            );
        }
        Assert.Equal(80_000, row);
    }

    [Fact]
    public void Edits_ids_reasons_and_signals_are_written()
    {
        _folder.Write("a.csv", "text,n,assay_id\n12,007,old\n13,5,older\n");
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
        ParquetWriter.Write(
            Out,
            view,
            new(_pieces),
            new()
            {
                Ids = true,
                Signals = ["p"],
                Reason = row => "r" + row,
            }
        );
        using Batch batch = view.Read(0);
        Assert.Equal(
            [
                $"assay_id=\"{batch.Id(0)}\",assay_reason=\"r0\",n=\"007\",p=1.5,text=\"12\"",
                $"assay_id=\"{batch.Id(1)}\",assay_reason=\"r1\",n=\"5\",text=\"B\"",
            ],
            ParquetPeer.Read(Out)
        );
    }

    [Fact]
    public void Numbers_of_csv_are_numbers()
    {
        _folder.Write("a.csv", "text,n,x,b\na,12,0.50,true\nb,-9007199254740993,3,false\n");
        ParquetWriter.Write(Out, new(Read()), new(_pieces));
        Assert.Equal(
            ["b=true,n=12,text=\"a\",x=0.5", "b=false,n=-9007199254740993,text=\"b\",x=3"],
            ParquetPeer.Read(Out)
        );
    }

    [Fact]
    public void No_rows_make_a_readable_file()
    {
        _folder.Write("a.jsonl", "{\"text\":\"a\"}\n");
        ParquetWriter.Write(Out, new(Read(), new([])), new(_pieces));
        Assert.Empty(ParquetPeer.Read(Out));
    }
}
