using Assay.Data;
using Assay.Order;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Order;

public class TieredTests
{
    private static readonly Arbitrary<(int[] Tiers, int Seed)> Corpora = (
        from tiers in Gen.Choose(1, 3).NonEmptyListOf().Select(list => list.ToArray())
        from seed in Gen.Choose(0, 1000)
        select (tiers, seed)
    ).ToArbitrary();

    // Tiers as numbers or words, texts of 1 to 50 bytes.
    private static View Corpus(IReadOnlyList<int> tiers, bool words = false) =>
        new(
            Rows.Of(
                tiers.Count,
                7,
                (builder, row) =>
                {
                    builder.Column("text").Set(new byte[1 + row % 50]);
                    if (words)
                        builder.Column("tier").Set(System.Text.Encoding.UTF8.GetBytes($"L{tiers[row]}"));
                    else
                        builder.Column("tier").Set((long)tiers[row]);
                }
            )
        );

    private static int[] Order(View view, TieredOptions options, ulong seed = 7, int threads = 1)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Tiered(options).Order(view, new(pieces) { Random = new(seed, "step"), Threads = threads });
    }

    [Fact]
    public void Schedules_hold_the_same_rows_in_another_order() =>
        Prop.ForAll(
                Corpora,
                corpus =>
                {
                    View view = Corpus(corpus.Tiers);
                    foreach (TierSchedule schedule in Enum.GetValues<TierSchedule>())
                    {
                        int[] order = Order(view, new() { Schedule = schedule }, (ulong)corpus.Seed);
                        Assert.Equal(Enumerable.Range(0, corpus.Tiers.Length), order.Order());
                        int[] tiers = [.. order.Select(place => corpus.Tiers[place])];
                        if (schedule == TierSchedule.Staged)
                            Assert.Equal(tiers.Order(), tiers);
                        if (schedule == TierSchedule.Reverse)
                            Assert.Equal(tiers.OrderDescending(), tiers);
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void The_highest_tier_has_its_share_of_the_end_and_comes_nowhere_else()
    {
        int[] tiers = [.. Enumerable.Range(0, 1000).Select(row => row % 20 == 0 ? 3 : 1 + row % 2)];
        View view = Corpus(tiers);
        int[] order = Order(view, new() { Schedule = TierSchedule.Decay });
        int[] ordered = [.. order.Select(place => tiers[place])];
        long highest = order.Where(place => tiers[place] == 3).Sum(place => 1L + place % 50);
        // The end begins where the others beside the highest tier have 7 / 3 of its bytes.
        long others = 0;
        int end = order.Length;
        while (others < highest * 7 / 3.0)
            others += tiers[order[--end]] == 3 ? 0 : 1 + order[end] % 50;
        Assert.DoesNotContain(3, ordered[..(end - 1)]);
        Assert.Equal(50, ordered[end..].Count(tier => tier == 3));
        // Either half of it has about half of them.
        Assert.InRange(ordered[(end + (1000 - end) / 2)..].Count(tier => tier == 3), 23, 27);
    }

    [Fact]
    public void Where_others_are_too_few_all_is_the_end()
    {
        int[] order = Order(Corpus([3, 3, 3, 1, 3, 3]), new() { Schedule = TierSchedule.Decay });
        Assert.Equal(Enumerable.Range(0, 6), order.Order());
    }

    [Fact]
    public void Tiers_are_numbers_words_or_a_signal()
    {
        int[] tiers = [.. Enumerable.Range(0, 40).Select(row => 1 + row % 3)];
        View numbers = Corpus(tiers);
        int[] order = Order(numbers, new());
        Assert.Equal(order, Order(Corpus(tiers, words: true), new()));
        Assert.Equal(order, Order(numbers, new(), threads: 2));
        View signal = new(
            Corpus([.. new int[40]]).Dataset,
            signals: new Dictionary<string, Signal> { ["tier"] = new("tier", [.. tiers.Select(tier => (double)tier)]) }
        );
        Assert.Equal(order, Order(signal, new()));
        // Repeats and a part of the rows.
        View some = new(numbers.Dataset, new Selection([5, 3, 4, 3]));
        Assert.Equal([3, 3, 4, 5], Order(some, new()).Select(place => some.Selection.Rows[place]));
    }

    [Fact]
    public void What_is_no_tier_is_an_error()
    {
        View view = new(
            Rows.Of(
                2,
                2,
                (builder, row) =>
                {
                    builder.Column("text").Set("x"u8);
                    builder.Column("tier").Set("gold"u8);
                }
            )
        );
        AssayException failure = Assert.Throws<AssayException>(() => Order(view, new()));
        Assert.Contains("'gold'", failure.Message);
        failure = Assert.Throws<AssayException>(() => Order(view, new() { By = "level" }));
        Assert.Contains("level", failure.Message);
        Assert.Throws<AssayException>(() => new Tiered(new() { Share = Amount.Count(3) }));
        Assert.Throws<AssayException>(() => new Tiered(new() { Share = Amount.Share(0) }));
    }
}
