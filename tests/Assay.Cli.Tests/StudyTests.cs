using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Studies on the command line and as steps of a recipe.</summary>
public sealed class StudyTests
{
    private const string Points =
        "candidate,loss,tokens\nbig,1.0,100\nbig,1.1,100\nsmall,1.2,50\nsmall,1.3,50\nbad,2,100\nbad,2.1,100\n";

    private static readonly string[] Frontier = ["plan", "frontier", "points.csv", "--minimise", "loss,tokens"];

    [Fact]
    public void A_study_answers_at_the_terminal_as_JSON_as_a_page_and_as_tables()
    {
        using Cli cli = new();
        cli.Write("points.csv", Points);
        Result first = cli.Run(Frontier);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("Take '", first.Output);
        Assert.Contains("plan/report.html", first.Output);
        string page = File.ReadAllText(cli.Path("plan/report.html"));
        Assert.Contains("<h1>Frontier</h1>", page);
        Assert.Equal(4, File.ReadLines(cli.Path("plan/candidates.csv")).Count());

        Result json = cli.Run([.. Frontier, "--json"]);
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.Equal("plan/frontier", report.RootElement.GetProperty("method").GetString());
        JsonElement panels = report.RootElement.GetProperty("study").GetProperty("panels");
        Assert.Equal("points", panels[0].GetProperty("$type").GetString());

        string[] bytes = cli.Bytes("plan");
        Assert.Contains("done before", cli.Run(Frontier).Output);
        Assert.Equal(bytes, cli.Bytes("plan"));
    }

    [Fact]
    public void A_study_is_a_step_of_a_recipe()
    {
        using Cli cli = new();
        cli.Write("points.csv", Points);
        cli.Write(
            "plan.yaml",
            "assay: 1\ndata: { points: { path: points.csv, table: true } }\nsteps: [ plan/frontier: { minimise: [ loss, tokens ] } ]\n"
        );
        Result result = cli.Run("run", "plan.yaml", "--report", "report.html");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("plan/frontier: Take '", result.Output);
        string page = File.ReadAllText(cli.Path("report.html"));
        Assert.Contains("Take &#x27;", page);
        Assert.Contains("loss and tokens", page);
    }

    [Fact]
    public void Two_datasets_stand_side_by_side_on_the_command_line()
    {
        using Cli cli = new();
        cli.Write("train.jsonl", "{\"text\":\"one two three four five\"}\n{\"text\":\"six seven\"}\n");
        cli.Write("test.jsonl", "{\"text\":\"Six, seven!\"}\n{\"text\":\"other words\"}\n");
        Result result = cli.Run("describe", "diff", "train.jsonl", "test.jsonl");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("1 of 2 rows of b", result.Output);
        Assert.Contains("train.jsonl, row 2", File.ReadAllText(cli.Path("describe/rows-of-b-found-in-a.csv")));
        Result named = cli.Run("describe", "diff", "train.jsonl", "--against", "test.jsonl");
        Assert.Contains("1 of 2 rows of b", named.Output);
        Result alone = cli.Run("describe", "diff", "train.jsonl");
        Assert.Equal(1, alone.Code);
        Assert.Contains("assay describe diff a.jsonl b.jsonl", alone.Error);
    }

    [Theory]
    [InlineData("no column 'wrong'", "plan", "frontier", "points.csv", "--minimise", "wrong")]
    [InlineData("no objective", "plan", "frontier", "points.csv")]
    [InlineData("'loss' is not a finite number", "plan", "frontier", "bad.csv", "--minimise", "loss")]
    [InlineData("--minimize", "plan", "frontier", "points.csv", "--minimize", "loss")]
    [InlineData("none.csv", "plan", "frontier", "none.csv", "--minimise", "loss")]
    public void A_mistake_is_named(string expected, params string[] arguments)
    {
        using Cli cli = new();
        cli.Write("points.csv", Points);
        cli.Write("bad.csv", "candidate,loss\na,1\nb,none\n");
        Result result = cli.Run(arguments);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(expected, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.False(Directory.Exists(cli.Path("plan")));
    }
}
