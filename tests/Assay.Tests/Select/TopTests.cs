using Assay.Data;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class TopTests
{
    [Fact]
    public void Keeps_the_highest_or_the_lowest_and_ties_go_by_order()
    {
        View view = WithSignal(3, 1, 3, 2, 3);
        Assert.Equal([0, 2], Keep(view, new() { By = "s", Keep = Rows.Amount("2") }).Kept.Rows);
        Assert.Equal(
            [1, 3],
            Keep(
                view,
                new()
                {
                    By = "s",
                    Keep = Rows.Amount("2"),
                    Lowest = true,
                }
            ).Kept.Rows
        );
        Assert.Equal(
            [0, 1, 3],
            Keep(
                view,
                new()
                {
                    By = "s",
                    Keep = Rows.Amount("3"),
                    Lowest = true,
                }
            ).Kept.Rows
        );
    }

    [Fact]
    public void Signs_zeros_and_infinities_are_in_order()
    {
        View view = WithSignal(0.0, -0.0, -1, double.PositiveInfinity, 1e-300, double.NegativeInfinity, -2);
        int[] Lowest(int count) =>
            Keep(
                view,
                new()
                {
                    By = "s",
                    Keep = Amount.Count(count),
                    Lowest = true,
                }
            ).Kept.Rows;
        Assert.Equal([5], Lowest(1));
        Assert.Equal([5, 6], Lowest(2));
        Assert.Equal([2, 5, 6], Lowest(3));
        Assert.Equal([0, 2, 5, 6], Lowest(4)); // 0 and -0 are equal
        Assert.Equal([0, 1, 2, 5, 6], Lowest(5));
    }

    [Fact]
    public void Rows_without_the_signal_never_stay_and_say_so()
    {
        View view = WithSignal(double.NaN, 1, double.NaN, 2);
        Selected selected = Keep(view, new() { By = "s", Keep = Rows.Amount("75%") });
        Assert.Equal([1, 3], selected.Kept.Rows);
        Assert.Equal(new() { ["top.no_signal"] = 2 }, selected.Reasons());
        selected = Keep(view, new() { By = "s", Keep = Rows.Amount("25%") });
        Assert.Equal(new() { ["top.no_signal"] = 2, ["top.below_cut"] = 1 }, selected.Reasons());
    }

    [Fact]
    public void Bands_count_percentiles_from_the_lowest_value()
    {
        View view = WithSignal(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        TopOptions Band(string from, string to) =>
            new()
            {
                By = "s",
                Band = new() { From = Rows.Amount(from), To = Rows.Amount(to) },
            };
        Selected selected = Keep(view, Band("30%", "60%"));
        Assert.Equal([4, 5, 6], selected.Kept.Rows); // values 5, 4, 3
        Assert.Equal(new() { ["top.outside_band"] = 7 }, selected.Reasons());
        Assert.Equal(10, Keep(view, Band("0%", "100%")).Kept.Count);
        Assert.Empty(Keep(view, Band("50%", "50%")).Kept.Rows);
        Assert.Throws<AssayException>(() => Keep(view, Band("60%", "30%")));
    }

    [Fact]
    public void Lengths_are_signals_unless_a_signal_has_their_name()
    {
        Dataset dataset = Dataset.OfTexts(["a b c", "aaaaaaaa", "bb bb", ""]);
        View view = new(dataset);
        Assert.Equal([1], Keep(view, new() { By = "bytes", Keep = Rows.Amount("1") }).Kept.Rows);
        Assert.Equal([0], Keep(view, new() { By = "words", Keep = Rows.Amount("1") }).Kept.Rows);
        view = view.With(signals: [new("bytes", [0, 0, 0, 1])]);
        Assert.Equal([3], Keep(view, new() { By = "bytes", Keep = Rows.Amount("1") }).Kept.Rows);
    }

    [Fact]
    public void A_budget_of_bytes_stops_before_it_is_exceeded()
    {
        View view = new(Rows.OfLengths(40, 30, 20, 10));
        TopOptions Bytes(string keep, bool lowest = false) =>
            new()
            {
                By = "bytes",
                Keep = Rows.Amount(keep),
                Budget = Budget.Bytes,
                Lowest = lowest,
            };
        Assert.Equal([0], Keep(view, Bytes("69")).Kept.Rows);
        Assert.Equal([0, 1], Keep(view, Bytes("70%")).Kept.Rows);
        Assert.Equal([2, 3], Keep(view, Bytes("30%", lowest: true)).Kept.Rows);
        Assert.Empty(Keep(view, Bytes("39%")).Kept.Rows);
    }

    [Fact]
    public void Edited_texts_count_as_they_are_now()
    {
        string folder = Directory.CreateTempSubdirectory("assay-").FullName;
        try
        {
            TableBuilder builder = new("edits");
            builder.Column("row").Set(1L);
            builder.Column("text").Set("now the longest of all texts"u8);
            builder.EndRow(default, 0);
            string file = Path.Combine(folder, "edits");
            using (FileStream stream = File.Create(file))
                builder.WriteTo(stream);
            View view = new(Dataset.OfTexts(["twelve chars", "old", "x"]), edits: new([file]));
            Selected selected = Keep(view, new() { By = "bytes", Keep = Rows.Amount("1") });
            Assert.Equal([1], selected.Kept.Rows);
            Assert.Same(view.Edits, selected.Edits);
            Assert.Equal([1], new Where(new() { Keep = "contains(text, 'longest')" }).Run(view).Kept.Rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Sizes_are_exact_and_bands_partition_the_rows() =>
        Prop.ForAll(
                (
                    from values in Gen.Choose(0, 20).ArrayOf()
                    from cut in Gen.Choose(0, 100)
                    from bytes in Gen.Elements(false, true)
                    select (values, cut, bytes)
                ).ToArbitrary(),
                x =>
                {
                    View view = new View(Rows.OfLengths(x.values)).With(
                        signals: [new("s", [.. x.values.Select(value => value == 13 ? double.NaN : value % 7)])]
                    );
                    Budget budget = x.bytes ? Budget.Bytes : Budget.Rows;
                    Amount cut = Amount.Share(x.cut / 100.0);
                    Selected low = Keep(
                        view,
                        new()
                        {
                            By = "s",
                            Budget = budget,
                            Band = new() { To = cut },
                        }
                    );
                    Selected high = Keep(
                        view,
                        new()
                        {
                            By = "s",
                            Budget = budget,
                            Band = new() { From = cut },
                        }
                    );
                    Selected top = Keep(
                        view,
                        new()
                        {
                            By = "s",
                            Budget = budget,
                            Keep = cut,
                        }
                    );
                    int[] known = [.. Enumerable.Range(0, x.values.Length).Where(i => x.values[i] != 13)];
                    double Least(Selected s) =>
                        s.Kept.Rows.Select(i => view.Signal("s").Values[i]).DefaultIfEmpty(99).Min();
                    double Most(Selected s) =>
                        s.Kept.Rows.Select(i => view.Signal("s").Values[i]).DefaultIfEmpty(-1).Max();
                    return low.Kept.Rows.Concat(high.Kept.Rows).Order().SequenceEqual(known)
                        && Most(low) <= Least(high)
                        && low.Complements(view)
                        && top.Complements(view)
                        && (x.bytes || top.Kept.Count == Math.Min(known.Length, x.cut * x.values.Length / 100));
                }
            )
            .Holds();

    [Fact]
    public void Contradictions_and_unknown_signals_are_refused()
    {
        Assert.Throws<AssayException>(() => new Top(new() { Keep = Rows.Amount("1") }));
        Assert.Throws<AssayException>(() => new Top(new() { By = "s" }));
        Assert.Throws<AssayException>(() =>
            new Top(
                new()
                {
                    By = "s",
                    Keep = Rows.Amount("1"),
                    Band = new(),
                }
            )
        );
        Assert.Throws<AssayException>(() =>
            new Top(
                new()
                {
                    By = "s",
                    Lowest = true,
                    Band = new(),
                }
            )
        );
        AssayException failure = Assert.Throws<AssayException>(() =>
            Keep(WithSignal(1), new() { By = "perplexity", Keep = Rows.Amount("1") })
        );
        Assert.Contains("'perplexity'", failure.Message);
    }

    private static View WithSignal(params double[] values) =>
        new View(Rows.OfLengths(new int[values.Length])).With(signals: [new("s", values)]);

    private static Selected Keep(View view, TopOptions options) => new Top(options).Run(view);
}
