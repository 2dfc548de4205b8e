using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Plan.Asymptote;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Plan.Asymptote;

public sealed class AsymptotePlanTests
{
    [Fact]
    public void Limits_are_nested_members_within_sizes_within_data()
    {
        Study study = new AsymptotePlan(new()).Run(StudyTables.Of(Ensembles()));
        TablePanel laws = Assert.IsType<TablePanel>(study.Panels.First(panel => panel.Title == "Laws"));
        Assert.Equal(9 + 3 + 1, laws.Columns[0].Length);
        Assert.Equal(1.8, laws.Columns[4].Numbers![^1]!.Value, 1e-3);
        Assert.Equal(["members", "parameters", "tokens"], laws.Columns[1].Words!.Distinct());
        Assert.Contains("As tokens grow without limit", study.Answer);
        Assert.Contains("1.8000", study.Answer);
        CurvePanel[] curves = [.. study.Panels.OfType<CurvePanel>()];
        Assert.Equal(3, curves.Length);
        Assert.Single(curves[0].Levels);
    }

    [Fact]
    public void A_recipe_is_worth_as_many_times_the_data_as_its_loss_says()
    {
        // The standard recipe falls as 2 / D^0.5 + 1; a loss of 2 at 1 is what it has at 4.
        Study study = new AsymptotePlan(new() { By = ["tokens"] }).Run(
            StudyTables.Of(
                "recipe,tokens,loss\nstandard,1,3\nstandard,4,2\nstandard,16,1.5\nstandard,64,1.25\nbetter,1,2\nbetter,4,1.5\n"
            )
        );
        TablePanel worth = Assert.IsType<TablePanel>(study.Panels.First(panel => panel.Title.Contains("worth")));
        int at = worth.Columns[0].Words!.Index().First(row => row.Item == "better").Index;
        Assert.Equal(4, worth.Columns[^1].Numbers![at]!.Value, 1e-6);
        Assert.Equal(1, worth.Columns[^1].Numbers![0]!.Value, 1e-9);
        Assert.Contains(study.Facts, fact => fact is { Name: "Data it is worth", Value: "4 times" });
    }

    [Fact]
    public void The_same_whatever_the_threads_and_without_intervals_where_nothing_is_left_over()
    {
        View rows = StudyTables.Of("parameters,loss\n1,3\n2,2.5\n4,2.3\n8,2.15\n16,2.1\n");
        Study one = new AsymptotePlan(new()).Run(rows, threads: 1),
            two = new AsymptotePlan(new()).Run(rows, threads: 2);
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(one), System.Text.Json.JsonSerializer.Serialize(two));
        TablePanel laws = one.Panels.OfType<TablePanel>().First();
        Assert.True(laws.Columns[5].Numbers![0] < laws.Columns[4].Numbers![0]);
        Study exact = new AsymptotePlan(new()).Run(StudyTables.Of("parameters,loss\n1,3\n2,2.5\n4,2.3\n"));
        Assert.Null(exact.Panels.OfType<TablePanel>().First().Columns[5].Numbers![0]);
        Assert.Contains(exact.Notes, note => note.Contains("three points meets them exactly"));
    }

    [Theory]
    [InlineData("size,loss\n1,2\n", "none of the columns")]
    [InlineData("parameters,loss\n1,2\n2,1\n", "three different parameters")]
    [InlineData("parameters,loss\n0,2\n2,1\n3,1\n", "'parameters' is 0")]
    [InlineData("parameters,error\n1,2\n2,1\n3,1\n", "no column 'loss'")]
    public void Bad_tables_are_refused(string csv, string expected)
    {
        AssayException failure = Assert.Throws<AssayException>(() => new AsymptotePlan(new()).Run(StudyTables.Of(csv)));
        Assert.Contains(expected, failure.Message);
    }

    // Laws within laws, whose last asymptote is 1.8.
    private static string Ensembles()
    {
        StringBuilder csv = new("members,parameters,tokens,loss\n");
        foreach (double tokens in (double[])[1, 2, 4])
        foreach (double parameters in (double[])[1, 2, 4])
            for (int members = 1; members <= 4; members++)
            {
                double limit = 1.8 + 0.9 / Math.Sqrt(tokens) + 0.2 / parameters;
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"{members},{parameters},{tokens},{limit + 0.3 / members:R}\n"
                );
            }
        return csv.ToString();
    }
}
