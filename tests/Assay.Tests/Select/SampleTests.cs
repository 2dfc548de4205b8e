using Assay.Data;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class SampleTests
{
    private static readonly Arbitrary<(int[] Lengths, int Low, int High)> Samples = (
        from lengths in Gen.Choose(0, 50).ArrayOf()
        from low in Gen.Choose(0, 100)
        from more in Gen.Choose(0, 100)
        select (lengths, low, Math.Min(100, low + more))
    ).ToArbitrary();

    [Theory]
    [InlineData("30%", 30)]
    [InlineData("29%", 29)]
    [InlineData("0%", 0)]
    [InlineData("100%", 100)]
    [InlineData("12", 12)]
    [InlineData("1k", 100)]
    public void Random_keeps_exactly_what_is_asked(string keep, int expected)
    {
        View view = new(Rows.OfLengths([.. Enumerable.Range(0, 100)]));
        Selected selected = new RandomSample(new() { Keep = Rows.Amount(keep) }).Run(view);
        Assert.Equal(expected, selected.Kept.Count);
        Assert.True(selected.Complements(view));
        Assert.All(selected.Drops.ReasonOf, reason => Assert.Equal("random.not_drawn", selected.Drops.Reasons[reason]));
        Assert.Equal(selected.Kept.Rows.Order(), selected.Kept.Rows);
    }

    [Fact]
    public void Random_keeping_more_only_adds_rows_and_bytes_are_never_overspent() =>
        Prop.ForAll(
                Samples,
                sample =>
                {
                    View view = new(Rows.OfLengths(sample.Lengths));
                    bool ok = true;
                    foreach (Budget budget in Enum.GetValues<Budget>())
                    {
                        Selected Keep(int percent) =>
                            new RandomSample(new() { Keep = Amount.Share(percent / 100.0), Budget = budget }).Run(view);
                        Selected few = Keep(sample.Low),
                            many = Keep(sample.High);
                        ok &=
                            few.Kept.Rows.All(many.Kept.Rows.Contains)
                            && few.Complements(view)
                            && many.Complements(view);
                        if (budget == Budget.Bytes)
                            ok &=
                                few.Kept.Rows.Sum(row => sample.Lengths[row]) * 100
                                <= sample.Low * sample.Lengths.Sum();
                        else
                            ok &= few.Kept.Count == sample.Low * sample.Lengths.Length / 100;
                    }
                    return ok;
                }
            )
            .Holds();

    [Fact]
    public void Random_by_bytes_takes_whole_rows_until_the_next_does_not_fit()
    {
        View view = new(Rows.OfLengths(10, 10, 10, 10, 10, 10, 10));
        Assert.Equal(
            3,
            new RandomSample(new() { Keep = Rows.Amount("39"), Budget = Budget.Bytes }).Run(view).Kept.Count
        );
        Assert.Equal(
            3,
            new RandomSample(new() { Keep = Rows.Amount("50%"), Budget = Budget.Bytes }).Run(view).Kept.Count
        );
    }

    [Fact]
    public void A_rows_luck_does_not_depend_on_the_others()
    {
        Dataset dataset = Rows.OfLengths([.. Enumerable.Range(0, 200)]);
        RandomSample half = new(new() { Keep = Rows.Amount("100") });
        int[] all = half.Run(new(dataset)).Kept.Rows;
        // Without the rows that were not drawn, the drawn ones are drawn again.
        Assert.Equal(all, half.Run(new(dataset, new Selection(all))).Kept.Rows);
        Assert.NotEqual(all, half.Run(new(dataset), seed: 8).Kept.Rows);
    }

    [Fact]
    public void Random_draws_every_row_equally_often()
    {
        // 200 seeds x 100 rows at one half: each row's count is Binomial(200, 1/2), sd 7.07. Five sds for 100 rows are
        // exceeded by chance less than once in 10^4; the seeds are fixed.
        View view = new(Rows.OfLengths(new int[100]));
        int[] counts = new int[100];
        for (ulong seed = 0; seed < 200; seed++)
            foreach (int row in new RandomSample(new() { Keep = Rows.Amount("50%") }).Run(view, seed: seed).Kept.Rows)
                counts[row]++;
        Assert.All(counts, count => Assert.InRange(count, 100 - 36, 100 + 36));
    }

    [Fact]
    public void Threads_change_nothing()
    {
        View view = new(Rows.OfLengths([.. Enumerable.Range(0, 500)]));
        foreach (
            ISelector selector in (ISelector[])
                [
                    new RandomSample(new() { Keep = Rows.Amount("30%"), Budget = Budget.Bytes }),
                    new Holdout(new() { Size = Rows.Amount("30%") }),
                    new Top(
                        new()
                        {
                            By = "bytes",
                            Keep = Rows.Amount("30%"),
                            Budget = Budget.Bytes,
                        }
                    ),
                    new Where(new() { Keep = "bytes(text) % 3 == 0" }),
                ]
        )
        {
            Selected one = selector.Run(view, threads: 1),
                two = selector.Run(view, threads: 2);
            Assert.Equal(one.Kept.Rows, two.Kept.Rows);
            Assert.Equal(one.Drops.Rows, two.Drops.Rows);
            Assert.Equal(one.Drops.ReasonOf, two.Drops.ReasonOf);
        }
    }

    [Fact]
    public void Order_repeats_and_weights_of_the_selection_survive()
    {
        View view = new(Rows.OfLengths(5, 1, 4, 2, 3), new Selection([4, 0, 2, 2, 3], [.1f, .2f, .3f, .4f, .5f]));
        Selected selected = new Top(new() { By = "bytes", Keep = Rows.Amount("50%") }).Run(view);
        // Four distinct rows, of which the two longest stay.
        Assert.Equal([0, 2, 2], selected.Kept.Rows);
        Assert.Equal([.2f, .3f, .4f], selected.Kept.Weights!);
        Assert.Equal([3, 4], selected.Drops.Rows);
    }

    [Fact]
    public void Holdout_moves_rows_into_a_dataset_of_their_own()
    {
        View view = new(Rows.OfLengths([.. Enumerable.Range(0, 50)]));
        Selected selected = new Holdout(new() { Size = Rows.Amount("10%"), As = "check" }).Run(view);
        Selection aside = Assert.Single(selected.SetAside!, pair => pair.Key == "check").Value;
        Assert.Equal(5, aside.Count);
        Assert.Equal(aside.Rows, selected.Drops.Rows);
        Assert.Equal(45, selected.Kept.Count);
        Assert.Equal(["holdout.check"], selected.Drops.Reasons);
        Assert.True(selected.Complements(view));
        // The same luck as a random sample of that size.
        Assert.Equal(aside.Rows, new RandomSample(new() { Keep = Rows.Amount("10%") }).Run(view).Kept.Rows);
    }

    [Fact]
    public void Holdout_is_target_unless_named_and_does_not_shadow_a_dataset()
    {
        View view = new(Rows.OfLengths(1, 2, 3));
        Holdout holdout = new(new() { Size = Rows.Amount("1") });
        Assert.True(holdout.Run(view).SetAside!.ContainsKey("target"));
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces) { Datasets = new Dictionary<string, View> { ["target"] = view } };
        Assert.Contains("'target' already", Assert.Throws<AssayException>(() => holdout.Select(view, work)).Message);
        Assert.Throws<AssayException>(() => new Holdout(new() { Size = Rows.Amount("1"), As = " " }).Run(view));
    }

    [Fact]
    public void Nothing_in_gives_nothing_out()
    {
        View view = new(Rows.OfLengths(1, 2), new Selection([]));
        foreach (
            ISelector selector in (ISelector[])
                [
                    new RandomSample(new() { Keep = Rows.Amount("30%") }),
                    new Top(new() { By = "words", Keep = Rows.Amount("30%") }),
                    new Where(new() { Keep = "true" }),
                    new Holdout(new() { Size = Rows.Amount("30%") }),
                ]
        )
            Assert.Equal((0, 0), (selector.Run(view).Kept.Count, selector.Run(view).Drops.Rows.Length));
    }

    [Fact]
    public void Cancellation_is_heard()
    {
        View view = new(Rows.OfLengths(1, 2, 3));
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces) { Cancellation = new(canceled: true) };
        Assert.ThrowsAny<OperationCanceledException>(() => new Where(new() { Keep = "true" }).Select(view, work));
    }
}
