using Assay.Data;
using Assay.Plan;
using Assay.Studies;

namespace Assay.Tests.Studies;

public sealed class StudyTableTests
{
    private static readonly View Rows = StudyTables.Of("name,loss,seed\na,1.5,1\nb,,2\na,2,3\nc,0.5,4\n");

    [Fact]
    public void Columns_are_read_in_the_order_of_the_selection()
    {
        StudyTable table = StudyTable.Of(Rows.With(new Selection([3, 0, 2])), default);
        Assert.Equal(3, table.Rows);
        Assert.Equal(["c", "a", "a"], table.Words("name"));
        Assert.Equal([0.5, 1.5, 2], table.Numbers("loss"));
        Assert.Equal(["4", "1", "3"], table.Words("seed"));
        Assert.True(table.Has("seed"));
        Assert.False(table.Has("seeds"));
    }

    [Fact]
    public void A_missing_number_is_an_error_that_names_its_column_or_NaN_where_asked_for()
    {
        StudyTable table = StudyTable.Of(Rows, default);
        AssayException failure = Assert.Throws<AssayException>(() => table.Numbers("loss"));
        Assert.Equal("loss", failure.Where!.Key);
        Assert.Equal([1.5, double.NaN, 2, 0.5], table.NumbersOrNaN("loss"));
        Assert.Equal("", table.Words("loss")[1]);
        Assert.Throws<AssayException>(() => table.NumbersOrNaN("name"));
    }

    [Fact]
    public void A_column_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        AssayException failure = Assert.Throws<AssayException>(() => StudyTable.Of(Rows, default).Words("nme"));
        Assert.Contains("name, loss, seed", failure.Hint);
        Assert.Throws<AssayException>(() => StudyTable.Of(Rows.With(new Selection([])), default));
    }

    [Fact]
    public void The_frontier_of_a_table_takes_rows_of_one_name_for_seeds()
    {
        View rows = StudyTables.Of(
            "recipe,loss,tokens\nbig,1.0,100\nbig,1.1,100\nbig,0.9,100\nsmall,1.05,50\nsmall,1.15,50\nsmall,0.95,50\nbad,2,100\nbad,2.1,100\nbad,1.9,100\n"
        );
        Frontier frontier = new(new() { Minimise = ["loss", "tokens"], Candidate = "recipe" });
        Study study = frontier.Run(rows);
        PointsPanel plane = Assert.IsType<PointsPanel>(study.Panels[0]);
        Assert.Equal(
            [Standing.NonDominated, Standing.NonDominated, Standing.Dominated],
            plane.Points.Select(point => point.Standing)
        );
        Assert.Equal(1.0, plane.Points[0].X.Mean, 12);
        Assert.True(plane.Points[0].X.High > 1.1);
        TablePanel table = Assert.IsType<TablePanel>(study.Panels[^1]);
        Assert.Equal(["big", "small", "bad"], table.Columns[0].Words!);
        Assert.Equal([3, 3, 3], table.Columns[2].Numbers!.Select(number => number!.Value));
    }

    [Fact]
    public void One_row_a_candidate_says_that_nothing_is_known_of_the_error()
    {
        Study study = new Frontier(new() { Minimise = ["loss"] }).Run(StudyTables.Of("candidate,loss\na,1\nb,2\n"));
        Assert.Contains("Take 'a'", study.Answer);
        Assert.Contains(study.Notes, note => note.Contains("a row for each seed"));
        Assert.Throws<AssayException>(() =>
            new Frontier(new() { Minimise = ["loss"] }).Run(StudyTables.Of("candidate,loss\na,1\n,2\n"))
        );
    }
}
