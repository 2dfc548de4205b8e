namespace Assay.Tests.Cli;

public sealed class DeconfoundTests
{
    private const string Log = """
        title,votes,age,author
        plain words,1.9,1,a
        free words,4.6,2,a
        plain things,1.4,0.5,b
        free things,6.5,3,b
        free people,5.2,2.5,b
        plain people,3.1,1.5,c
        free places,3.2,1,c
        plain places,0.1,0,c
        """;

    [Fact]
    public void Outcomes_are_adjusted_beside_the_text_or_without_any()
    {
        using Cli cli = new();
        cli.Write("log.csv", Log);
        Result joint = cli.Run(
            "value",
            "deconfound",
            "log.csv",
            "--text",
            "title",
            "--outcome",
            "votes",
            "--context",
            "age",
            "--out",
            "joint"
        );
        Assert.True(joint.Code == 0, joint.Error);
        Assert.Contains("text and context together, penalty", joint.Output);
        Assert.Contains("the context alone explains", joint.Output);
        Assert.EndsWith(",deconfounded,deconfounded-context", File.ReadLines(cli.Path("joint/values.csv")).First());
        Assert.Contains("<html", File.ReadAllText(cli.Path("joint/report.html")));

        Result groups = cli.Run(
            "value",
            "deconfound",
            "log.csv",
            "--outcome",
            "votes",
            "--groups",
            "author",
            "--mode",
            "fixed-effects",
            "--out",
            "groups"
        );
        Assert.True(groups.Code == 0, groups.Error);
        Assert.Contains("means of groups", groups.Output);

        Result none = cli.Run("value", "deconfound", "log.csv", "--outcome", "votes", "--text", "title");
        Assert.Equal(1, none.Code);
        Assert.Contains("no circumstances", none.Error);
    }

    [Fact]
    public void A_study_of_outcomes_and_pairs_from_them_have_pages()
    {
        using Cli cli = new();
        cli.Write("log.csv", Log);
        string[] what = ["log.csv", "--text", "title", "--outcome", "votes", "--context", "age", "--penalty", "1"];
        Result study = cli.Run(["judge", "confounding", .. what, "--out", "study"]);
        Assert.True(study.Code == 0, study.Error);
        Assert.Contains("Without experiments", study.Output);
        Assert.True(File.Exists(cli.Path("study/ways-to-learn-from-outcomes.csv")));

        Result pairs = cli.Run(["make", "outcome-pairs", .. what, "--out", "pairs"]);
        Assert.True(pairs.Code == 0, pairs.Error);
        Assert.Single(File.ReadAllLines(cli.Path("pairs/rows.jsonl")));
    }
}
