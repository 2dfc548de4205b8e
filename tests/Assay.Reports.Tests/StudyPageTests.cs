using Assay.Numerics;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Studies;

namespace Assay.Reports.Tests;

public sealed class StudyPageTests
{
    private static readonly double[] X = [1e6, 3e6, 1e7, 3e7, 1e8, 3e8];

    private static readonly StudyReport Report = new()
    {
        Method = "plan/filter",
        Options = "budgets: [32M, 64M]",
        Seed = 3,
        Data = ["data/runs.csv"],
        Rows = 40,
        Study = new()
        {
            Title = "How hard to filter",
            Answer = "Keep the best pool up to 94M samples, two of four from there on.",
            Facts =
            [
                new("Pools to keep", "2 of 4", "at 128M samples"),
                new("Crossing", "94M samples", "80M to 112M over 200 resamples"),
                new("Error there", "0.704"),
            ],
            Panels =
            [
                new CurvePanel
                {
                    Title = "Error by budget",
                    Note = "Lines are predicted from single pools; points are runs that no fit has seen.",
                    X = new("samples seen", IsLogarithmic: true),
                    Y = new("error", Better: Better.Less),
                    Curves =
                    [
                        new("chance", X, [0.99, 0.99, 0.99, 0.99, 0.99, 0.99]) { Emphasis = Emphasis.Faded },
                        new("best pool", X, [0.95, 0.9, 0.82, 0.76, 0.72, 0.71]) { Form = CurveForm.Dashed },
                        new("three pools", X, [0.98, 0.95, 0.9, 0.84, 0.76, 0.67]) { Form = CurveForm.Step },
                        new("two pools", X, [0.97, 0.93, 0.86, 0.79, 0.71, 0.66])
                        {
                            Emphasis = Emphasis.Main,
                            Low = [0.95, 0.91, 0.84, 0.77, 0.69, 0.64],
                            High = [0.99, 0.95, 0.88, 0.81, 0.73, 0.68],
                        },
                        new("measured", [3e6, 3e7], [0.92, 0.8])
                        {
                            Form = CurveForm.Points,
                            Low = [0.9, 0.78],
                            High = [0.94, 0.82],
                        },
                    ],
                    Marks = [new(9.4e7, "one pool to two"), new(4e6, "here")],
                    Levels = [new(0.66, "asymptote")],
                },
                new PointsPanel
                {
                    Title = "Cost and accuracy",
                    X = new("cost", Better: Better.Less),
                    Y = new("accuracy", "share", Better.More),
                    Points =
                    [
                        new("all weak", new(100, 90, 110, 0.95), new(0.7, 0.68, 0.72, 0.95), Standing.NonDominated),
                        new("mixed", MeanInterval.Exact(200), MeanInterval.Exact(0.8), Standing.NonDominated)
                        {
                            IsChosen = true,
                        },
                        new("all gold", MeanInterval.Exact(220), new(0.79, 0.75, 0.83, 0.95), Standing.Undecided),
                        new("none", MeanInterval.Exact(230), MeanInterval.Exact(0.6), Standing.Dominated),
                    ],
                    Clouds = [new("pilot runs", [120, 150, 180], [0.65, 0.7, 0.72], Emphasis.Plain)],
                },
                new IntervalPanel
                {
                    Title = "Effects",
                    Axis = new("gain"),
                    IsDifference = true,
                    Lines = [new("one", new(0.2, 0.1, 0.3, 0.95), true), new("two", new(0, -0.1, 0.1, 0.95))],
                },
                new TablePanel
                {
                    Title = "Fits",
                    Columns =
                    [
                        TableColumn.Of("pool", ["<b>best</b>", "second"]),
                        TableColumn.Of("half-life", [6.7, double.PositiveInfinity], 1),
                        TableColumn.Of("error", [0.5, double.NaN], 1, "share"),
                    ],
                    Shown = 1,
                    Chosen = 0,
                },
                new ChangesPanel
                {
                    Title = "What to change",
                    Score = "log-odds of poor sleep",
                    Better = Better.Less,
                    Sheets =
                    [
                        new(
                            "line 17",
                            1.24,
                            -0.31,
                            [
                                new("stress level", "8", "6", 0.93, 0.6),
                                new("sleep duration (h)", "5.9", "7.0", 0.62, 0.55),
                            ]
                        )
                        {
                            Outcome = "poor to good",
                            Note = "Locked: age, gender.",
                        },
                        new("line 40", 0.2, 0.2, []) { Note = "No change within the budget helps." },
                    ],
                },
            ],
            Notes = ["The half-life of the fourth pool is known to a factor of two only."],
            Files = [new("leaderboard.md", "# Leaders\n")],
        },
        Files = ["plan/fits.csv"],
        Seconds = 1,
    };

    [Fact]
    public void The_page_shows_every_panel()
    {
        string html = Render(Report);
        Assert.Contains("Keep the best pool up to 94M samples", html);
        foreach (Panel panel in Report.Study.Panels)
            Assert.Contains($"<h2>{panel.Title}</h2>", html);
        Assert.Equal(4, html.Split("<polyline").Length - 1);
        Assert.Single(html.Split("<polygon")[1..]);
        Assert.Contains("one pool to two", html);
        Assert.Contains("stress level", html);
        Assert.Contains("Before you believe it", html);
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("<b>best", html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(html, Render(Report));
    }

    [Fact]
    public void Tables_become_files_with_all_rows_and_digits()
    {
        StudyFile[] files = [.. StudyRunner.FilesOf(Report.Study)];
        Assert.Equal(["fits.csv", "leaderboard.md"], files.Select(file => file.Name));
        Assert.Equal("pool,half-life,error\n<b>best</b>,6.7,0.5\nsecond,Infinity,\n", files[0].Text);
    }

    [Fact]
    public void Two_tables_of_one_title_are_two_files()
    {
        TablePanel table = new() { Title = "A, b", Columns = [TableColumn.Of("x \"y\"", ["1,2"])] };
        StudyFile[] files =
        [
            .. StudyRunner.FilesOf(
                new()
                {
                    Title = "",
                    Answer = "",
                    Panels = [table, table],
                }
            ),
        ];
        Assert.Equal(["a-b.csv", "a-b-2.csv"], files.Select(file => file.Name));
        Assert.Equal("\"x \"\"y\"\"\"\n\"1,2\"\n", files[0].Text);
    }

    private static string Render(StudyReport report)
    {
        using StringWriter output = new();
        ReportPage.Render(report, output);
        return output.ToString();
    }
}
