using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class HistogramTests
{
    [Fact]
    public void SmallWholeNumbersGetABinEach()
    {
        Histogram histogram = Histogram.Of([3, 1, 1, double.NaN, 5]);
        Assert.Equal([1, 2, 3, 4, 5, 6], histogram.Edges);
        Assert.Equal([2, 0, 1, 0, 1], histogram.Counts);
    }

    [Fact]
    public void WideWholeNumbersGetEqualWholeSteps()
    {
        Histogram histogram = Histogram.Of([.. Enumerable.Range(0, 10_000).Select(i => (double)i)]);
        Assert.Equal(40, histogram.Counts.Count);
        Assert.All(histogram.Counts, count => Assert.Equal(250, count));
    }

    [Fact]
    public void FractionsGetEqualWidths()
    {
        Histogram histogram = Histogram.Of([.. Enumerable.Range(0, 1001).Select(i => i / 1000.0)]);
        Assert.Equal(21, histogram.Counts.Count); // Rice: 2 * 1001^(1/3) = 20.007
        Assert.Equal((0, 1), (histogram.Edges[0], histogram.Edges[^1]));
        Assert.All(histogram.Counts, count => Assert.InRange(count, 47, 49));
    }

    [Fact]
    public void SkewedPositiveNumbersGetEqualRatios()
    {
        RandomStream random = new(1, "lognormal");
        Histogram histogram = Histogram.Of([
            .. Enumerable.Range(0, 20_000).Select(_ => Math.Exp(2 * random.NextGaussian())),
        ]);
        double ratio = histogram.Edges[1] / histogram.Edges[0];
        for (int i = 1; i < histogram.Counts.Count; i++)
            Assert.Equal(ratio, histogram.Edges[i + 1] / histogram.Edges[i], 1e-6);
    }

    [Fact]
    public void SkewedWholeNumbersFromZeroGetGrowingWholeBins()
    {
        RandomStream random = new(1, "lengths");
        double[] lengths =
        [
            0,
            .. Enumerable.Range(0, 20_000).Select(_ => Math.Floor(Math.Exp(4 + 2 * random.NextGaussian()))),
        ];
        Histogram histogram = Histogram.Of(lengths);
        Assert.Equal(0, histogram.Edges[0]);
        Assert.All(histogram.Edges, edge => Assert.Equal(edge, Math.Floor(edge)));
        Assert.InRange(histogram.Counts.Max(), 1, 4000);
    }

    [Fact]
    public void OutliersBesideNegativeNumbersDoNotFlattenTheRest()
    {
        RandomStream random = new(1, "outliers");
        Histogram histogram = Histogram.Of([
            1e9,
            -1e12,
            .. Enumerable.Range(0, 20_000).Select(_ => random.NextGaussian()),
        ]);
        Assert.Equal((-1e12, 1e9), (histogram.Edges[0], histogram.Edges[^1]));
        Assert.InRange(histogram.Counts.Max(), 1, 4000);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(-7)]
    [InlineData(1e300)]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    [InlineData(double.Epsilon)]
    public void OneValueGetsOneBin(double value)
    {
        Histogram histogram = Histogram.Of([value, value, value]);
        Assert.Equal([3], histogram.Counts);
        Assert.True(
            histogram.Edges[0] <= value && value <= histogram.Edges[1] && histogram.Edges[0] < histogram.Edges[1]
        );
    }

    [Fact]
    public void AnyNumbersAreCountedWhereTheyLie() =>
        Prop.ForAll<double[]>(numbers =>
            {
                double[] values = [.. numbers.Where(value => !double.IsInfinity(value))];
                double[] present = [.. values.Where(value => !double.IsNaN(value))];
                Histogram histogram = Histogram.Of(values);
                if (present.Length == 0)
                    return histogram.Counts.Count == 0 && histogram.Edges.Count == 0;
                bool right =
                    histogram.Counts.Count is >= 1 and <= 43
                    && histogram.Edges.Count == histogram.Counts.Count + 1
                    && histogram.Edges.All(double.IsFinite);
                for (int i = 0; right && i < histogram.Counts.Count; i++)
                {
                    bool isLast = i == histogram.Counts.Count - 1;
                    double low = histogram.Edges[i],
                        high = histogram.Edges[i + 1];
                    right =
                        low < high
                        && histogram.Counts[i]
                            == present.Count(value => value >= low && (value < high || (isLast && value == high)));
                }
                return right && histogram.Counts.Sum() == present.Length;
            })
            .Holds();

    [Fact]
    public void InfinityIsAnError()
    {
        Assert.Throws<ArgumentException>(() => Histogram.Of([1, double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => Quantiles.Of([double.NegativeInfinity], [0.5]));
    }
}
