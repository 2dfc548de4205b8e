using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class SortingOptionsTests
{
    [Fact]
    public void Stopping_early_ranks_whole_fronts_until_there_are_enough() =>
        Prop.ForAll(
                (
                    from set in NonDominatedTests.Small.Generator
                    from enough in Gen.Choose(0, 70)
                    select (set.Points, set.M, enough)
                ).ToArbitrary(),
                item =>
                {
                    int[] all = NonDominated.Ranks(item.Points, item.M),
                        some = NonDominated.Ranks(item.Points, item.M, new() { StopAfter = item.enough });
                    int last = some.DefaultIfEmpty(NonDominated.NotRanked).Max();
                    return all.Select(rank => rank <= last ? rank : NonDominated.NotRanked).SequenceEqual(some)
                        && some.Count(rank => rank >= 0) >= Math.Min(item.enough, all.Length)
                        && some.Count(rank => rank >= 0 && rank < last) < Math.Max(1, item.enough);
                }
            )
            .Holds();

    [Fact]
    public void Copies_can_be_left_out()
    {
        double[] points = [1, 5, 2, 3, 4, 1, 2, 3, 5, 5, 5, 5];
        Assert.Equal([0, 0, 0, -1, 1, -1], NonDominated.Ranks(points, 2, new() { KeepCopies = false }));
        Assert.Equal(
            [true, true, true, false, false, false],
            NonDominated.IsNonDominated(points, 2, new() { KeepCopies = false })
        );
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Infinities_are_numbers_like_others_once_they_are_allowed(int m)
    {
        SortingOptions options = new() { AllowInfinite = true };
        double[] finite = [.. Fronts.Cloud(3, 400, m).Select(u => Math.Floor(u * 8))];
        double[] infinite = Array.ConvertAll(
            finite,
            x =>
                x == 0 ? double.NegativeInfinity
                : x == 7 ? double.PositiveInfinity
                : x
        );
        Assert.Equal(NonDominated.Ranks(finite, m), NonDominated.Ranks(infinite, m, options));
        Assert.Equal(NonDominated.IsNonDominated(finite, m), NonDominated.IsNonDominated(infinite, m, options));
        Assert.Throws<ArgumentException>(() => NonDominated.Ranks(infinite, m));
        infinite[0] = double.NaN;
        Assert.Throws<ArgumentException>(() => NonDominated.Ranks(infinite, m, options));
    }
}
