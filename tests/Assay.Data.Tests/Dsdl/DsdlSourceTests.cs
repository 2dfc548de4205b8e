using Assay.Data;

namespace Assay.Tests;

public sealed class DsdlSourceTests : IDisposable
{
    private const string Head = """
        $dsdl-version: '0.5.0'
        meta: {name: mixed}
        defs:
          D: {$def: class_domain, classes: [dog, hot dog]}
          S:
            $def: struct
            $fields: {text: Str, n: Int, x: Num, ok: Bool, kind: 'Label[D]', box: BBox, at: Date, image: Image}
            $optional: [x, box]
        data:
          sample-type: S

        """;

    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Sample(int n, string more = "") =>
        $"    - {{text: t{n}, n: {n}, ok: No, kind: {n}, at: 2020-12-29, image: {{$loc: a.jpg, $descr: {{w: 1}}}}{more}}}\n";

    [Fact]
    public void Fields_are_columns_labels_names_and_nested_values_JSON()
    {
        _folder.Write(
            "a.yaml",
            Head + "  samples:\n" + Sample(1, ", extra: 1") + Sample(2, ", x: 1, box: [1, 2, 3, 4.5]")
        );
        using Pieces pieces = Pieces.Temporary();
        IngestResult result = _folder.Ingest(pieces);
        Assert.Equal(
            "text Text, n Int64, ok Bool, kind Text, at Text, image Json, x Float64, box Json",
            string.Join(", ", result.Schema.Select(field => $"{field.Name} {field.Type}"))
        );
        using Table table = Table.Read(result.Tables[0]);
        Assert.Equal("t2", SourceFolder.Value(table.Find("text"), 1));
        Assert.Equal("hot dog", SourceFolder.Value(table.Find("kind"), 1));
        Assert.Equal("[1,2,3,4.5]", SourceFolder.Value(table.Find("box"), 1));
        Assert.Equal("""{"$loc":"a.jpg","$descr":{"w":1}}""", SourceFolder.Value(table.Find("image"), 0));
        Assert.True(table.Find("x")!.IsNull(0));
    }

    [Fact]
    public void Bad_samples_are_bad_rows_and_a_broken_end_is_one()
    {
        _folder.Write("a.yaml", Head + "  samples:\n" + Sample(1) + Sample(3) + Sample(2));
        AssayException failure = Assert.Throws<AssayException>(() =>
        {
            using Pieces pieces = Pieces.Temporary();
            _folder.Ingest(pieces);
        });
        Assert.Contains("a.yaml:13:38 (key 'data.samples[1].kind')", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("a number from 1 to 2", failure.Message, StringComparison.Ordinal);

        _folder.Write("a.yaml", Head + "  sample-path: s.json\n");
        _folder.Write(
            "s.json",
            """{"samples": [{"text": "a", "n": 1, "ok": true, "kind": "dog", "at": "2020-01-01", "image": "i"}, {"text": """
        );
        using Pieces kept = Pieces.Temporary();
        IngestResult result = _folder.Ingest(kept, new() { Path = ["a.yaml"] }, BadRowPolicy.Quarantine);
        Assert.Equal((1, 1), (result.Rows, result.BadRows));
        Assert.Contains("s.json", File.ReadAllText(result.BadRowFiles[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_description_names_is_part_of_the_fingerprint()
    {
        _folder.Write(
            "a.yaml",
            "$dsdl-version: '0.5.0'\n$import: [lib]\nmeta: {}\ndata: {sample-type: S, sample-path: s.json}\n"
        );
        string Fingerprint(string library, string samples)
        {
            _folder.Write("lib.yaml", "$dsdl-version: '0.5.0'\nS: {$def: struct, $fields: {text: " + library + "}}\n");
            _folder.Write("s.json", samples);
            SourcePlan plan = _folder.Plan(new() { Path = ["a.yaml"] });
            using Pieces pieces = Pieces.Temporary();
            return plan.Fingerprint(plan.HashFiles(new(pieces)));
        }
        string[] seen =
        [
            Fingerprint("Str", """{"samples": []}"""),
            Fingerprint("Text", """{"samples": []}"""),
            Fingerprint("Str", """{"samples": [{"text": "x"}]}"""),
        ];
        Assert.Equal(3, seen.Distinct().Count());
        Assert.Equal(seen[0], Fingerprint("Str", """{"samples": []}"""));
    }
}
