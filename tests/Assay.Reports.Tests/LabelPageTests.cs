using Assay.Describe;
using Assay.Recipes.Execution;

namespace Assay.Reports.Tests;

public sealed class LabelPageTests
{
    private static readonly PairAssociation Associated = new("a", "b", AssociationMeasure.CramersV, null, null, 3);

    private static LabelReport Report(Label label, string title = "data.csv") =>
        new()
        {
            Method = "describe/label",
            Options = "",
            Seed = 0,
            Data = ["data.csv"],
            Title = title,
            Label = label,
            Files = ["label/label.html"],
            Seconds = 1,
        };

    private static string Render(LabelReport report)
    {
        using StringWriter output = new();
        ReportPage.Render(report, output);
        return output.ToString();
    }

    [Fact]
    public void An_empty_label_and_one_of_all_modules_are_pages()
    {
        Assert.Contains("None of the problems", Render(Report(new(0, []))));
        Label label = Sample.Full.Steps.First(step => step.Label is not null).Label! with
        {
            Alerts =
            [
                new("stated", Severity.High, AlertCategory.Bias, "Half of them") { UseCases = ["use"] },
                new("missing-values", Severity.Low, AlertCategory.Completeness, "Rows lack values"),
            ],
            About = new() { UseCases = [new() { Name = "use", Intended = false }] },
            Pairs = new()
            {
                Variables = ["a", "b"],
                Associations = [Associated],
                Plots =
                [
                    new(
                        new("a", ["x", "missing"], [2, 1], []),
                        new("b", ["1 to 2", "2 to 3"], [3, 0], [1, 2, 3]),
                        [
                            [2, 1],
                            [0, 0],
                        ],
                        Associated
                    ),
                ],
            },
            Model = new()
            {
                Of = "a",
                Given = "b",
                Rows = 3,
                Columns = ["a", "b"],
                Components = 1.5,
                Conditions = [new("1", 3, [new("x", 0.7, 0.6, 2), new("y", 0.3, null, 0)])],
                HeldOut = new(20, -1, -2, -3),
            },
            GroundTruth = new()
            {
                Reference = "census",
                Key = "zip",
                Keys = 2,
                UnmatchedRows = 1,
                Lines = [new("a", "sum", [new("people", null, 2)])],
            },
        };
        string page = Render(Report(label));
        foreach (
            string part in (string[])
                [
                    "Half of them",
                    "Touches: use",
                    "(not intended)",
                    "undefined",
                    "Correlations with a reference",
                    "nats a row",
                ]
        )
            Assert.Contains(part, page);
        Assert.DoesNotContain("NaN", page);
        Assert.Equal(page, Render(Report(label)));
    }

    [Fact]
    public void Hostile_names_and_values_are_shown_and_not_obeyed()
    {
        const string hostile = "<script>alert(1)</script>\u202E\"'&";
        ColumnLabel column = new(hostile, Data.ColumnType.Text)
        {
            Rows = 2,
            Frequent = [new(hostile, 2, false)],
            Description = hostile,
        };
        Label label = new(2, [column])
        {
            Alerts = [new("constant", Severity.Low, AlertCategory.Composition, hostile) { Mitigation = hostile }],
            About = new()
            {
                Metadata = new() { Description = hostile, License = hostile },
                Provenance = new() { Source = new() { Name = hostile } },
                UseCases = [new() { Name = hostile, Question = hostile }],
            },
        };
        string page = Render(Report(label, hostile));
        Assert.DoesNotContain("<script>", page);
        Assert.DoesNotContain("\u202E", page);
        Assert.Contains("&lt;script&gt;", page);
    }
}
