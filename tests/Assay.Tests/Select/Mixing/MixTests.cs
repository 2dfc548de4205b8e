using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public class MixTests
{
    /// <summary>Rows of the domains a, b, c ... of these sizes, shuffled; row i has a text of 1 + i % 7 bytes.</summary>
    private static (Dataset Dataset, string[] DomainOf) Rows(params int[] sizes)
    {
        string[] domains = [.. sizes.SelectMany((size, i) => Enumerable.Repeat(((char)('a' + i)).ToString(), size))];
        new RandomStream(1, "rows").Shuffle<string>(domains);
        return (
            Assay.Tests.Rows.Of(
                domains.Length,
                20,
                (builder, row) =>
                {
                    builder.Column("text").Set(Encoding.UTF8.GetBytes(new string('x', 1 + (row % 7))));
                    builder.Column("domain").Set(Encoding.UTF8.GetBytes(domains[row]));
                }
            ),
            domains
        );
    }

    private static int[] CountsOf(Selected selected, string[] domainOf, int domains) =>
        [
            .. Enumerable
                .Range(0, domains)
                .Select(i => selected.Kept.Rows.Count(row => domainOf[row] == ((char)('a' + i)).ToString())),
        ];

    [Fact]
    public void Temperature_lies_between_size_and_uniform()
    {
        Assert.Equal([0.8, 0.2, 0], Mixture.Temperature([80, 20, 0], 1));
        Assert.Equal([0.5, 0.5, 0], Mixture.Temperature([80, 20, 0], 0));
        double[] half = Mixture.Temperature([81, 16], 0.5);
        Assert.Equal(9.0 / 13, half[0], 12);
        Assert.Equal([0, 0], Mixture.Temperature([0, 0], 0.3));
        // Sizes whose powers would overflow.
        Assert.Equal(0.5, Mixture.Temperature([1e300, 1e300], 1)[0]);
    }

    [Fact]
    public void Allocation_gives_the_total_in_proportion_and_nobody_more_than_it_can() =>
        Prop.ForAll(
                (
                    from k in Gen.Choose(1, 8)
                    from weights in Gen.Choose(0, 10).ArrayOf(k)
                    from sizes in Gen.Choose(0, 50).ArrayOf(k)
                    from total in Gen.Choose(0, 600)
                    from epochs in Gen.Choose(1, 5)
                    select (weights, sizes, total, epochs)
                ).ToArbitrary(),
                draw =>
                {
                    double[] weights = [.. draw.weights.Select(value => (double)value)],
                        sizes = [.. draw.sizes.Select(value => (double)value)];
                    double[] amounts = Mixture.Allocate(weights, sizes, draw.total, draw.epochs);
                    double able = weights.Zip(sizes, (weight, size) => weight > 0 ? size * draw.epochs : 0).Sum();
                    Assert.Equal(Math.Min(draw.total, able), amounts.Sum(), 6);
                    double rate = double.NaN;
                    for (int i = 0; i < amounts.Length; i++)
                    {
                        Assert.InRange(amounts[i], 0, (sizes[i] * draw.epochs) + 1e-9);
                        if (weights[i] > 0 && amounts[i] < (sizes[i] * draw.epochs) - 1e-6)
                        {
                            rate = double.IsNaN(rate) ? amounts[i] / weights[i] : rate;
                            Assert.Equal(rate, amounts[i] / weights[i], 6);
                        }
                    }
                    // Who is full would have got more at that rate.
                    for (int i = 0; i < amounts.Length && !double.IsNaN(rate); i++)
                        Assert.True(amounts[i] <= (rate * weights[i]) + 1e-6);
                    long[] rounded = Mixture.Round(amounts);
                    Assert.Equal((long)Math.Round(amounts.Sum()), rounded.Sum());
                    Assert.All(rounded.Zip(amounts), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1));
                    return true;
                }
            )
            .Holds();

    [Theory]
    [InlineData(1.0, "100", new[] { 60, 30, 10 })]
    [InlineData(1.0, "50%", new[] { 30, 15, 5 })]
    [InlineData(0.0, "30", new[] { 10, 10, 10 })]
    [InlineData(0.0, "90", new[] { 30, 30, 30 })] // the third three times
    [InlineData(0.0, "200", new[] { 80, 80, 40 })] // the third as often as it may, the others share the rest
    [InlineData(0.0, "10k", new[] { 240, 120, 40 })]
    public void Each_domain_gives_what_its_weight_says(double alpha, string keep, int[] expected)
    {
        (Dataset dataset, string[] domainOf) = Rows(60, 30, 10);
        View view = new(dataset);
        Selected selected = new Mix(
            new()
            {
                By = "domain",
                Alpha = alpha,
                Keep = Assay.Tests.Rows.Amount(keep),
            }
        ).Run(view);
        Assert.Equal(expected, CountsOf(selected, domainOf, 3));
        Assert.True(selected.Complements(view));
        foreach (IGrouping<string, int> rows in selected.Kept.Rows.GroupBy(row => domainOf[row]))
        {
            // Nobody is drawn a second time before all were drawn once.
            int[] times = [.. rows.GroupBy(row => row).Select(group => group.Count())];
            Assert.True(times.Max() - times.Min() <= 1 && times.Max() <= 4);
            Assert.True(
                times.Min() == times.Max() || times.Max() == 1 || times.Length == domainOf.Count(d => d == rows.Key)
            );
        }
        Assert.StartsWith("a: weight ", selected.Notes![0]);
        Assert.Equal(keep == "10k", selected.Notes.Any(note => note.Contains("max-epochs")));
    }

    [Fact]
    public void Copies_come_epoch_after_epoch_and_more_contains_less()
    {
        (Dataset dataset, string[] domainOf) = Rows(40, 5);
        View view = new(dataset);
        int[] Draw(string keep) => new Mix(
                new()
                {
                    By = "domain",
                    Alpha = 0,
                    Keep = Assay.Tests.Rows.Amount(keep),
                }
            ).Run(view).Kept.Rows;
        int[] drawn = Draw("35");
        int[] b = [.. drawn.Where(row => domainOf[row] == "b")];
        Assert.Equal(18 - (35 % 2 == 1 ? 0 : 1), b.Length + (b.Length == 17 ? 1 : 0));
        Assert.Equal(5, b.Take(5).Distinct().Count());
        Assert.Equal(b[..5], b[5..10]);
        Assert.Equal(drawn, Draw("35"));
        Dictionary<int, int> few = drawn.CountBy(row => row).ToDictionary(),
            many = Draw("45").CountBy(row => row).ToDictionary();
        Assert.All(few, pair => Assert.True(many[pair.Key] >= pair.Value));
    }

    [Fact]
    public void Weights_are_given_by_name_and_zero_leaves_a_domain_out()
    {
        (Dataset dataset, string[] domainOf) = Rows(30, 30, 30);
        View view = new(dataset);
        MixOptions options = new()
        {
            By = "domain",
            Keep = Assay.Tests.Rows.Amount("40"),
            Weights = new Dictionary<string, double>
            {
                ["a"] = 3,
                ["b"] = 1,
                ["c"] = 0,
            },
        };
        Selected selected = new Mix(options).Run(view);
        Assert.Equal([30, 10, 0], CountsOf(selected, domainOf, 3));
        Assert.Equal(30, selected.Reasons()["mix.no_weight"]);
        Assert.Equal(20, selected.Reasons()["mix.not_drawn"]);

        MixOptions With(params (string, double)[] weights) =>
            options with
            {
                Weights = weights.ToDictionary(pair => pair.Item1, pair => pair.Item2),
            };
        Assert.Contains("domain 'c'", Fails(With(("a", 1), ("b", 1))).Message);
        Assert.Contains("'d'", Fails(With(("a", 1), ("b", 1), ("c", 1), ("d", 1))).Message);
        Assert.Contains("all weights are 0", Fails(With(("a", 0), ("b", 0), ("c", 0))).Message);
        Assert.Contains("weight of 'a' is -1", Fails(With(("a", -1), ("b", 0), ("c", 0))).Message);
        Assert.Contains("NaN", Fails(With(("a", double.NaN), ("b", 0), ("c", 0))).Message);
        Assert.Contains("both", Fails(options with { Alpha = 0.5 }).Message);
        Assert.Contains("nothing", Fails(options with { By = "nothing" }).Message);

        AssayException Fails(MixOptions wrong) => Assert.Throws<AssayException>(() => new Mix(wrong).Run(view));
    }

    [Fact]
    public void Bytes_are_never_overspent()
    {
        (Dataset dataset, string[] domainOf) = Rows(50, 20);
        View view = new(dataset);
        foreach (string keep in (string[])["0", "50", "150", "40%", "600"])
        {
            Selected selected = new Mix(
                new()
                {
                    By = "domain",
                    Alpha = 0,
                    Keep = Assay.Tests.Rows.Amount(keep),
                    Budget = Budget.Bytes,
                }
            ).Run(view);
            Amount amount = Assay.Tests.Rows.Amount(keep);
            double total = amount.IsShare ? 0.4 * Enumerable.Range(0, 70).Sum(row => 1 + (row % 7)) : amount.Value;
            foreach (string domain in (string[])["a", "b"])
            {
                int bytes = selected.Kept.Rows.Where(row => domainOf[row] == domain).Sum(row => 1 + (row % 7));
                double able =
                    4 * Enumerable.Range(0, 70).Where(row => domainOf[row] == domain).Sum(row => 1 + (row % 7));
                double other = total - Math.Min(total / 2, able);
                Assert.InRange(bytes, Math.Min(total / 2, able) - 7, Math.Max(total / 2, other));
            }
            Assert.True(selected.Complements(view));
        }
    }

    [Fact]
    public void Earlier_repeats_are_forgotten_and_weights_of_rows_stay()
    {
        (Dataset dataset, _) = Rows(4, 2);
        View view = new(dataset, new Selection([3, 3, 1, 5, 0], [.3f, .3f, .1f, .5f, .9f]));
        Selected selected = new Mix(new() { By = "domain" }).Run(view);
        Assert.Equal([0, 1, 3, 5], selected.Kept.Rows);
        Assert.Equal([.9f, .1f, .3f, .5f], selected.Kept.Weights!);
        View empty = new(dataset, new Selection([]));
        Assert.Equal(0, new Mix(new() { By = "domain" }).Run(empty).Kept.Count);
    }

    [Fact]
    public void Threads_change_nothing()
    {
        View view = new(Rows(70, 20, 3).Dataset);
        Mix mix = new(
            new()
            {
                By = "domain",
                Alpha = 0.3,
                Keep = Assay.Tests.Rows.Amount("60"),
            }
        );
        Assert.Equal(mix.Run(view, threads: 1).Kept.Rows, mix.Run(view, threads: 2).Kept.Rows);
        Assert.NotEqual(mix.Run(view).Kept.Rows, mix.Run(view, seed: 8).Kept.Rows);
    }
}
