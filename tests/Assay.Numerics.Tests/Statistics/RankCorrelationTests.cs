using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class RankCorrelationTests
{
    [Fact]
    public void TiesShareTheMeanOfTheirRanks() =>
        Assert.Equal([2.5, 1, 4.5, 2.5, 4.5], RankCorrelation.Ranks([3, 1, 7, 3, 7]));

    [Fact]
    public void KendallCountsEveryPair() =>
        Prop.ForAll<(byte, byte)[]>(pairs =>
            {
                if (pairs.Length < 2)
                    return true;
                double[] x = [.. pairs.Select(pair => pair.Item1 % 6.0)],
                    y = [.. pairs.Select(pair => pair.Item2 % 6.0)];
                long same = 0,
                    untiedX = 0,
                    untiedY = 0;
                for (int i = 0; i < x.Length; i++)
                for (int j = 0; j < i; j++)
                {
                    same += Math.Sign(x[i] - x[j]) * Math.Sign(y[i] - y[j]);
                    untiedX += x[i] != x[j] ? 1 : 0;
                    untiedY += y[i] != y[j] ? 1 : 0;
                }
                double expected = same / Math.Sqrt((double)untiedX * untiedY),
                    found = RankCorrelation.Kendall(x, y);
                return double.IsNaN(expected) ? double.IsNaN(found) : Math.Abs(expected - found) < 1e-12;
            })
            .Holds();

    [Fact]
    public void SpearmanIsWorkedOutByHand()
    {
        // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: sums of products 4.5, of squares 4.5 and 5.
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), RankCorrelation.Spearman([1, 2, 2, 9], [0, 5, 4, 6]), 1e-15);
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 3], [3, 2, 1]), 1e-15);
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1], [1, 2])));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1, double.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Kendall([1], [1]));
    }
}
