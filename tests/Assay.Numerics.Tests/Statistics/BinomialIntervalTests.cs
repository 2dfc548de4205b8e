namespace Assay.Numerics.Tests;

public sealed class BinomialIntervalTests
{
    [Theory]
    [InlineData(0, 10, 0, 0.3084971)] // 1 - 0.025^(1/10)
    [InlineData(10, 10, 0.6915029, 1)]
    [InlineData(5, 10, 0.1870860, 0.8129140)]
    [InlineData(1, 20, 0.0012651, 0.2487328)]
    public void Published_ends(double successes, double count, double low, double high)
    {
        MeanInterval interval = BinomialInterval.Of(successes, count);
        Assert.Equal(low, interval.Low, 1e-7);
        Assert.Equal(high, interval.High, 1e-7);
        Assert.Equal(successes / count, interval.Mean);
    }

    [Theory]
    [InlineData(7, 23)]
    [InlineData(150, 805)]
    [InlineData(1, 2000)]
    public void At_the_ends_the_tail_has_half_of_what_is_left(int successes, int count)
    {
        MeanInterval interval = BinomialInterval.Of(successes, count, 0.9);
        Assert.Equal(0.05, AtLeast(successes, count, interval.Low), 1e-9);
        Assert.Equal(0.05, 1 - AtLeast(successes + 1, count, interval.High), 1e-9);

        static double AtLeast(int least, int count, double share)
        {
            double sum = 0;
            for (int k = least; k <= count; k++)
                sum += Math.Exp(
                    IncompleteBeta.LogGamma(count + 1)
                        - IncompleteBeta.LogGamma(k + 1)
                        - IncompleteBeta.LogGamma(count - k + 1)
                        + k * Math.Log(share)
                        + (count - k) * Math.Log(1 - share)
                );
            return sum;
        }
    }

    [Fact]
    public void The_beta_function_is_right_where_it_is_known()
    {
        Assert.Equal(0.3, IncompleteBeta.Of(0.3, 1, 1), 14);
        Assert.Equal(Math.Pow(0.3, 5), IncompleteBeta.Of(0.3, 5, 1), 14);
        Assert.Equal(0.5, IncompleteBeta.Of(0.5, 4.5, 4.5), 12);
        Assert.Equal(2 / Math.PI * Math.Asin(Math.Sqrt(0.2)), IncompleteBeta.Of(0.2, 0.5, 0.5), 12);
        Assert.Equal(1, IncompleteBeta.Of(0.7, 2.5, 9) + IncompleteBeta.Of(0.3, 9, 2.5), 12);
        Assert.Equal(Math.Log(24), IncompleteBeta.LogGamma(5), 12);
        Assert.Equal(Math.Log(Math.PI) / 2, IncompleteBeta.LogGamma(0.5), 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => IncompleteBeta.Of(1.1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => IncompleteBeta.Of(0.5, 0, 1));
    }

    [Fact]
    public void Halves_lie_between_the_whole_numbers_and_what_does_not_fit_is_refused()
    {
        double before = BinomialInterval.Of(4, 10).Low,
            half = BinomialInterval.Of(4.5, 10).Low,
            after = BinomialInterval.Of(5, 10).Low;
        Assert.True(before < half && half < after);
        Assert.Throws<ArgumentException>(() => BinomialInterval.Of(11, 10));
        Assert.Throws<ArgumentException>(() => BinomialInterval.Of(1, 10, 1));
    }
}
