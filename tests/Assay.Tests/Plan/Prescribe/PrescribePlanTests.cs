using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Plan.Prescribe;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Plan.Prescribe;

public sealed class PrescribePlanTests
{
    private static readonly PrescribeOptions Options = new()
    {
        Label = "good",
        Wanted = "yes",
        Id = "name",
        Change = new Dictionary<string, string> { ["hours"] = "+1 +2", ["stress"] = "high > middle > low" },
        Lambda = 0,
    };

    [Theory]
    [InlineData(ScoreKind.Logistic)]
    [InlineData(ScoreKind.Boosting)]
    [InlineData(ScoreKind.Forest)]
    public void Advice_raises_the_score_and_keeps_locked_columns(ScoreKind model)
    {
        Study study = Run(Options with { Model = model });
        ChangesPanel sheets = Assert.IsType<ChangesPanel>(study.Panels[0]);
        TablePanel rows = Assert.IsType<TablePanel>(study.Panels[1]);
        Assert.NotEmpty(sheets.Sheets);
        foreach (ChangeSheet sheet in sheets.Sheets)
        {
            Assert.All(sheet.Changes, change => Assert.Contains(change.Column, (string[])["hours", "stress"]));
            Assert.Contains("Locked: age, shift.", sheet.Note);
            if (model == ScoreKind.Logistic)
                Assert.Equal(sheet.After - sheet.Before, sheet.Changes.Sum(change => change.Gain), 4); // float32 rows
        }
        double?[] gains = [.. rows.Columns.Single(column => column.Name == "gain").Numbers!];
        Assert.True(gains.Average() > 0);
        Assert.All(
            sheets.Sheets.SelectMany(sheet => sheet.Changes).Where(change => change.Column == "hours"),
            change => Assert.InRange(double.Parse(change.To, CultureInfo.InvariantCulture), 4, 9)
        );
        TablePanel parts = Assert.IsType<TablePanel>(study.Panels[^1]);
        for (int i = 0; i < parts.Columns[0].Length; i++)
            Assert.Equal(
                parts.Columns[1].Numbers![i]!.Value,
                parts.Columns.Skip(2).Sum(column => column.Numbers![i]!.Value),
                5
            );
        Assert.DoesNotContain("cause", study.Answer);
    }

    [Theory]
    [InlineData(GainKind.Model)]
    [InlineData(GainKind.Profile)]
    public void For_a_linear_model_gains_add_up(GainKind gain)
    {
        ChangesPanel sheets = (ChangesPanel)Run(Options with { Gain = gain }).Panels[0];
        Assert.All(
            sheets.Sheets,
            sheet => Assert.Equal(sheet.After - sheet.Before, sheet.Changes.Sum(change => change.Gain), 4)
        );
        Assert.Equal(
            ((ChangesPanel)Run(Options).Panels[0]).Sheets.Select(sheet =>
                string.Join(';', sheet.Changes.Select(change => change.Column + change.To))
            ),
            sheets.Sheets.Select(sheet => string.Join(';', sheet.Changes.Select(change => change.Column + change.To)))
        );
    }

    [Fact]
    public void The_target_is_reached_with_the_least_effort_or_the_conflict_is_named()
    {
        Study study = Run(Options with { Goal = PrescribeGoal.Target, MaxChanges = 1, Target = 0.9 });
        ChangesPanel sheets = (ChangesPanel)study.Panels[0];
        ChangeSheet[] done = [.. sheets.Sheets.Where(sheet => sheet.Changes.Count > 0)];
        Assert.NotEmpty(done);
        Assert.All(done, sheet => Assert.True(sheet.After >= Math.Log(9) - 1e-4));
        ChangeSheet[] not = [.. sheets.Sheets.Where(sheet => sheet.Changes.Count == 0)];
        Assert.NotEmpty(not);
        Assert.All(not, sheet => Assert.Contains("conflict", sheet.Note));
    }

    [Fact]
    public void Too_dear_an_effort_is_no_change()
    {
        Study study = Run(Options with { Lambda = 1e6 });
        Assert.StartsWith("No change is advised", study.Answer);
        Assert.All(((ChangesPanel)study.Panels[0]).Sheets, sheet => Assert.Equal(sheet.Before, sheet.After));
    }

    [Fact]
    public void Rows_and_couplings_are_kept_to()
    {
        ChangesPanel sheets = (ChangesPanel)
            Run(Options with { Rows = [3, 1], Couplings = ["hours excludes stress", "always stress"] }).Panels[0];
        Assert.Equal(["p3", "p1"], sheets.Sheets.Select(sheet => sheet.Row));
        Assert.All(
            sheets.Sheets,
            sheet => Assert.DoesNotContain("hours", sheet.Changes.Select(change => change.Column))
        );
    }

    [Fact]
    public void One_thread_and_two_give_the_same_study()
    {
        string Text(int threads) =>
            System.Text.Json.JsonSerializer.Serialize(Run(Options with { Model = ScoreKind.Forest }, threads));
        Assert.Equal(Text(1), Text(2));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        void Fails(string expected, PrescribeOptions options) =>
            Assert.Contains(expected, Assert.Throws<AssayException>(() => Run(options)).Message);
        Fails("no row has 'good' as wanted", Options with { Wanted = "maybe" });
        Fails("has no number", Options with { Wanted = "at least much" });
        Fails("'good' is not a finite number", Options with { Wanted = "at least 7" });
        Fails("no column 'wrong'", Options with { Label = "wrong" });
        Fails("no column 'hour'", Options with { Change = new Dictionary<string, string> { ["hour"] = "+1" } });
        Fails(
            "is no signed number",
            Options with
            {
                Change = new Dictionary<string, string> { ["hours"] = "resistance 1" },
            }
        );
        Fails("has numbers", Options with { Change = new Dictionary<string, string> { ["hours"] = "a > b" } });
        Fails("has words", Options with { Change = new Dictionary<string, string> { ["stress"] = "+1" } });
        Fails(
            "does not name 'middle'",
            Options with
            {
                Change = new Dictionary<string, string> { ["stress"] = "high > low" },
            }
        );
        Fails(
            "no row with 'none'",
            Options with
            {
                Change = new Dictionary<string, string> { ["stress"] = "high | none" },
            }
        );
        Fails("the label or the id", Options with { Change = new Dictionary<string, string> { ["good"] = "+1" } });
        Fails("is no coupling", Options with { Couplings = ["hours with stress"] });
        Fails("'age', which does not change", Options with { Couplings = ["hours needs age"] });
        Fails("there is no row 1000", Options with { Rows = [1000] });
    }

    [Fact]
    public void The_public_table_gives_what_its_description_says()
    {
        string path = SharedData.Path("sleep-prescriptive/sleep_health_and_lifestyle.csv");
        Study study = new PrescribePlan(
            new()
            {
                Label = "Quality of Sleep",
                Wanted = "at least 7",
                Id = "Person ID",
                Features =
                [
                    "Age",
                    "Gender",
                    "Sleep Duration",
                    "Physical Activity Level",
                    "Stress Level",
                    "BMI Category",
                    "Heart Rate",
                    "Daily Steps",
                ],
                Change = new Dictionary<string, string>
                {
                    ["Sleep Duration"] = "+0.5 +1 +1.5 +2",
                    ["Physical Activity Level"] = "+15 +30 +45",
                    ["Stress Level"] = "-1 -2 -3 resistance 2",
                    ["BMI Category"] = "Obese > Overweight > Normal/Normal Weight/Underweight steps 1 resistance 3",
                    ["Daily Steps"] = "+1000 +2000 +3000",
                },
                Lambda = 0,
                MaxChanges = 1,
            }
        ).Run(StudyTables.Of(File.ReadAllText(path)));
        // One change gains about 7.6 and turns nearly all.
        CurvePanel curve = study.Panels.OfType<CurvePanel>().First();
        Assert.InRange(curve.Curves[0].Y[1], 7, 8.5);
        for (int k = 2; k < curve.Curves[0].Y.Count; k++)
            Assert.True(
                curve.Curves[0].Y[k] - curve.Curves[0].Y[k - 1]
                    <= curve.Curves[0].Y[k - 1] - curve.Curves[0].Y[k - 2] + 1e-6
            );
    }

    private static Study Run(PrescribeOptions options, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return new PrescribePlan(options).Run(
            StudyTables.Of(Table()),
            new Work(pieces) { Threads = threads, Random = new RandomStream(1, "prescribe") }
        );
    }

    // Good where hours are many and stress is low; age and shift say nothing.
    private static string Table()
    {
        RandomStream random = new(3, "table");
        StringBuilder text = new("name,age,shift,hours,stress,good\n");
        string[] stress = ["low", "middle", "high"];
        for (int i = 1; i <= 120; i++)
        {
            double hours = 4 + Math.Round(5 * random.NextDouble(), 1);
            int level = random.NextInt32(3);
            bool good = hours - level + 0.7 * random.NextGaussian() > 5.5;
            text.Append(
                CultureInfo.InvariantCulture,
                $"p{i},{20 + random.NextInt32(40)},{(random.NextInt32(2) == 0 ? "day" : "night")},{hours},{stress[level]},{(good ? "yes" : "no")}\n"
            );
        }
        return text.ToString();
    }
}
