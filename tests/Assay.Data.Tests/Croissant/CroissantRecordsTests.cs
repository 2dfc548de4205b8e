using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Data;

namespace Assay.Tests.Croissant;

public sealed class CroissantRecordsTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly Pieces _pieces = Pieces.Temporary();

    public void Dispose()
    {
        _pieces.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Columns_are_renamed_transformed_and_typed()
    {
        _folder.Write("t.csv", "id,when,tags,flag,extra\n1,31/01/2026,a b,true,x\n2,01/02/2026,c,0,y\n");
        Assert.Equal(
            [
                """{"n":1,"day":"2026-01-31","tags":["a","b"],"flag":true,"file":"t","kind":"fixed"}""",
                """{"n":2,"day":"2026-02-01","tags":["c"],"flag":false,"file":"t","kind":"fixed"}""",
            ],
            Read(
                File("t", "t.csv", "text/csv"),
                Set(
                    "rows",
                    Field("rows/n", "sc:Integer", "t", "\"column\":\"id\""),
                    Field("rows/day", "sc:Date", "t", "\"column\":\"when\"", "\"format\":\"%d/%m/%Y\""),
                    Field("rows/tags", "sc:Text", "t", "\"column\":\"tags\"", "\"separator\":\" \""),
                    Field("rows/flag", "sc:Boolean", "t", "\"column\":\"flag\""),
                    Field("rows/file", "sc:Text", "t", "\"fileProperty\":\"filename\"", "\"regex\":\"^(.*)[.]csv$\""),
                    """{"@type":"cr:Field","@id":"rows/kind","dataType":"sc:Text","value":"fixed"}"""
                )
            )
        );
    }

    [Fact]
    public void Lines_of_JSON_are_read_by_columns_and_paths()
    {
        _folder.Write(
            "t.jsonl",
            """{"a":{"b":[{"c":1},{"c":2}]},"text":"x"}""" + "\n" + """{"a":null,"text":"y"}""" + "\n"
        );
        Assert.Equal(
            ["""{"c":[1,2],"first":1,"text":"x"}""", """{"c":[],"first":null,"text":"y"}"""],
            Read(
                File("t", "t.jsonl", "application/jsonlines"),
                Set(
                    "rows",
                    Field("rows/c", "sc:Integer", "t", "\"jsonPath\":\"$.a.b[*].c\""),
                    Field("rows/first", "sc:Integer", "t", "\"column\":\"a\"", "\"jsonPath\":\"b[0].c\""),
                    Field("rows/text", "sc:Text", "t", "\"column\":\"text\"")
                )
            )
        );
    }

    [Fact]
    public void A_document_of_JSON_is_read_by_paths_that_lead_to_as_many_values()
    {
        _folder.Write("t.json", """{"items":[{"id":1,"s":"a"},{"id":2,"s":"b"}],"odd":[1]}""");
        string file = File("t", "t.json", "application/json"),
            id = Field("rows/id", "sc:Integer", "t", "\"jsonPath\":\"$.items[*].id\"");
        Assert.Equal(
            ["""{"id":1,"s":"a"}""", """{"id":2,"s":"b"}"""],
            Read(file, Set("rows", id, Field("rows/s", "sc:Text", "t", "\"jsonPath\":\"$.items[*].s\"")))
        );
        Assert.Contains(
            "2 and 1 values",
            Fails(file, Set("rows", id, Field("rows/o", "sc:Integer", "t", "\"jsonPath\":\"$.odd[*]\""))).Message
        );
    }

    [Fact]
    public void Files_of_a_set_are_rows_of_their_own()
    {
        _folder.Write("texts/a.txt", "one\ntwo\n");
        _folder.Write("texts/b.txt", "three\n");
        _folder.Write("texts/c.md", "no\n");
        string files =
            """{"@type":"cr:FileSet","@id":"f","encodingFormat":"text/plain","includes":["texts/*.txt","texts/*.md"],"excludes":"texts/*.md"}""";
        Assert.Equal(
            ["""{"name":"texts/a.txt","text":"one\ntwo\n"}""", """{"name":"texts/b.txt","text":"three\n"}"""],
            Read(
                files,
                Set(
                    "rows",
                    Field("rows/name", "sc:Text", "f", "\"fileProperty\":\"fullpath\"", set: true),
                    Field("rows/text", "sc:Text", "f", "\"fileProperty\":\"content\"", set: true)
                )
            )
        );
        Assert.Equal(
            ["""{"line":"one","n":0}""", """{"line":"two","n":1}""", """{"line":"three","n":0}"""],
            Read(
                files,
                Set(
                    "rows",
                    Field("rows/line", "sc:Text", "f", "\"fileProperty\":\"lines\"", set: true),
                    Field("rows/n", "sc:Integer", "f", "\"fileProperty\":\"lineNumbers\"", set: true)
                )
            )
        );
    }

    [Fact]
    public void References_join_record_sets()
    {
        _folder.Write("r.csv", "user,movie\nu,2\nv,1\nw,9\n");
        _folder.Write("m.csv", "id,title\n1,One\n2,Two\n");
        string files = File("r", "r.csv", "text/csv") + "," + File("m", "m.csv", "text/csv");
        string movies = Set(
            "movies",
            Field("movies/id", "sc:Integer", "m", "\"column\":\"id\""),
            Field("movies/title", "sc:Text", "m", "\"column\":\"title\"")
        );
        string movie = Field("ratings/movie", "sc:Integer", "r", "\"column\":\"movie\"")
            .Replace("{\"@type\"", "{\"references\":{\"@id\":\"movies/id\"},\"@type\"");
        string[] expected =
        [
            """{"movie":2,"title":"Two"}""",
            """{"movie":1,"title":"One"}""",
            """{"movie":9,"title":null}""",
        ];
        foreach (
            string title in (string[])
                [
                    """{"@type":"cr:Field","@id":"ratings/title","dataType":"sc:Text","source":{"@id":"movies/title"}}""",
                    """{"@type":"cr:Field","@id":"ratings/title","dataType":"sc:Text","source":{"field":{"@id":"movies/title"}}}""",
                    Field("ratings/title", "sc:Text", "m", "\"column\":\"title\""),
                ]
        )
            Assert.Equal(
                expected,
                Read(files, movies + "," + Set("ratings", movie, title), new() { Config = "ratings" })
            );
        Assert.Contains(
            "no 'references' joins them",
            Fails(
                files,
                movies
                    + ","
                    + Set(
                        "ratings",
                        Field("ratings/movie", "sc:Integer", "r", "\"column\":\"movie\""),
                        Field("ratings/title", "sc:Text", "m", "\"column\":\"title\"")
                    ),
                new() { Config = "ratings" }
            ).Message
        );
        _folder.Write("m.csv", "id,title\n1,One\n1,Two\n");
        Assert.Contains(
            "occurs twice",
            Fails(
                files,
                movies
                    + ","
                    + Set(
                        "ratings",
                        movie,
                        """{"@type":"cr:Field","@id":"ratings/title","dataType":"sc:Text","source":{"@id":"movies/title"}}"""
                    ),
                new() { Config = "ratings" }
            ).Message
        );
    }

    [Fact]
    public void Splits_are_chosen_by_the_field_that_refers_to_them()
    {
        _folder.Write("d/train.jsonl", """{"text":"a"}""" + "\n");
        _folder.Write("d/test.jsonl", """{"text":"b"}""" + "\n");
        string files =
            """{"@type":"cr:FileSet","@id":"f","encodingFormat":"application/jsonlines","includes":"d/*.jsonl"}""";
        string sets =
            """{"@type":"cr:RecordSet","@id":"splits","dataType":"cr:Split","field":[{"@type":"cr:Field","@id":"splits/name","dataType":"sc:Text"}],"data":[{"splits/name":"train"},{"splits/name":"test"}]},"""
            + Set(
                "rows",
                Field(
                        "rows/split",
                        "sc:Text",
                        "f",
                        "\"fileProperty\":\"fullpath\"",
                        "\"regex\":\"d/(train|test)\"",
                        set: true
                    )
                    .Replace("{\"@type\"", "{\"references\":{\"@id\":\"splits/name\"},\"@type\""),
                Field("rows/text", "sc:Text", "f", "\"column\":\"text\"", set: true)
            );
        Assert.Equal(["""{"split":"train","text":"a"}"""], Read(files, sets));
        Assert.Equal(["""{"split":"test","text":"b"}"""], Read(files, sets, new() { Split = ["test"] }));
        Assert.Equal(2, Read(files, sets, new() { Split = ["all"] }).Count);
        Assert.Contains("did you mean 'test'", Fails(files, sets, new() { Split = ["tset"] }).Hint);
        Assert.Equal(["""{"name":"train"}""", """{"name":"test"}"""], Read(files, sets, new() { Config = "splits" }));
    }

    [Fact]
    public void Subfields_become_objects()
    {
        _folder.Write("t.csv", "x,y\n1,2\n");
        Assert.Equal(
            ["""{"point":{"x":1,"y":2.0}}""".Replace("2.0", "2")],
            Read(
                File("t", "t.csv", "text/csv"),
                Set(
                    "rows",
                    $$"""{"@type":"cr:Field","@id":"rows/point","subField":[{{Field("rows/point/x", "sc:Integer", "t", "\"column\":\"x\"")}},{{Field("rows/point/y", "sc:Float", "t", "\"column\":\"y\"")}}]}"""
                )
            )
        );
    }

    [Fact]
    public void What_is_not_there_or_not_read_is_told_with_its_line()
    {
        _folder.Write("t.csv", "id\n1\nx\n");
        string file = File("t", "t.csv", "text/csv");
        AssayException failure = Fails(file, Set("rows", Field("rows/n", "sc:Integer", "t", "\"column\":\"id\"")));
        Assert.Contains("t.csv, row 2, field 'n': 'x' is no whole number", failure.Message);
        Assert.True(failure.Where!.Line > 0);
        Assert.Contains(
            "did you mean 'id'",
            Fails(file, Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"idd\""))).Hint
        );
        Assert.Contains(
            "$..a' is not read",
            Fails(file, Set("rows", Field("rows/n", "sc:Text", "t", "\"jsonPath\":\"$..a\""))).Message
        );
        Assert.Contains(
            "is not here",
            Fails(
                File("t", "u.csv", "text/csv"),
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\""))
            ).Message
        );
        Assert.Contains(
            "leads out",
            Fails(
                File("t", "../t.csv", "text/csv"),
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\""))
            ).Message
        );
        Assert.Contains(
            "expected SHA-256",
            Fails(
                file.Replace("\"@id\"", $"\"sha256\":\"{new string('0', 64)}\",\"@id\""),
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\""))
            ).Message
        );
        Assert.Contains(
            "archive",
            Fails(
                file.Replace("\"@id\"", "\"containedIn\":{\"@id\":\"z\"},\"@id\""),
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\""))
            ).Message
        );
        Assert.Contains(
            "There is rows.",
            Fails(
                file,
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\"")),
                new() { Config = "other" }
            ).Hint
        );
        Assert.Contains(
            "which split",
            Fails(
                file,
                Set("rows", Field("rows/n", "sc:Text", "t", "\"column\":\"id\"")),
                new() { Split = ["train"] }
            ).Message
        );
    }

    [Fact]
    public void Files_elsewhere_are_fetched_and_checked()
    {
        byte[] table = Encoding.UTF8.GetBytes("id\n7\n");
        using WebServer server = new(table);
        string file = File("t", server.Root + "/t.csv", "text/csv")
            .Replace("\"@id\"", $"\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(table))}\",\"@id\"");
        string set = Set("rows", Field("rows/n", "sc:Integer", "t", "\"column\":\"id\""));
        Assert.Equal(["""{"n":7}"""], Read(file, set));
        int before = server.Requests.Count;
        Assert.Equal(["""{"n":7}"""], Read(file, set));
        Assert.Equal(before, server.Requests.Count);
    }

    [Fact]
    public void Rows_are_said_to_come_from_the_description()
    {
        _folder.Write("t.csv", "text\na\n");
        Describe(
            File("t", "t.csv", "text/csv"),
            Set("rows", Field("rows/text", "sc:Text", "t", "\"column\":\"text\""))
        );
        SourcePlan plan = SourcePlan.Find("pool", new() { Path = ["croissant.json"] }, _folder.Path, Downloads());
        Assert.Equal("croissant.json", Assert.Single(plan.Files).Name);
        Assert.Equal(SourceFormat.Jsonl, plan.Files[0].Format);
        Assert.Contains(
            "put together",
            Assert
                .Throws<AssayException>(() =>
                    SourcePlan.Find("pool", new() { Path = ["croissant.json"] }, _folder.Path)
                )
                .Message
        );
    }

    private static string File(string id, string url, string format) =>
        $$"""{"@type":"cr:FileObject","@id":"{{id}}","contentUrl":"{{url}}","encodingFormat":"{{format}}"}""";

    private static string Field(
        string id,
        string type,
        string source,
        string extract,
        string? transform = null,
        bool set = false
    ) =>
        $$"""{"@type":"cr:Field","@id":"{{id}}","dataType":"{{type}}","source":{"{{(set ? "fileSet" : "fileObject")}}":{"@id":"{{source}}"},"extract":{"""
        + extract
        + "}"
        + (transform is null ? "" : ",\"transform\":{" + transform + "}")
        + "}}";

    private static string Set(string id, params string[] fields) =>
        $$"""{"@type":"cr:RecordSet","@id":"{{id}}","field":[{{string.Join(",\n", fields)}}]}""";

    private string Describe(string files, string sets) =>
        _folder.Write(
            "croissant.json",
            $$"""
            {"@context":{"cr":"http://mlcommons.org/croissant/"},"@type":"sc:Dataset","name":"d",
            "distribution":[{{files}}],
            "recordSet":[{{sets}}]}
            """
        );

    private Downloads Downloads() =>
        new(Path.Combine(_folder.Path, ".downloads"), new(_pieces))
        {
            Options = new() { Retries = 1, Token = null },
        };

    private List<string> Read(string files, string sets, SourceOptions? source = null)
    {
        string path = Describe(files, sets);
        string made = new CroissantRecords(CroissantFile.Read(path, path), Downloads()).Make(source ?? new());
        return [.. System.IO.File.ReadLines(made).Select(line => JsonNode.Parse(line)!.ToJsonString())];
    }

    private AssayException Fails(string files, string sets, SourceOptions? source = null) =>
        Assert.ThrowsAny<AssayException>(() => Read(files, sets, source));
}
