using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

/// <summary>Ways to combine gradients: published and computed figures, what each promises, and brute force over the simplex.</summary>
public sealed class GradientTests
{
    private static readonly double[][] Two =

        [
            [1, 0],
            [-1, 2],
        ],
        Wide =

        [
            [1, 1],
            [-1, 1.2],
        ],
        Three =

        [
            [2, 0, 1],
            [-1, 1, 0],
            [0, -1, 3],
        ],
        Diagonal =

        [
            [1, 0, 0],
            [0, 2, 0],
            [0, 0, 4],
        ];

    private static readonly GradientProducts Bargain = new(
        new double[,]
        {
            { 5, -1, 2 },
            { -1, 2, -1 },
            { 2, -1, 10 },
        }
    );

    [Fact]
    public void The_shortest_mixture()
    {
        Near([.75, .25], Mgda.Weights(GradientProducts.Of(Two)), 1e-12);
        Near([0.554455445545, 0.445544554455], Mgda.Weights(GradientProducts.Of(Wide)), 1e-12);
        Near([0.355555556, 0.633333333, 0.011111111], Mgda.Weights(GradientProducts.Of(Three)), 1e-9);
        Near([16.0 / 21, 4.0 / 21, 1.0 / 21], Mgda.Weights(GradientProducts.Of(Diagonal)), 1e-12);
        Assert.Equal(0.5, Squared(Two, Mgda.Weights), 1e-12);
        Assert.Equal(1.19801980198, Squared(Wide, Mgda.Weights), 1e-11);
        Assert.Equal(0.544444444, Squared(Three, Mgda.Weights), 1e-9);
        Assert.Equal([1], Mgda.Weights(GradientProducts.Of([3, 4])));
        Assert.Equal([0, 1, 0], Mgda.Weights(GradientProducts.Of([3, 4], [0, 0], [1, 1])));

        static double Squared(double[][] gradients, Func<GradientProducts, GradientScale, double[]?, double[]> of)
        {
            GradientProducts products = GradientProducts.Of(gradients);
            return products.SquaredLength(of(products, GradientScale.None, null));
        }
    }

    [Fact]
    public void Surgery()
    {
        Near([.8, .4], Mix(Two, PcGrad.Projected(GradientProducts.Of(Two), 0)), 1e-12);
        Near([0, 2], Mix(Two, PcGrad.Projected(GradientProducts.Of(Two), 1)), 1e-12);
        Near([.8, 2.4], Mix(Two, PcGrad.Weights(GradientProducts.Of(Two))), 1e-12);
        Near([.3, 1.5, 4.4], Mix(Three, PcGrad.Weights(GradientProducts.Of(Three))), 1e-12);
        // Before any cosine has been seen, vaccination is surgery.
        Near([.3, 1.5, 4.4], Mix(Three, new GradVac(3).Weights(GradientProducts.Of(Three))), 1e-12);
    }

    [Fact]
    public void The_mean_and_the_worst_off()
    {
        Near([1, 0], CaGrad.Mixture(GradientProducts.Of(Two)), 1e-12);
        Near([.5, 1], Mix(Two, CaGrad.Weights(GradientProducts.Of(Two))), 1e-12);
        GradientProducts wide = GradientProducts.Of(Wide);
        Near([0.6650377, 0.3349623], CaGrad.Mixture(wide), 1e-7);
        Assert.Equal(1.78797613565, CaGrad.Objective(wide, CaGrad.Mixture(wide), 0.5), 1e-11);
        Near([0.1625433, 1.6254328], Mix(Wide, CaGrad.Weights(wide)), 1e-7);
        Near([0, 1, 0], CaGrad.Mixture(GradientProducts.Of(Three)), 1e-12);
        Near([-0.15257932, 0.48591266, 1.33333333], Mix(Three, CaGrad.Weights(GradientProducts.Of(Three))), 1e-8);
        Near([1.0 / 3, 1.0 / 3, 1.0 / 3], CaGrad.Weights(GradientProducts.Of(Three), 0), 1e-15);
    }

    [Fact]
    public void The_bargain()
    {
        Near([1.344997023928, 0.601500955008], NashMtl.Weights(GradientProducts.Of(Two)), 2e-12);
        Near([0.743496068920, 1.203001910015], Mix(Two, NashMtl.Weights(GradientProducts.Of(Two))), 2e-12);
        Near([0.6771190765, 0.6130348075], NashMtl.Weights(GradientProducts.Of(Wide)), 1e-10);
        Near([0.624902272709, 1.187739641663, 0.283739380258], NashMtl.Weights(GradientProducts.Of(Three)), 2e-12);
        Near([1, .5, .25], NashMtl.Weights(GradientProducts.Of(Diagonal)), 2e-12);
    }

    [Fact]
    public void Steps_to_a_point_of_the_front()
    {
        EpoStep balance = Epo.Step(Bargain, [.3, .6, .1], [.5, .3, .2]);
        Assert.True(balance.IsBalancing && !balance.IsFallback);
        Assert.Equal(0.229942484887, balance.Divergence, 1e-12);
        Near([0.010685971697, 0.061108050056, -0.398706215430], balance.Anchor, 1e-12);
        Near([0.032484896262, 0.967515103738, 0], balance.Weights, 1e-11);
        Assert.Equal(0.467508083796, balance.Value, 1e-11);

        EpoStep descent = Epo.Step(Bargain, [1, 2, .5], [2, 1, 4]);
        Assert.False(descent.IsBalancing);
        Assert.Equal(0, descent.Divergence, 1e-15);
        Near([0, 1.0 / 3, 2.0 / 3], descent.Weights, 1e-11);
        Assert.Equal(22.0 / 3, descent.Value, 1e-11);
    }

    [Fact]
    public void What_each_promises()
    {
        foreach (GradientProducts products in Cases(400))
        {
            int m = products.Count;
            double size = products.Longest * products.Longest;

            double[] shortest = Mgda.Weights(products);
            OnSimplex(shortest);
            double least = products.SquaredLength(shortest);
            Assert.All(products.Along(shortest), along => Assert.True(along >= least - 1e-9 * size));

            double[] scaled = Mgda.Weights(products, GradientScale.Length);
            Assert.All(products.Along(scaled), along => Assert.True(along >= -1e-9 * products.Longest));

            double[] nash = NashMtl.Weights(products);
            double[] along = products.Along(nash);
            for (int i = 0; i < m; i++)
                Assert.Equal(1, nash[i] * along[i], 1e-6);

            double[] averse = CaGrad.Weights(products, 0.4),
                from = [.. averse.Select(weight => weight - 1.0 / m)];
            double mean = products.SquaredLength(products.Equal());
            Assert.Equal(0.16 * mean, products.SquaredLength(from), 1e-8 * size);

            double[] up = UpGrad.Weights(products);
            Assert.All(products.Along(up), value => Assert.True(value >= -1e-8 * size));

            double[] equal = ImtlG.Weights(products);
            double[] projections = [.. products.Along(equal).Select((value, i) => value / products.Length(i))];
            Assert.All(
                projections,
                value => Assert.Equal(projections[0], value, 1e-6 * products.Longest * equal.Sum(Math.Abs))
            );
            Assert.Equal(1, equal.Sum(), 1e-6);
        }
    }

    // The matrix of aligned gradients is a multiple of the identity on the space that they span.
    [Fact]
    public void Aligned_gradients_are_orthogonal_and_of_one_length()
    {
        GradientProducts products = GradientProducts.Of(Three);
        double[][] aligned =
        [
            .. Enumerable.Range(0, 3).Select(i => Mix(Three, AlignedMtl.Weights(products, [.. Unit(3, i)]))),
        ];
        GradientProducts after = GradientProducts.Of(aligned);
        for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            Assert.Equal(i == j ? after[0, 0] : 0, after[i, j], 1e-10);
        Near(
            AlignedMtl.Weights(products),
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(j => Enumerable.Range(0, 3).Sum(i => AlignedMtl.Weights(products, [.. Unit(3, i)])[j])),
            ],
            1e-12
        );
    }

    [Fact]
    public void No_point_of_a_grid_is_better()
    {
        foreach (GradientProducts products in Cases(150).Where(products => products.Count <= 3))
        {
            int m = products.Count;
            double size = products.Longest * products.Longest;
            double[] shortest = Mgda.Weights(products);
            Dictionary<double, double> averse = new()
            {
                [0.2] = 0,
                [0.5] = 0,
                [2.0] = 0,
            };
            foreach (double radius in averse.Keys)
                averse[radius] = CaGrad.Objective(products, CaGrad.Mixture(products, radius), radius);
            double[] grid = ReferenceDirections.DasDennis(m, m == 2 ? 400 : 60);
            for (int k = 0; k < grid.Length; k += m)
            {
                double[] at = grid[k..(k + m)];
                Assert.True(products.SquaredLength(at) >= products.SquaredLength(shortest) - 1e-10 * size);
                foreach ((double radius, double best) in averse)
                    Assert.True(
                        CaGrad.Objective(products, at, radius) >= best - 1e-9 * size,
                        $"radius {radius}: {CaGrad.Objective(products, at, radius)} below {best}"
                    );
            }
        }
    }

    [Fact]
    public void Many_gradients_leave_no_corner_better()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            GradientProducts products = Random(new(seed, "many"), 12, 30, 1);
            double[] mixture = CaGrad.Mixture(products, 0.4);
            double best = CaGrad.Objective(products, mixture, 0.4);
            for (int i = 0; i < 12; i++)
            {
                double[] nearer = [.. mixture.Select((weight, j) => 0.999 * weight + (i == j ? 0.001 : 0))];
                Assert.True(CaGrad.Objective(products, nearer, 0.4) >= best - 1e-12);
            }
        }
    }

    [Fact]
    public void Steps_to_a_point_keep_to_their_conditions()
    {
        int balancing = 0;
        for (ulong seed = 0; seed < 500; seed++)
        {
            RandomStream random = new(seed, "preferences");
            int m = 2 + random.NextInt32(3);
            GradientProducts products = Random(random, m, m + 1, 1);
            double[] losses = [.. Enumerable.Range(0, m).Select(_ => 0.1 + random.NextDouble())],
                preferences = random.NextInt32(3) == 0
                    ? [.. losses.Select(loss => 1 / loss)]
                    : [.. losses.Select(_ => 0.1 + random.NextDouble())];
            EpoStep step = Epo.Step(products, losses, preferences);
            if (step.IsFallback)
                continue;
            OnSimplex(step.Weights);
            double[] along = products.Along(step.Weights),
                anchored = products.Along(step.Anchor);
            double fall = Dot(step.Weights, anchored);
            if (step.IsBalancing)
            {
                balancing++;
                Assert.Equal(step.Value, fall, 1e-8);
                double largest = losses.Select((loss, i) => loss * preferences[i]).Max();
                for (int j = 0; j < m; j++)
                    if (losses[j] * preferences[j] == largest)
                        Assert.True(along[j] >= -1e-8);
            }
            else
            {
                Assert.Equal(0, step.Divergence, 1e-4);
                Assert.All(along, value => Assert.True(value >= -1e-8));
                Assert.True(fall >= Math.Min(0, anchored.Max()) - 1e-8);
            }
        }
        Assert.True(balancing > 200, $"{balancing}");
    }

    [Fact]
    public void Scale_does_not_matter_to_the_bargain() =>
        Prop.ForAll(
                Gen.Choose(0, 1_000_000).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "scales");
                    double[][] gradients = Rows(random, 3, 5, 1);
                    double[] scales = [.. gradients.Select(_ => Math.Pow(10, 6 * random.NextDouble() - 3))];
                    double[] plain = NashMtl.Weights(GradientProducts.Of(gradients)),
                        scaled = NashMtl.Weights(
                            GradientProducts.Of([
                                .. gradients.Select((row, i) => row.Select(value => value * scales[i]).ToArray()),
                            ])
                        );
                    return plain
                        .Select((weight, i) => Math.Abs(scaled[i] * scales[i] / weight - 1) < 1e-8)
                        .All(holds => holds);
                }
            )
            .Holds();

    [Fact]
    public void Opposite_gradients_cancel_and_nothing_breaks()
    {
        GradientProducts opposite = GradientProducts.Of([1, 2], [-1, -2]);
        Near([.5, .5], Mgda.Weights(opposite), 1e-12);
        Near([.5, .5], CaGrad.Weights(opposite), 1e-12);
        Assert.All(PcGrad.Weights(opposite), weight => Assert.True(double.IsFinite(weight)));
        foreach (
            GradientProducts products in (GradientProducts[])
                [opposite, GradientProducts.Of([0, 0], [0, 0]), GradientProducts.Of([0, 0], [1, 1], [-1, 0])]
        )
        foreach (
            double[] weights in (double[][])
                [
                    Mgda.Weights(products),
                    Mgda.Weights(products, GradientScale.Length),
                    PcGrad.Weights(products),
                    new GradVac(products.Count).Weights(products),
                    CaGrad.Weights(products, 2),
                    NashMtl.Weights(products),
                    ImtlG.Weights(products),
                    AlignedMtl.Weights(products),
                    UpGrad.Weights(products),
                    Epo.Step(products, products.Equal(), products.Equal()).Weights,
                ]
        )
            Assert.All(weights, weight => Assert.True(double.IsFinite(weight)));
    }

    [Fact]
    public void The_order_of_surgery_is_the_streams()
    {
        GradientProducts products = GradientProducts.Of(Three);
        Assert.Equal(PcGrad.Weights(products, new(3, "order")), PcGrad.Weights(products, new(3, "order")));
        Assert.Contains(
            Enumerable.Range(0, 20),
            seed =>
                Math.Abs(PcGrad.Weights(products, new((ulong)seed, "order"))[0] - PcGrad.Weights(products)[0]) > 1e-9
        );
    }

    [Fact]
    public void Vaccination_brings_a_pair_to_its_usual_cosine()
    {
        GradVac vaccine = new(2, rate: 1);
        GradientProducts agreeing = GradientProducts.Of([1, 0], [1, 1]),
            conflicting = GradientProducts.Of([1, 0], [-1, 3]);
        Assert.Equal([1, 1], vaccine.Weights(agreeing)); // cosines are above the usual 0, and become the usual ones
        double[] weights = vaccine.Weights(conflicting);
        // Of the first gradient, turned: (1, 0) + a (-1, 3) has the cosine 1 / sqrt 2 with (-1, 3).
        double a = weights[1] - 1;
        double[] turned = [1 - a, 3 * a];
        double cosine = (-turned[0] + 3 * turned[1]) / Math.Sqrt(10 * (turned[0] * turned[0] + turned[1] * turned[1]));
        Assert.Equal(Math.Sqrt(0.5), cosine, 1e-9);
    }

    [Fact]
    public void Weights_that_are_learned_go_where_they_should()
    {
        DynamicWeightAverage average = new(2);
        Assert.Equal([1, 1], average.Weights());
        average.Update([1, 1]);
        average.Update([0.5, 1]);
        // r = (1/2, 1), T = 2: 2 softmax(1/4, 1/2).
        Near([2 / (1 + Math.Exp(0.25)), 2 / (1 + Math.Exp(-0.25))], average.Weights(), 1e-12);

        UncertaintyWeights uncertain = new(2, rate: 0.5);
        for (int step = 0; step < 2000; step++)
            uncertain.Update([4, 0.25]);
        Near([0.125, 2], uncertain.Weights(), 1e-9);

        GradNorm norms = new(2, asymmetry: 0, rate: 1e-3);
        GradientProducts products = GradientProducts.Of([1, 0], [0, 4]);
        for (int step = 0; step < 5000; step++)
            norms.Update(products, [1, 1]);
        Near([1.6, 0.4], norms.Weights(), 0.01);

        Famo famo = new(2);
        Near([0.25, 0.75], famo.Weights([3, 1]), 1e-6); // inverse to the losses at first
        famo.Update([3, 0.5]); // the second fell: more for the first
        Assert.True(famo.Weights([3, 1])[0] > 0.25);

        double[] drawn = RandomWeights.Draw(4, new(1, "weights"));
        OnSimplex(drawn);
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        GradientProducts products = GradientProducts.Of(Two);
        Action[] bad =
        [
            () => _ = new GradientProducts(new double[0, 0]),
            () => _ = new GradientProducts(new double[1, 2]),
            () =>
                _ = new GradientProducts(
                    new double[,]
                    {
                        { double.NaN },
                    }
                ),
            () =>
                _ = new GradientProducts(
                    new double[,]
                    {
                        { -1 },
                    }
                ),
            () =>
                _ = new GradientProducts(
                    new double[,]
                    {
                        { 1, 2 },
                        { 2, 1 },
                    }
                ),
            () =>
                _ = new GradientProducts(
                    new double[,]
                    {
                        { 1, 0.5 },
                        { 0.4, 1 },
                    }
                ),
            () => GradientProducts.Of([1, 2], [1]),
            () => Mgda.Weights(products, GradientScale.Loss),
            () => Mgda.Weights(products, GradientScale.Loss, [1, 0]),
            () => CaGrad.Weights(products, -1),
            () => CaGrad.Weights(products, double.NaN),
            () => Epo.Step(products, [1, -1], [1, 1]),
            () => Epo.Step(products, [1, 1], [1, 0]),
            () => Epo.Step(products, [1], [1, 1]),
            () => AlignedMtl.Weights(products, [1]),
            () => new Famo(2).Weights([1, -1]),
            () => new GradVac(3).Weights(products),
            () => _ = new GradVac(3, 0),
            () => new GradNorm(2).Update(products, [1, 0]),
            () => new DynamicWeightAverage(2).Update([0, 1]),
        ];
        foreach (Action call in bad)
            Assert.Throws<ArgumentException>(call);
        Assert.Throws<InvalidOperationException>(() => new Famo(2).Update([1, 1]));
    }

    // Of two to five losses, some of sizes that are far apart.
    private static IEnumerable<GradientProducts> Cases(int count)
    {
        for (int seed = 0; seed < count; seed++)
        {
            RandomStream random = new((ulong)seed, "gradients");
            int m = 2 + random.NextInt32(4);
            yield return Random(random, m, m + 2, seed % 3 == 0 ? 30 : 1);
        }
    }

    private static GradientProducts Random(RandomStream random, int m, int length, double apart) =>
        GradientProducts.Of(Rows(random, m, length, apart));

    private static double[][] Rows(RandomStream random, int m, int length, double apart) =>
        [
            .. Enumerable
                .Range(0, m)
                .Select(_ =>
                {
                    double size = Math.Pow(apart, random.NextDouble());
                    return Enumerable.Range(0, length).Select(_ => size * random.NextGaussian()).ToArray();
                }),
        ];

    private static double[] Mix(double[][] gradients, double[] weights)
    {
        double[] sum = new double[gradients[0].Length];
        for (int i = 0; i < gradients.Length; i++)
        for (int k = 0; k < sum.Length; k++)
            sum[k] += weights[i] * gradients[i][k];
        return sum;
    }

    private static double Dot(double[] a, double[] b) => a.Select((value, i) => value * b[i]).Sum();

    private static IEnumerable<double> Unit(int n, int j) => Enumerable.Range(0, n).Select(i => i == j ? 1.0 : 0);

    private static void OnSimplex(double[] weights)
    {
        Assert.All(weights, weight => Assert.True(weight >= -1e-12));
        Assert.Equal(1, weights.Sum(), 1e-9);
    }

    private static void Near(double[] expected, double[] actual, double within)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= within,
                $"{string.Join(", ", actual)} where {string.Join(", ", expected)} was expected"
            );
    }
}
