using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Minimal changes on the command line and in a recipe.</summary>
public sealed class PrescribeTests
{
    private const string Rules = "{hours: +1 +2, stress: high > low resistance 2}";

    private static readonly string Table =
        "hours,stress,age,good\n"
        + string.Concat(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    FormattableString.Invariant(
                        $"{4 + i % 5},{(i % 3 == 0 ? "high" : "low")},{20 + i},{(i % 5 >= 2 && (i % 3 > 0 || i % 5 == 4) ? "yes" : "no")}\n"
                    )
                )
        );

    [Fact]
    public void A_table_and_rules_give_sheets_tables_and_a_page()
    {
        using Cli cli = new();
        cli.Write("people.csv", Table);
        string[] call = ["plan", "prescribe", "people.csv", "--label", "good", "--wanted", "yes", "--change", Rules];
        Result first = cli.Run(call);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("on the model", first.Output);
        Assert.Contains("Locked: age.", first.Output);
        Assert.Contains("row,changes,before,after", File.ReadLines(cli.Path("plan/all-rows.csv")).First());
        Assert.True(File.Exists(cli.Path("plan/attributions.csv")));
        Assert.Contains("Gain by effort", File.ReadAllText(cli.Path("plan/report.html")));

        using JsonDocument json = JsonDocument.Parse(cli.Run([.. call, "--json"]).Output);
        JsonElement sheets = json.RootElement.GetProperty("study").GetProperty("panels")[0];
        Assert.Equal("changes", sheets.GetProperty("$type").GetString());
    }

    [Fact]
    public void It_is_a_step_of_a_recipe()
    {
        using Cli cli = new();
        cli.Write("people.csv", Table);
        cli.Write(
            "recipe.yaml",
            "assay: 1\ndata: { people: { path: people.csv, table: true } }\nsteps:\n  - plan/prescribe:\n      label: good\n      wanted: yes\n"
                + "      change:\n        hours: +1 +2\n        stress: high > low\n      goal: target\n      couplings: [ stress needs hours ]\n"
        );
        Result result = cli.Run("run", "recipe.yaml");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("plan/prescribe: ", result.Output);
    }

    [Theory]
    [InlineData("wanted", "plan", "prescribe", "people.csv", "--label", "good", "--change", Rules)]
    [InlineData("change", "plan", "prescribe", "people.csv", "--label", "good", "--wanted", "yes")]
    [InlineData(
        "'hours' has '1'",
        "plan",
        "prescribe",
        "people.csv",
        "--label",
        "good",
        "--wanted",
        "yes",
        "--change",
        "{hours: 1 2}"
    )]
    [InlineData(
        "no column 'sleep'",
        "plan",
        "prescribe",
        "people.csv",
        "--label",
        "good",
        "--wanted",
        "yes",
        "--change",
        "{sleep: +1}"
    )]
    [InlineData(
        "no row has 'good'",
        "plan",
        "prescribe",
        "people.csv",
        "--label",
        "good",
        "--wanted",
        "fine",
        "--change",
        Rules
    )]
    public void A_mistake_is_named(string expected, params string[] arguments)
    {
        using Cli cli = new();
        cli.Write("people.csv", Table);
        Result result = cli.Run(arguments);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(expected, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }
}
