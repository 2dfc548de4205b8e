using Assay.Reports.Plots;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Reports.Tests.Plots;

public sealed class ScaleTests
{
    [Fact]
    public void Linear_ticks_are_round() =>
        Assert.Equal(["0", "20", "40", "60", "80", "100"], Scale.Linear(0, 100).Ticks(5).Select(tick => tick.Label));

    [Fact]
    public void Ticks_carry_the_decimals_that_tell_them_apart() =>
        Assert.Equal(["1.052", "1.054", "1.056"], Scale.Linear(1.0512, 1.0567).Ticks(3).Select(tick => tick.Label));

    [Fact]
    public void Logarithmic_ticks_are_powers_of_ten()
    {
        var ticks = Scale.Logarithmic(1, 1e6).Ticks(6);
        Assert.Equal(["1", "10", "100", "1000", "10k", "100k", "1M"], ticks.Select(tick => tick.Label));
        Assert.Equal(0.5, ticks[3].At, 12);
    }

    [Fact]
    public void Bytes_have_ticks_at_powers_of_1024() =>
        Assert.Equal(
            ["0\u202FB", "2\u202FMiB", "4\u202FMiB"],
            Scale.Linear(0, 5 << 20).Ticks(3, "bytes").Select(tick => tick.Label)
        );

    [Fact]
    public void Logarithmic_bytes_have_ticks_at_powers_of_two() =>
        Assert.Equal(
            ["512\u202FB", "4\u202FKiB", "32\u202FKiB"],
            Scale.Logarithmic(70, 38_000).Ticks(4, "bytes").Select(tick => tick.Label)
        );

    [Fact]
    public void Counts_from_zero_on_have_a_logarithmic_scale_too()
    {
        var ticks = Scale.Logarithmic(0, 9999, shift: 1).Ticks(4);
        Assert.Equal(["0", "1", "10", "100", "1000"], ticks.Select(tick => tick.Label));
        Assert.Equal(Math.Log10(11) / 4, ticks[2].At, 12);
    }

    [Fact]
    public void No_label_stands_twice() =>
        Assert.Equal(["285\u202FKiB"], Scale.Linear(291_900, 292_200).Ticks(5, "bytes").Select(tick => tick.Label));

    [Fact]
    public void A_range_without_width_has_its_value_in_the_middle() =>
        Assert.Equal(0.5, Scale.Around([7, 7]).At(7), 12);

    [Fact]
    public void Wide_positive_ranges_become_logarithmic()
    {
        Assert.True(Scale.Around([1, 1000]).IsLogarithmic);
        Assert.False(Scale.Around([0, 1000]).IsLogarithmic);
        Assert.False(Scale.Around([1, 2]).IsLogarithmic);
    }

    [Fact]
    public void Any_finite_range_has_ticks_in_order_and_inside() =>
        Prop.ForAll<NormalFloat, NormalFloat>(
                (a, b) =>
                {
                    Scale scale = Scale.Around([a.Get, b.Get]);
                    IReadOnlyList<Tick> ticks = scale.Ticks(5);
                    Assert.InRange(ticks.Count, 1, 20);
                    Assert.All(ticks, tick => Assert.InRange(tick.At, 0, 1));
                    Assert.Equal(ticks.Select(tick => tick.At).Order(), ticks.Select(tick => tick.At));
                    Assert.True(scale.At(Math.Min(a.Get, b.Get)) <= scale.At(Math.Max(a.Get, b.Get)));
                }
            )
            .Holds();
}
