using Assay.Data;
using Assay.Select;

namespace Assay.Tests.Select;

public class WithdrawTests
{
    private static readonly Dataset s_rows = Dataset.OfTexts(
        Enumerable.Range(0, 9).Select(i => $"row {i}"),
        rowsPerTable: 4
    );

    private static string IdOf(int row)
    {
        using Table table = s_rows.Read(s_rows.TableOf(row));
        return table.Ids[row - s_rows.Tables[s_rows.TableOf(row)].FirstRow].ToString();
    }

    [Fact]
    public void Named_rows_go_with_their_reason()
    {
        View view = new(s_rows);
        Selected selected = new Withdraw(new() { Rows = [IdOf(2), IdOf(7)], Reason = "Failed review" }).Run(
            view,
            threads: 2
        );
        Assert.Equal([0, 1, 3, 4, 5, 6, 8], selected.Kept.Rows);
        Assert.Equal(new Dictionary<string, int> { ["withdrawn.failed_review"] = 2 }, selected.Reasons());
        Assert.True(selected.Complements(view));
        Assert.Null(selected.Notes);
        // Twice is once.
        Selected again = new Withdraw(new() { Rows = [IdOf(2)], Reason = "x" }).Run(view.With(selected.Kept));
        Assert.Equal(selected.Kept.Rows, again.Kept.Rows);
        Assert.Equal(["1 of 1 named rows are not here"], again.Notes);
    }

    [Fact]
    public void Another_dataset_may_name_them()
    {
        Dataset list = Rows.Of(
            2,
            2,
            (builder, row) => builder.Column("assay_id").Set(System.Text.Encoding.UTF8.GetBytes(IdOf(row * 3)))
        );
        using Pieces pieces = Pieces.Temporary();
        Selected selected = new Withdraw(new() { Listed = "gone", Reason = "x" }).Select(
            new(s_rows),
            new(pieces) { Datasets = new Dictionary<string, View> { ["gone"] = new(list) } }
        );
        Assert.Equal([0, 3], selected.Drops.Rows);
    }

    [Fact]
    public void What_names_no_rows_is_refused()
    {
        Assert.Contains("reason", Assert.Throws<AssayException>(() => new Withdraw(new() { Rows = [IdOf(1)] })).Hint);
        Assert.Contains(
            "names no rows",
            Assert.Throws<AssayException>(() => new Withdraw(new() { Reason = "x" })).Message
        );
        Assert.Contains(
            "'12'",
            Assert.Throws<AssayException>(() => new Withdraw(new() { Rows = ["12"], Reason = "x" })).Message
        );
    }
}
