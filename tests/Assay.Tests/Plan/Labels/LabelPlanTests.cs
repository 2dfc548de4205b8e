using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Plan.Labels;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Plan.Labels;

public sealed class LabelPlanTests
{
    private static readonly LabelOptions Options = new()
    {
        Embed = EmbeddingKind.Columns,
        Features = ["a", "b"],
        UnitLength = false,
        Budgets = [8, 20],
        Shares = [0.5],
        Seeds = 3,
        Steps = 60,
    };

    [Fact]
    public void Every_budget_gets_an_answer_from_fresh_seeds()
    {
        Study study = new LabelPlan(Options).Run(Rows());
        TablePanel regimes = study.Panels.OfType<TablePanel>().First();
        Assert.Equal([8, 20], regimes.Columns[0].Numbers!.Select(number => number!.Value));
        Assert.All(regimes.Columns[7].Numbers!, accuracy => Assert.InRange(accuracy!.Value, 0.4, 1));
        Assert.Equal(3, study.Panels.OfType<CurvePanel>().First().Curves[0].X.Count);
        Assert.Contains(study.Notes, note => note.Contains("simulated"));
        Assert.Contains("At 8: ", study.Answer);
    }

    [Fact]
    public void A_budget_that_the_rows_cannot_meet_is_not_answered()
    {
        // 40 dear labels' worth is 400 cheap ones, for 225 rows.
        Study study = new LabelPlan(Options with { Budgets = [8, 40] }).Run(Rows());
        Assert.Equal(
            [8],
            study.Panels.OfType<TablePanel>().First().Columns[0].Numbers!.Select(number => number!.Value)
        );
        Assert.DoesNotContain("At 40", study.Answer);
        Assert.Contains(study.Notes, note => note.StartsWith("No answer for a budget of 40", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_on_one_thread_and_two()
    {
        string One(int threads) =>
            System.Text.Json.JsonSerializer.Serialize(new LabelPlan(Options).Run(Rows(), threads));
        Assert.Equal(One(1), One(2));
    }

    [Fact]
    public void Given_cheap_labels_are_classes_or_probabilities()
    {
        Study study = new LabelPlan(Options with { Weak = "weak" }).Run(Rows());
        Assert.Contains(study.Facts, fact => fact is { Name: "Cheap labels are right", Note: "as given" });
        AssayException failure = Assert.Throws<AssayException>(() =>
            new LabelPlan(Options with { Weak = "a" }).Run(Rows())
        );
        Assert.Contains("a cheap label is", failure.Message);
    }

    [Fact]
    public void Runs_that_were_measured_have_a_frontier()
    {
        Study study = new LabelPlan(new() { Cost = "cost" }).Run(
            StudyTables.Of("method,cost,accuracy\nsft,16,0.6\nsft,64,0.7\nicl,17,0.58\nicl,1000,0.58\nsft,1000,0.8\n")
        );
        Assert.Contains("3 of 5 runs are worth their cost", study.Answer);
        CurvePanel frontier = Assert.IsType<CurvePanel>(study.Panels[0]);
        Assert.Equal([16, 64, 1000], frontier.Curves[^1].X);
    }

    [Theory]
    [InlineData("a,b,label\n1,2,x\n2,3,y\n3,4,z\n", "has 3 classes")]
    [InlineData("a,b,label\n1,2,x\n2,3,x\n", "have the same 'label'")]
    [InlineData("a,b,label\n1,2,x\n2,3,y\n3,4,x\n", "too few to buy labels for")]
    [InlineData("a,b\n1,2\n", "no column 'label'")]
    public void Bad_tables_are_refused(string csv, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<AssayException>(() => new LabelPlan(Options).Run(StudyTables.Of(csv))).Message
        );

    private static View Rows()
    {
        (Matrix rows, int[] gold, double[] weak) = LabelPartsTests.Data(300);
        StringBuilder csv = new("a,b,label,weak\n");
        for (int i = 0; i < 300; i++)
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{rows[i, 0]:R},{rows[i, 1]:R},{(gold[i] == 1 ? "yes" : "no")},{(i % 2 == 0 ? weak[i].ToString(CultureInfo.InvariantCulture) : weak[i] == 1 ? "yes" : "no")}\n"
            );
        return StudyTables.Of(csv.ToString(), rowsPerTable: 64);
    }
}
