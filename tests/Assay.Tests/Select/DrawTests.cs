using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests;

/// <summary>Rows drawn by a signal: with temperature, by weight, and past a threshold with Pareto noise.</summary>
public class DrawTests
{
    private const int Count = 400;

    [Fact]
    public void Temperature_draws_rows_by_their_log_weights()
    {
        // Five values of one row each: the first row drawn follows softmax(value / temperature).
        double[] values = [1, .5, 0, -.5, -1];
        double[] expected = [.6364, .2341, .0861, .0317, .0117];
        View view = WithSignal(values);
        foreach (bool lowest in (bool[])[false, true])
        {
            Top top = new(
                new()
                {
                    By = "s",
                    Keep = Rows.Amount("1"),
                    Temperature = 0.5,
                    Lowest = lowest,
                }
            );
            int[] counts = FirstDrawn(top, view, 5);
            for (int i = 0; i < 5; i++)
                Assert.InRange(counts[i] / 4000.0, Expected(i) - .031, Expected(i) + .031);
            double Expected(int i) => expected[lowest ? 4 - i : i];
        }
    }

    [Fact]
    public void A_row_keeps_its_luck_and_more_temperature_mixes_more()
    {
        View view = WithSignal([.. Enumerable.Range(0, Count).Select(i => (double)i)]);
        int[] Drawn(string keep, double temperature) => new Top(
                new()
                {
                    By = "s",
                    Keep = Rows.Amount(keep),
                    Temperature = temperature,
                }
            ).Run(view).Kept.Rows;
        int[] some = Drawn("10%", 50),
            more = Drawn("20%", 50);
        Assert.Superset(some.ToHashSet(), more.ToHashSet());
        Assert.Equal(Enumerable.Range(360, 40), Drawn("10%", 0));
        Assert.True(Drawn("10%", 1).Average() > some.Average());
        Assert.True(some.Average() > Drawn("10%", 1e9).Average());
        Assert.InRange(Drawn("10%", 1e9).Average(), 150, 250);
    }

    [Fact]
    public void Bands_are_not_drawn() =>
        Assert.Throws<AssayException>(() =>
            new Top(
                new()
                {
                    By = "s",
                    Band = new(),
                    Temperature = 1,
                }
            )
        );

    [Fact]
    public void Each_value_of_a_column_has_its_own_amounts_and_percentiles()
    {
        Dataset dataset = Rows.Of(
            10,
            4,
            (table, row) =>
            {
                table.Column("text").Set("x"u8);
                table.Column("lang").Set(row < 6 ? "en"u8 : "de"u8);
            }
        );
        View view = new View(dataset).With(signals: [new("s", [0, 1, 2, 3, 4, 5, 10, 11, 12, 13])]);
        TopOptions options = new() { By = "s", Per = "lang" };
        Assert.Equal([3, 4, 5, 8, 9], new Top(options with { Keep = Rows.Amount("50%") }).Run(view).Kept.Rows);
        Assert.Equal([5, 9], new Top(options with { Keep = Rows.Amount("1") }).Run(view).Kept.Rows);
        // CCNet's head, middle and tail within each language.
        int[] Band(string from, string to) => new Top(
                options with
                {
                    Band = new() { From = Rows.Amount(from), To = Rows.Amount(to) },
                }
            ).Run(view).Kept.Rows;
        Assert.Equal([0, 6], Band("0%", "30%"));
        Assert.Equal([1, 2, 7], Band("30%", "60%"));
        Assert.Equal([3, 4, 5, 8, 9], Band("60%", "100%"));
        Assert.Throws<AssayException>(() => new Top(options with { Keep = Rows.Amount("1"), Per = "no" }).Run(view));
    }

    [Fact]
    public void Weighted_sampling_draws_in_proportion_and_never_what_has_no_weight()
    {
        View view = WithSignal(1, 2, 3, 4, 0, double.NaN);
        RandomSample sample = new(new() { Keep = Rows.Amount("1"), Weight = "s" });
        int[] counts = FirstDrawn(sample, view, 6);
        for (int i = 0; i < 4; i++)
            Assert.InRange(counts[i] / 4000.0, (i + 1) / 10.0 - .031, (i + 1) / 10.0 + .031);
        Assert.Equal(0, counts[4] + counts[5]);
        Assert.Equal(4, new RandomSample(new() { Keep = Rows.Amount("100%"), Weight = "s" }).Run(view).Kept.Count);
    }

    [Fact]
    public void Equal_weights_draw_what_is_drawn_without()
    {
        View view = WithSignal([.. Enumerable.Repeat(0.25, Count)]);
        Assert.Equal(
            new RandomSample(new() { Keep = Rows.Amount("30%") }).Run(view).Kept.Rows,
            new RandomSample(new() { Keep = Rows.Amount("30%"), Weight = "s" }).Run(view).Kept.Rows
        );
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void Weights_that_are_none_are_refused(double weight) =>
        Assert.Contains(
            "row 1 has the weight",
            Assert
                .Throws<AssayException>(() =>
                    new RandomSample(new() { Keep = Rows.Amount("1"), Weight = "s" }).Run(WithSignal(1, weight))
                )
                .Message
        );

    [Fact]
    public void Pareto_keeps_with_the_probability_of_the_rule()
    {
        Assert.Equal(1, ParetoThreshold.KeepProbability(1, 9));
        Assert.Equal(0.026012, ParetoThreshold.KeepProbability(0.5, 9), 6);
        Assert.Equal(0.001953, ParetoThreshold.KeepProbability(0, 9), 6);

        // The rule as it is written: a Pareto number counted from 0, (1 - u)^(-1/9) - 1, exceeds 1 - score.
        RandomStream random = new(1, "pareto");
        int kept = 0;
        for (int i = 0; i < 200_000; i++)
            kept += Math.Pow(1 - random.NextDouble(), -1 / 9.0) - 1 > 1 - 0.7 ? 1 : 0;
        Assert.Equal(ParetoThreshold.KeepProbability(0.7, 9), kept / 200_000.0, 2e-3);

        View view = WithSignal([.. Enumerable.Range(0, 8000).Select(i => i % 2 == 0 ? 0.7 : 1)]);
        int[] rows = new ParetoThreshold(new() { By = "s" }).Run(view).Kept.Rows;
        Assert.Equal(4000, rows.Count(row => row % 2 == 1));
        Assert.InRange(rows.Count(row => row % 2 == 0) / 4000.0, 0.0943 - .02, 0.0943 + .02); // 1.3^-9
    }

    [Fact]
    public void Pareto_says_why_rows_go_and_refuses_what_is_no_probability()
    {
        View view = WithSignal(1, double.NaN, 0, 0, 0);
        Selected selected = new ParetoThreshold(new() { By = "s" }).Run(view, threads: 2);
        Assert.True(selected.Complements(view));
        Assert.Equal(
            new() { ["pareto_threshold.no_signal"] = 1, ["pareto_threshold.not_drawn"] = 3 },
            selected.Reasons()
        );
        Assert.Throws<AssayException>(() => new ParetoThreshold(new() { By = "s" }).Run(WithSignal(1.5)));
        Assert.Throws<AssayException>(() => new ParetoThreshold(new() { By = "none" }).Run(view));
    }

    // How often each row is the one that is drawn, over 4000 seeds.
    private static int[] FirstDrawn(ISelector selector, View view, int rows)
    {
        using Pieces pieces = Pieces.Temporary();
        int[] counts = new int[rows];
        for (ulong seed = 0; seed < 4000; seed++)
            counts[selector.Select(view, new(pieces) { Random = new(seed, "step"), Threads = 1 }).Kept.Rows[0]]++;
        return counts;
    }

    private static View WithSignal(params double[] values) =>
        new View(Rows.OfLengths(new int[values.Length])).With(signals: [new("s", values)]);
}
