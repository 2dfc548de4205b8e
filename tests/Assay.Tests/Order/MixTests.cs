using Assay.Data;
using Assay.Numerics;
using Assay.Order;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Order;

public class MixTests
{
    private static Dataset Domains(string domainOf) =>
        Rows.Of(
            domainOf.Length,
            20,
            (builder, row) =>
            {
                builder.Column("text").Set("x"u8);
                builder.Column("domain").Set([(byte)domainOf[row]]);
            }
        );

    private static int[] Order(View view, bool shuffle = true, ulong seed = 7)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Mix(new() { By = "domain", Shuffle = shuffle }).Order(
            view,
            new(pieces) { Random = new(seed, "step"), Threads = 1 }
        );
    }

    [Fact]
    public void Every_stretch_has_the_proportions_of_the_whole() =>
        Prop.ForAll(
                (
                    from domains in Gen.Choose(1, 6)
                    from domainOf in Gen.Choose(0, domains - 1).ArrayOf()
                    from seed in Gen.Choose(0, 1000)
                    select (domains, domainOf, seed)
                ).ToArbitrary(),
                draw =>
                {
                    int n = draw.domainOf.Length;
                    int[] sequence = Shuffle.Of(n, new((ulong)draw.seed, "sequence"));
                    int[] order = Mix.Of(draw.domainOf, sequence, draw.domains, new((ulong)draw.seed, "mix"));
                    Assert.Equal(Enumerable.Range(0, n), order.Order());
                    for (int domain = 0; domain < draw.domains; domain++)
                    {
                        // Rows of a domain come as the sequence has them.
                        Assert.Equal(
                            sequence.Where(entry => draw.domainOf[entry] == domain),
                            order.Where(entry => draw.domainOf[entry] == domain)
                        );
                        double share = draw.domainOf.Count(other => other == domain) / (double)Math.Max(1, n);
                        int seen = 0;
                        for (int t = 1; t <= n; t++)
                        {
                            seen += draw.domainOf[order[t - 1]] == domain ? 1 : 0;
                            Assert.True(Math.Abs(seen - (t * share)) <= 1 + (draw.domains * share) + 1e-9);
                        }
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void Copies_of_a_row_are_an_epoch_apart()
    {
        // Domain a has 5 rows, three times each; b 30 rows.
        string domainOf = string.Concat(Enumerable.Range(0, 35).Select(i => i % 7 == 0 ? 'a' : 'b'));
        int[] a = [.. Enumerable.Range(0, 35).Where(i => domainOf[i] == 'a')];
        View view = new(Domains(domainOf), new Selection([.. a, .. Enumerable.Range(0, 35), .. a]));
        int[] order = Order(view);
        int[] rows = [.. order.Select(place => view.Selection.Rows[place]).Where(row => domainOf[row] == 'a')];
        Assert.Equal(15, rows.Length);
        for (int epoch = 0; epoch < 3; epoch++)
            Assert.Equal(a, rows[(5 * epoch)..(5 * (epoch + 1))].Order());
        Assert.Equal(order, Order(view));
        Assert.NotEqual(order, Order(view, seed: 8));
    }

    [Fact]
    public void Without_shuffling_the_rows_of_a_domain_keep_their_order()
    {
        string domainOf = string.Concat(Enumerable.Repeat("aaab", 10));
        View view = new(Domains(domainOf), new Selection([.. Enumerable.Range(0, 40).Reverse()]));
        int[] order = Order(view, shuffle: false);
        int[] rows = [.. order.Select(place => view.Selection.Rows[place])];
        foreach (char domain in "ab")
            Assert.Equal(
                rows.Where(row => domainOf[row] == domain).OrderDescending(),
                rows.Where(row => domainOf[row] == domain)
            );
        Assert.Empty(Order(new(Domains("ab"), new Selection([]))));
    }

    [Fact]
    public void A_column_that_is_not_there_is_an_error()
    {
        using Pieces pieces = Pieces.Temporary();
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Mix(new() { By = "topic" }).Order(new(Domains("ab")), new(pieces))
        );
        Assert.Contains("topic", failure.Message);
    }
}
