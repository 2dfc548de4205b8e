using System.Text.Json;

namespace Assay.Tests.Cli;

/// <summary>Datasets about people: scores, the datasheet that is filled and given back, and the comparison of several.</summary>
public sealed class RubricTests
{
    private const string People =
        "name,gender,age,note\nAnn,f,19,write to ann@example.org\nBob,m,35,\nCem,m,52,born 3 May 1972\nDee,f,70,\n";

    [Fact]
    public void ADatasheetIsBegunAnsweredReadBackAndCompared()
    {
        using Cli cli = new();
        cli.Write("people.csv", People);
        Result first = cli.Run("describe", "rubric", "people.csv", "--out", "first");
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("42 of 42 questions of the datasheet are open", first.Output);
        Assert.Contains("Rubric of people.csv", File.ReadAllText(cli.Path("first/report.html")));
        string form = File.ReadAllText(cli.Path("first/datasheet.yaml"));
        Assert.Contains("  \"subgroups: sex\": \"f: 2, m: 2\"\n", form);
        Assert.Contains("email in note (1 rows)", form);

        cli.Write(
            "sheet.yaml",
            form.Replace("  name:\n", "  name: village\n")
                .Replace("  consent:\n", "  consent: yes\n")
                .Replace("  label-origin:\n", "  label-origin: [self-reported]\n")
        );
        Result second = cli.Run("describe", "rubric", "people.csv", "--datasheet", "sheet.yaml", "--out", "second");
        Assert.True(second.Code == 0, second.Error);
        Assert.Contains("regulation 1 of 3; 39 of 42 questions of the datasheet are open", second.Output);
        Assert.Contains(
            "**Have the people consented to the collection and to this use?**\n\nyes\n",
            File.ReadAllText(cli.Path("second/datasheet.md"))
        );

        Result json = cli.Run(
            "describe",
            "rubric",
            "people.csv",
            "--axes",
            "sex,age",
            "--subgroups",
            "{sex: [f, m]}",
            "--json",
            "--out",
            "third"
        );
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.Equal(
            "2.000 of 3",
            report.RootElement.GetProperty("study").GetProperty("facts")[0].GetProperty("value").GetString()
        );

        Result frontier = cli.Run(
            "plan",
            "frontier",
            "first/scores.csv",
            "second/scores.csv",
            "--maximise",
            "fairness,privacy,regulation",
            "--candidate",
            "dataset"
        );
        Assert.True(frontier.Code == 0, frontier.Error);
        Assert.Contains("Take 'village'", frontier.Output);
    }

    [Fact]
    public void ABrokenDatasheetIsRefusedWithItsLines()
    {
        using Cli cli = new();
        cli.Write("people.csv", People);
        cli.Write("sheet.yaml", "datasheet: 1\n\nrights:\n  consent: perhaps\n  aproval: yes\n");
        Result result = cli.Run("describe", "rubric", "people.csv", "--datasheet", "sheet.yaml");
        Assert.Equal(2, result.Code);
        Assert.Contains(
            "sheet.yaml:4:12 (key 'rights.consent'): 'perhaps' is not allowed; expected one of yes, no",
            result.Error
        );
        Assert.Contains("sheet.yaml:5:3 (key 'rights.aproval')", result.Error);
        Assert.Contains("did you mean 'approval'?", result.Error);
        Assert.False(Directory.Exists(cli.Path("describe")));
    }
}
