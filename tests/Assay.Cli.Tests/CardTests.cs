using System.Text.Json.Nodes;

namespace Assay.Tests.Cli;

public sealed class CardTests
{
    private const string Recipe = """
        assay: 1
        seed: 3
        data:
          pool: { path: pool.jsonl }
        steps:
          - describe/label
          - select/holdout: { size: 20, as: test }
          - select/dedup: { method: exact }
        candidates: { some: [ select/random: { keep: 50% } ] }
        export:
          to: out
          format: FORMAT
          layout: huggingface
          shard: 2K
          dropped: true
          croissant: true
          about:
            name: "Words: a test"
            description: Rows of a test.
            license: cc-by-4.0
            language: [en, "no"]
            tasks: [text-generation]
            creators: [The testers]
            url: https://example.org/words
            published: "2026-01-31"
            citation: "@misc{words}"
        """;

    private static string Word(int i) => string.Concat(i.ToString("D3").Select(digit => (char)('a' + (digit - '0'))));

    private static Cli Prepared(string format)
    {
        Cli cli = new();
        cli.Write(
            "pool.jsonl",
            string.Concat(
                Enumerable
                    .Range(0, 200)
                    .Select(i =>
                        $"{{\"text\":\"row {Word(i % 190)} with | pipes and \\\"quotes\\\"\",\"n\":{i % 190},\"tags\":[{i % 3}],\"ok\":{(i % 2 == 0 ? "true" : "false")}}}\n"
                    )
            )
        );
        cli.Write("recipe.yaml", Recipe.Replace("FORMAT", format));
        return cli;
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("jsonl")]
    [InlineData("jsonl.gz")]
    [InlineData("arrow")]
    public void What_is_exported_is_in_order_and_can_be_read_again(string format)
    {
        using Cli cli = Prepared(format);
        Result run = cli.Run("run", "recipe.yaml", "--quiet");
        Assert.True(run.Code == 0, run.Error);
        string[] train = Directory.GetFiles(cli.Path("out/data"), "train-*");
        Assert.True(train.Length > 1);
        Assert.All(train, file => Assert.EndsWith($"-of-{train.Length:D5}.{format}", file));
        Result check = cli.Run("describe", "card", "out");
        Assert.Equal("out/README.md, out/croissant.json: in order\n", check.Output);
        Assert.Equal(0, check.Code);

        string card = File.ReadAllText(cli.Path("out/README.md"));
        Assert.Contains("- \"no\"\n", card);
        Assert.Contains("path: data/train-*\n", card);
        Assert.Contains("config_name: dropped\n", card);
        Assert.Contains("seed: 3", card);
        Assert.DoesNotContain(cli.Folder, card);

        foreach (string path in (string[])["out", "out/croissant.json"])
        {
            cli.Write(
                "again.yaml",
                $"assay: 1\ndata: {{ pool: {{ path: {path}, split: all }}, test: {{ path: {path}, split: test }} }}\nexport: {{ to: again, ids: false }}\n"
            );
            Result again = cli.Run("run", "again.yaml", "--quiet");
            Assert.True(again.Code == 0, again.Error);
            JsonNode manifest = JsonNode.Parse(File.ReadAllText(cli.Path("out/manifest.json")))!;
            long rows = manifest["files"]!
                .AsArray()
                .Where(file => !file!["is_dropped"]!.GetValue<bool>())
                .Sum(file => file!["rows"]!.GetValue<long>());
            Assert.Equal(rows, File.ReadLines(cli.Path("again/train.jsonl")).Count());
        }
    }

    [Fact]
    public void An_export_depends_on_nothing_but_data_and_recipe_and_sweeps_what_it_wrote_before()
    {
        using Cli one = Prepared("parquet"),
            two = Prepared("parquet");
        Assert.Equal(0, one.Run("run", "recipe.yaml", "--quiet", "--threads", "1").Code);
        Assert.Equal(0, two.Run("run", "recipe.yaml", "--quiet", "--threads", "2", "--set", "export.shard=1K").Code);
        int many = Directory.GetFiles(two.Path("out/data")).Length;
        Assert.Equal(0, two.Run("run", "recipe.yaml", "--quiet", "--threads", "2").Code);
        Assert.True(Directory.GetFiles(two.Path("out/data")).Length < many);
        Assert.Equal(one.Bytes("out", "report.html"), two.Bytes("out", "report.html"));
    }

    [Fact]
    public void A_wrong_card_is_told_with_line_and_column()
    {
        using Cli cli = new();
        cli.Write("d/README.md", "---\nlicense: cc-by-4\nlanguage: [no]\n---\n");
        cli.Write("d/train.jsonl", "{\"text\":\"a\"}\n");
        Result check = cli.Run("describe", "card", "d");
        Assert.Equal(1, check.Code);
        Assert.Contains("error    d/README.md:2:10 (key 'license'): there is no licence 'cc-by-4'", check.Output);
        Assert.Contains("did you mean 'cc-by-4.0'?", check.Output);
        Assert.Contains("    3 | language: [no]", check.Output);
        Assert.Contains("d/README.md: 2 errors, 0 warnings", check.Output);
        JsonArray json = JsonNode.Parse(cli.Run("describe", "card", "d", "--json").Output)!.AsArray();
        Assert.Equal(["error", "error"], json.Select(finding => finding!["severity"]!.GetValue<string>()));
        Assert.Equal(1, cli.Run("describe", "card", "nowhere").Code);
    }

    [Fact]
    public void A_description_that_lacks_what_only_its_maker_knows_is_refused_before_anything_is_run()
    {
        using Cli cli = Prepared("parquet");
        Result run = cli.Run("run", "recipe.yaml", "--set", "export.about={ license: mitt }");
        Assert.Equal(2, run.Code);
        Assert.Contains("needs url, creators, published", run.Error);
        Assert.Contains("did you mean 'mit'", run.Error);
    }
}
