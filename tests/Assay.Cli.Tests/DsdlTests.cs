using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary><c>assay describe dsdl</c>, and descriptions as sources of rows.</summary>
public sealed class DsdlTests
{
    private const string Description = """
        $dsdl-version: "0.5.0"
        meta: {name: shop}
        defs:
          Kinds: {$def: class_domain, classes: [good, bad]}
          Review: {$def: struct, $fields: {text: Str, kind: 'Label[Kinds]', box: BBox}, $optional: [box]}
        data:
          sample-type: Review
          samples:
            - {text: fine soap, kind: good, box: [1, 2, 30, 40]}
            - {text: no lather, kind: 2}

        """;

    [Fact]
    public void A_dataset_is_checked_at_the_terminal_as_JSON_as_a_page_and_as_tables()
    {
        using Cli cli = new();
        cli.Write("shop.yaml", Description);
        Result good = cli.Run("describe", "dsdl", "shop.yaml", "--media", ".");
        Assert.True(good.Code == 0, good.Error);
        Assert.Contains("All 2 samples are as the description says.", good.Output);
        Assert.Contains("Labels of kind", good.Output);
        Assert.Contains("<h1>Samples of shop</h1>", File.ReadAllText(cli.Path("describe/report.html")));
        Assert.Equal("of,boxes,least,median,mean,most,zero", File.ReadLines(cli.Path("describe/boxes.csv")).First());

        cli.Write("shop.yaml", Description + "    - {text: odd, kind: ugly, extra: 1}\n");
        Result bad = cli.Run("describe", "dsdl", "shop.yaml", "--json");
        Assert.Equal(1, bad.Code);
        using JsonDocument report = JsonDocument.Parse(bad.Output);
        Assert.Equal(3, report.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal(
            ["3", "2", "0", "1"],
            report
                .RootElement.GetProperty("study")
                .GetProperty("facts")
                .EnumerateArray()
                .Take(4)
                .Select(fact => fact.GetProperty("value").GetString())
        );
        Assert.Contains("shop.yaml:11:", File.ReadAllText(cli.Path("describe/faults.csv")));
        // Leniently the unknown key is no matter, the unknown class still is.
        Assert.DoesNotContain("extra", cli.Run("describe", "dsdl", "shop.yaml", "--lenient").Output);
    }

    [Fact]
    public void A_broken_description_names_every_place()
    {
        using Cli cli = new();
        cli.Write("shop.yaml", Description.Replace("text: Str", "text: Strg").Replace("box: BBox", "box: Box"));
        Result result = cli.Run("describe", "dsdl", "shop.yaml");
        Assert.Equal(2, result.Code);
        Assert.Contains("shop.yaml:5:42 (key 'Review.$fields.text')", result.Error);
        Assert.Contains("found 'Strg', which nothing defines; did you mean 'Str'?", result.Error);
        Assert.Contains("did you mean 'BBox'?", result.Error);
    }

    [Fact]
    public void A_description_is_a_source_of_rows()
    {
        using Cli cli = new();
        cli.Write("shop.yaml", Description);
        cli.Write(
            "recipe.yaml",
            "assay: 1\nseed: 1\ndata:\n  pool: { path: shop.yaml, format: dsdl }\ncandidates:\n  all: [select/random: { keep: 100% }]\nexport: { candidate: all, to: out }\n"
        );
        Result result = cli.Run("run", "recipe.yaml");
        Assert.True(result.Code == 0, result.Error);
        string rows = File.ReadAllText(cli.Path("out/train.jsonl"));
        Assert.Contains("\"text\":\"fine soap\",\"kind\":\"good\",\"box\":[1,2,30,40]", rows);
        Assert.Contains("\"text\":\"no lather\",\"kind\":\"bad\"", rows);

        // Written as a dataset of its own, which reads back and is in order.
        Result exported = cli.Run("run", "recipe.yaml", "--set", "export.format=dsdl", "--set", "export.to=again");
        Assert.True(exported.Code == 0, exported.Error);
        Result check = cli.Run("describe", "dsdl", "again/train.yaml");
        Assert.True(check.Code == 0, check.Error);
        Assert.Contains("All 2 samples", check.Output);
        Assert.Contains("kind: Str", File.ReadAllText(cli.Path("again/train.yaml")));
    }
}
