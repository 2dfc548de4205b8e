using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class GumbelTopKTests
{
    // Golden 3 of the MATES notes: predictions are losses, so the log-weight is -prediction.
    private static readonly double[] LogWeights = [-.8, 1.2, -.1, .4, -1.9, .9, -.3, 2, -.6, .1];
    private static readonly double[] Noise = [.2, 1.5, -.7, .9, .1, -.3, 2.2, .4, -1.1, 0];

    [Theory]
    [InlineData(0.5, new[] { 1, 3, 6, 7 }, new[] { 1, 2, 5, 7 })]
    [InlineData(2, new[] { 1, 3, 6, 7 }, new[] { 2, 5, 7, 8 })]
    public void The_textbook_rule_and_the_released_one_are_told_apart(
        double temperature,
        int[] textbook,
        int[] released
    )
    {
        Assert.Equal(textbook, GumbelTopK.Draw(LogWeights, 4, Noise, temperature).Order());
        double[] turned = [.. Noise.Select(g => -g)];
        Assert.Equal(released, GumbelTopK.Draw(LogWeights, 4, turned, temperature).Order());
    }

    [Fact]
    public void One_item_is_drawn_as_often_as_its_weight_says()
    {
        double[] logWeights = [1, .5, 0, -.5, -1];
        double[] expected = [.6364, .2341, .0861, .0317, .0117];
        const int Draws = 200_000;
        int[] counts = new int[5];
        RandomStream random = new(3, "gumbel");
        for (int i = 0; i < Draws; i++)
            counts[GumbelTopK.Draw(logWeights, 1, random, temperature: 0.5)[0]]++;
        for (int i = 0; i < 5; i++) // four standard deviations are .0043 at most
            Assert.InRange(counts[i] / (double)Draws, expected[i] - .0045, expected[i] + .0045);
    }

    [Fact]
    public void Pairs_are_drawn_one_after_the_other_without_replacement()
    {
        double[] weights = [1, 2, 3, 4];
        double[] logWeights = [.. weights.Select(w => Math.Log(w))];
        double[,] counts = new double[4, 4];
        RandomStream random = new(4, "pairs");
        const int Draws = 100_000;
        for (int i = 0; i < Draws; i++)
        {
            int[] drawn = GumbelTopK.Draw(logWeights, 2, random);
            counts[drawn[0], drawn[1]]++;
        }
        for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
        {
            double expected = a == b ? 0 : weights[a] / 10 * (weights[b] / (10 - weights[a]));
            Assert.InRange(counts[a, b] / Draws, expected - .006, expected + .006);
        }
    }

    [Fact]
    public void Temperature_0_takes_the_largest_and_a_high_one_draws_uniformly()
    {
        Assert.Equal([7, 1, 5, 3], GumbelTopK.Draw(LogWeights, 4, Noise, temperature: 0));
        int[] counts = new int[10];
        RandomStream random = new(5, "uniform");
        for (int i = 0; i < 20_000; i++)
            foreach (int place in GumbelTopK.Draw(LogWeights, 3, random, temperature: 1e6))
                counts[place]++;
        Assert.All(counts, count => Assert.InRange(count, 5700, 6300));
    }

    [Fact]
    public void Draws_are_distinct_and_a_larger_draw_starts_with_the_smaller_one() =>
        Prop.ForAll(
                Gen.Choose(-5, 5).ArrayOf().ToArbitrary(),
                values =>
                {
                    double[] logWeights = [.. values.Select(v => v == 5 ? double.NegativeInfinity : v)];
                    double[] noise = [.. values.Select((v, i) => i * v % 7 / 3.0)];
                    int[] all = GumbelTopK.Draw(logWeights, values.Length, noise);
                    int[] some = GumbelTopK.Draw(logWeights, values.Length / 2, noise);
                    return all.Distinct().Count() == all.Length
                        && all.Length == values.Count(v => v != 5)
                        && some.SequenceEqual(all.Take(some.Length));
                }
            )
            .Holds();

    [Fact]
    public void Equal_scores_go_by_place() =>
        Assert.Equal([1, 0, 2, 3], GumbelTopK.Draw([0, 1, -0.0, 0], 4, new double[4]));

    [Fact]
    public void Noise_is_finite_everywhere()
    {
        Assert.InRange(GumbelTopK.Noise(0), -3.63, -3.62);
        Assert.InRange(GumbelTopK.Noise(1 - 1.0 / (1UL << 53)), 36.7, 36.8);
        Assert.Equal(0.36651292058166435, GumbelTopK.Noise(0.5), 15);
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => GumbelTopK.Draw([double.NaN], 1, [0.0]));
        Assert.Throws<ArgumentException>(() => GumbelTopK.Draw([double.PositiveInfinity], 1, [0.0]));
        Assert.Throws<ArgumentException>(() => GumbelTopK.Draw([0], 1, [double.NaN]));
        Assert.Throws<ArgumentException>(() => GumbelTopK.Draw([0, 1], 1, [0.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GumbelTopK.Draw([0], -1, [0.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GumbelTopK.Draw([0], 1, [0.0], -1));
    }
}
