using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class KolmogorovSmirnovTests
{
    [Fact]
    public void The_distance_is_the_largest_of_all_that_can_be_counted()
    {
        Gen<double[]> sample = Gen.Choose(0, 12).Select(i => (double)i).ArrayOf(20).Where(values => values.Length > 0);
        Prop.ForAll(
                Arb.From(sample),
                Arb.From(sample),
                (a, b) =>
                {
                    double brute = a.Concat(b)
                        .Max(at =>
                            Math.Abs(
                                (double)a.Count(x => x <= at) / a.Length - (double)b.Count(x => x <= at) / b.Length
                            )
                        );
                    return Math.Abs(brute - KolmogorovSmirnov.Distance([.. a.Order()], [.. b.Order()])) < 1e-15;
                }
            )
            .Holds();
    }

    [Fact]
    public void Samples_that_share_nothing_lie_1_apart_and_the_same_sample_0()
    {
        Assert.Equal(1, KolmogorovSmirnov.Distance([1, 2], [3, 4, 5]));
        Assert.Equal(0, KolmogorovSmirnov.Distance([1, 2, 2], [1, 2, 2]));
        Assert.Equal(1, KolmogorovSmirnov.Probability(0, 10, 10));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Distance([], [1]));
    }

    // Kolmogorov's limit at 1 and at 1.3581, the 5 % point of the tables.
    [Theory]
    [InlineData(1, 0.2699996716)]
    [InlineData(1.3581015, 0.05)]
    [InlineData(1.6276236, 0.01)]
    public void The_probability_is_that_of_the_limit(double x, double expected)
    {
        const long Many = 2_000_000_000_000;
        Assert.Equal(expected, KolmogorovSmirnov.Probability(x / Math.Sqrt(Many / 2.0), Many, Many), 1e-6);
    }

    /// <summary>
    /// Of 400 pairs of samples of one distribution 5 % have a probability below 0.05; a binomial count beyond 36 has a chance of less than 1 in 1,000.
    /// </summary>
    [Fact]
    public void False_alarms_are_as_rare_as_it_says()
    {
        int alarms = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            RandomStream random = new((ulong)seed, "samples");
            double[] a = [.. Enumerable.Range(0, 150).Select(_ => random.NextGaussian()).Order()],
                b = [.. Enumerable.Range(0, 90).Select(_ => random.NextGaussian()).Order()];
            if (KolmogorovSmirnov.Probability(KolmogorovSmirnov.Distance(a, b), a.Length, b.Length) < 0.05)
                alarms++;
        }
        Assert.InRange(alarms, 5, 36);
    }
}
