using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Value;

namespace Assay.Reports.Tests;

public sealed class ValuePageTests
{
    private static readonly ValueCurve Curve = new([new(0, 0.9), new(0.5, 0.8, 0.02), new(0.9, double.NaN)]);

    private static readonly ValueReport Report = new()
    {
        Method = "value/shapley",
        Options = "label: y",
        Seed = 3,
        Data = ["data/harbour.csv"],
        Label = "y",
        Rows = 40,
        TestRows = 20,
        HeldOutRows = 0,
        Signals =
        [
            new("shapley", 40, [-1, -0.9, -0.5, 0, 0.1, 0.2, 0.3, 0.4, 1], [-1, 0, 1], [10, 30])
            {
                Note = "400 permutations",
            },
        ],
        Suspects = new(10, 0.25, -0.01, 0.81),
        Lowest = [new(new("00ff", "harbour.csv", Sample.Script, 60), "line 17", "<b>yes</b>", -1, 0.1)],
        Curves = new()
        {
            Model = "logistic",
            Metric = "accuracy",
            TestRows = 10,
            LowestFirst = Curve,
            HighestFirst = Curve,
            Random = Curve,
        },
        Dropped = 10,
        Files = ["values/values.csv"],
        Seconds = 1,
    };

    [Fact]
    public void The_page_says_what_was_found()
    {
        string html = Render(Report);
        Assert.Contains("10 of 40 rows have values so low", html);
        Assert.Contains("line 17", html);
        Assert.Contains("400 permutations", html);
        Assert.Equal(6, html.Split("<polyline").Length - 1);
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>yes", html);
        Assert.Equal(html, Render(Report));
    }

    [Fact]
    public void Without_curves_it_says_why()
    {
        string html = Render(
            Report with
            {
                Curves = null,
                NoCurves = "none were asked for",
                Suspects = new(30, 0.75, 0.1, 0.6),
                Dropped = null,
            }
        );
        Assert.Contains("No curves were measured: none were asked for.", html);
        Assert.Contains("do not fall into few low ones", html);
        Assert.DoesNotContain("<polyline", html);
        Assert.DoesNotContain("suspected labels", Render(Report with { Suspects = null, Label = null }));
    }

    private static string Render(ValueReport report)
    {
        using StringWriter writer = new();
        ReportPage.Render(report, writer);
        return writer.ToString();
    }
}
