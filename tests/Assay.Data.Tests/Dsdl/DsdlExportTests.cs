using Assay.Data;

namespace Assay.Tests;

public sealed class DsdlExportTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (DsdlDataset Dataset, string Rows) Export(
        string file,
        string content,
        int[]? rows = null,
        int blockSize = 8 << 20
    )
    {
        _folder.Write(file, content);
        using Pieces pieces = Pieces.Temporary();
        IngestResult read = _folder.Ingest(pieces, new() { Path = [file], Table = true }, blockSize: blockSize);
        Dataset dataset = new("pool", "pool", read.Schema, "text", read.Infos, index => Table.Read(read.Tables[index]));
        string path = Path.Combine(_folder.Path, "out.json");
        using Pieces scratch = Pieces.Temporary();
        View view = new(dataset, rows is null ? null : new Selection(rows));
        Assert.Equal(view.Selection.Count, DsdlExport.Write(path, view, new(scratch)).Rows);
        DsdlDataset written = DsdlDataset.Open(DsdlExport.DescriptionOf(path));
        return (
            written,
            string.Join(
                '\n',
                written
                    .Samples()
                    .Select(sample => sample.HasErrors ? sample.Findings[0].ToString() : sample.Value!.ToJson())
            )
        );
    }

    private static string Fields(DsdlDataset dataset)
    {
        StructDefinition row = (StructDefinition)dataset.Description.Definitions.Single();
        return string.Join(
            "; ",
            row.Fields.Select(field => $"{field.Key}{(row.Optional.Contains(field.Key) ? "?" : "")} {field.Value}")
        );
    }

    [Fact]
    public void Columns_become_fields_of_the_narrowest_types()
    {
        (DsdlDataset dataset, string rows) = Export(
            "a.jsonl",
            """
            {"text":"No","n":1,"x":1.5,"ok":true,"d":{"a":null},"l":[1,2],"ll":[[1],[]],"mixed":[1,"a"],"my key":"k","class":1,"e":[]}
            {"text":"b","n":2,"x":2.0,"ok":false,"d":{},"l":[],"ll":[[0.5]],"mixed":"a","my_key":"other","e":[],"none":null}

            """
        );
        Assert.Equal(
            "text Str; n Int; x Num; ok Bool; d Dict; l List[etype=Int]; ll List[etype=List[etype=Num]]; mixed Str; my_key_2? Str; "
                + "_class? Int; e List[etype=Str]; my_key? Str; none? Str",
            Fields(dataset)
        );
        Assert.Equal(
            """
            {"text":"No","n":1,"x":1.5,"ok":true,"d":{"a":null},"l":[1,2],"ll":[[1],[]],"mixed":"[1,\"a\"]","my_key_2":"k","_class":1,"e":[]}
            {"text":"b","n":2,"x":2,"ok":false,"d":{},"l":[],"ll":[[0.5]],"mixed":"\"a\"","e":[],"my_key":"other"}
            """,
            rows
        );
        Assert.Equal("""{"my_key_2":"my key","_class":"class"}""", dataset.Description.Meta["columns"]!.ToJsonString());
    }

    [Fact]
    public void Numbers_of_CSV_are_numbers()
    {
        (DsdlDataset dataset, string rows) = Export("a.csv", "text,n,x,ok,code\na,1,1.50,true,007\nb,,2,false,8\n");
        Assert.Equal("text Str; n? Int; x Num; ok Bool; code Str", Fields(dataset));
        Assert.Equal(
            """
            {"text":"a","n":1,"x":1.5,"ok":true,"code":"007"}
            {"text":"b","x":2,"ok":false,"code":"8"}
            """,
            rows
        );
    }

    [Fact]
    public void Any_order_and_many_tables_give_the_rows_of_the_selection()
    {
        string content = string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"text\":\"t{i}\",\"j\":[{i}]}}\n"));
        int[] order = [.. Enumerable.Range(0, 500).Select(i => i * 7 % 500)];
        (DsdlDataset dataset, string rows) = Export("a.jsonl", content, order, blockSize: 1000);
        Assert.Equal("text Str; j List[etype=Int]", Fields(dataset));
        Assert.Equal(string.Join('\n', order.Select(i => $"{{\"text\":\"t{i}\",\"j\":[{i}]}}")), rows);
        Assert.Equal("", Export("a.jsonl", content, []).Rows);
    }
}
