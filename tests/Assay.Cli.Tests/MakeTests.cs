using System.Text.Json;

namespace Assay.Tests.Cli;

public sealed class MakeTests
{
    private const string Rows = """
        {"prompt": "one?", "a": "yes, one", "b": "no"}
        {"prompt": "two?", "a": "same", "b": "same"}
        {"prompt": "three?", "a": "drei", "b": "no \"way\""}
        """;

    [Fact]
    public void Made_rows_are_written_once_with_a_page()
    {
        using Cli cli = new();
        cli.Write("answers.jsonl", Rows);
        string[] arguments =
        [
            "make",
            "delta-pairs",
            "answers.jsonl",
            "--chosen",
            "a",
            "--rejected",
            "b",
            "--out",
            "pairs",
        ];
        Result first = cli.Run(arguments);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("2 of 3 prompts make a pair", first.Output);
        string[] lines = File.ReadAllLines(cli.Path("pairs/rows.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.Equal("no \"way\"", JsonDocument.Parse(lines[1]).RootElement.GetProperty("rejected").GetString());
        Assert.Contains("<html", File.ReadAllText(cli.Path("pairs/report.html")));
        string[] bytes = cli.Bytes("pairs", "report.html");

        Result again = cli.Run(arguments);
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("make/delta-pairs", again.Error);
        Assert.Equal(bytes, cli.Bytes("pairs", "report.html"));

        // Other options are other rows, and the first ones are made again after them, not taken for theirs.
        Assert.Equal(
            0,
            cli.Run("make", "delta-pairs", "answers.jsonl", "--chosen", "b", "--rejected", "a", "--out", "pairs").Code
        );
        Assert.NotEqual(lines, File.ReadAllLines(cli.Path("pairs/rows.jsonl")));
        Assert.Equal(0, cli.Run(arguments).Code);
        Assert.Equal(lines, File.ReadAllLines(cli.Path("pairs/rows.jsonl")));
    }

    [Fact]
    public void A_recipe_says_where_making_belongs()
    {
        using Cli cli = new();
        cli.Write("rows.jsonl", Rows);
        cli.Write(
            "recipe.yaml",
            "assay: 1\ndata:\n  pool: { path: rows.jsonl, text: prompt }\nsteps:\n  - make/delta-pairs: { chosen: a, rejected: b }\n"
        );
        Result run = cli.Run("run", "recipe.yaml");
        Assert.Equal(2, run.Code);
        Assert.Contains("assay make", run.Error);
    }
}
