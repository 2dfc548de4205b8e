using Assay.Numerics;
using Assay.Train;
using FsCheck.Fluent;

namespace Assay.Tests.Train;

public sealed class CoordinateSearchTests
{
    private static readonly int[] Sizes = [7, 6, 8];

    [Fact]
    public void A_separable_bowl_is_searched_to_its_bottom() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "bowl");
                    int[] bottom = [.. Sizes.Select(random.NextInt32)],
                        start = [.. Sizes.Select(random.NextInt32)];
                    double[] steep = [.. Sizes.Select(_ => 0.1 + random.NextDouble())];
                    int asked = 0;
                    GridOptimum found = CoordinateSearch.Of(
                        Sizes,
                        start,
                        point =>
                        {
                            asked++;
                            return point.Select((at, axis) => steep[axis] * Math.Pow(at - bottom[axis], 2)).Sum();
                        }
                    );
                    return found.Point.SequenceEqual(bottom)
                        && found.IsCertified
                        && found.Loss == 0
                        && asked == found.Trials.Count
                        && asked <= Sizes.Sum() + 2 * Sizes.Length;
                }
            )
            .Holds();

    [Fact]
    public void Wherever_it_ends_no_neighbour_is_better() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "rough");
                    double[] losses = [.. Enumerable.Range(0, 7 * 6 * 8).Select(_ => random.NextDouble())];
                    double At(IReadOnlyList<int> point) => losses[(point[0] * 6 + point[1]) * 8 + point[2]];
                    GridOptimum found = CoordinateSearch.Of(Sizes, [.. Sizes.Select(random.NextInt32)], At);
                    for (int axis = 0; axis < 3; axis++)
                        foreach (int direction in (int[])[1, -1])
                        {
                            int[] next = [.. found.Point];
                            next[axis] += direction;
                            if (next[axis] >= 0 && next[axis] < Sizes[axis] && At(next) < found.Loss)
                                return false;
                        }
                    return found.IsCertified && found.Loss == found.Trials.Min(trial => trial.Loss);
                }
            )
            .Holds();

    [Fact]
    public void A_better_neighbour_or_one_that_was_not_tried_is_no_certificate()
    {
        GridTrial[] trials = [new([1], 2), new([0], 3), new([2], 2.5)];
        Assert.True(CoordinateSearch.IsCertified([3], [1], trials));
        Assert.True(CoordinateSearch.IsCertified([4], [1], trials));
        Assert.False(CoordinateSearch.IsCertified([4], [2], trials));
        Assert.False(CoordinateSearch.IsCertified([3], [1], [trials[0], trials[1], new([2], 1.9)]));
        Assert.False(CoordinateSearch.IsCertified([3], [1], trials[..2]));
        Assert.False(CoordinateSearch.IsCertified([3], [1], trials[1..]));
    }

    [Fact]
    public void It_ends_where_trials_run_out_and_goes_around_what_fails()
    {
        GridOptimum brief = CoordinateSearch.Of([100], [0], point => -point[0], mostTrials: 5);
        Assert.Equal(4, Assert.Single(brief.Point));
        Assert.Equal(5, brief.Trials.Count);
        Assert.False(brief.IsCertified);
        GridOptimum around = CoordinateSearch.Of([5], [0], point => point[0] > 2 ? double.PositiveInfinity : -point[0]);
        Assert.Equal(2, Assert.Single(around.Point));
        Assert.True(around.IsCertified);
    }

    [Fact]
    public void What_is_no_search_is_refused()
    {
        Assert.Throws<ArgumentException>(() => CoordinateSearch.Of([3], [3], _ => 0));
        Assert.Throws<ArgumentException>(() => CoordinateSearch.Of([3, 3], [1], _ => 0));
        Assert.Throws<ArgumentException>(() => CoordinateSearch.Of([3], [1], _ => double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => CoordinateSearch.Of([3], [1], _ => 0, 0));
    }
}
