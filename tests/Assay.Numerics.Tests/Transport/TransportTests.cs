using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class TransportTests
{
    // The reference: log-domain Sinkhorn in float64 to a marginal error below 1e-13.
    private static readonly double[][] Target =

        [
            [0, 0],
            [0.5, 0],
            [0, 1],
        ],
        Pool =

        [
            [0.1, 0],
            [0.6, 0.1],
            [1, 1],
            [0, 0.9],
            [0.5, 0.5],
            [-0.4, 0.2],
            [0.2, 0.7],
        ];
    private static readonly SinkhornOptions Tight = new() { Threshold = 1e-13 };

    [Theory]
    [InlineData(
        1.0,
        0.5644210066,
        new[] { -0.30294160, -0.17417541, 0.90305234, -0.04892400, -0.17971518, 0.00278584, -0.20008199 }
    )]
    [InlineData(
        0.1,
        0.3478259440,
        new[] { -0.41570759, -0.31225740, 1.02008491, -0.07784063, -0.05641131, -0.18243030, 0.02456232 }
    )]
    [InlineData(
        0.02,
        0.2806971633,
        new[] { -0.49800821, -0.31267727, 1.09712976, -0.04818607, -0.04449094, -0.27634154, 0.08257427 }
    )]
    public void GoldenValuesAndGradients(double epsilon, double value, double[] gradient)
    {
        TransportSolution found = Sinkhorn.Solve(Costs(Target, Pool), Tight with { Epsilon = epsilon });
        Assert.True(found.Converged);
        Assert.Equal(value, found.Value, 1e-10);
        Near(gradient, CalibratedGradient.Exact(found.State.ColumnPotentials), 5e-9);
        // From float32 points, to what float32 can say.
        TransportSolution points = Sinkhorn.Solve(
            TransportCosts.SquaredDistances(Floats(Target), Floats(Pool), 2),
            Tight with
            {
                Epsilon = epsilon,
            }
        );
        Assert.Equal(value, points.Value, 1e-6);
        Near(gradient, CalibratedGradient.Exact(points.State.ColumnPotentials), 1e-6);
    }

    [Fact]
    public void TheReleasedFormRanksAlike()
    {
        TransportSolution found = Sinkhorn.Solve(Costs(Target, Pool), Tight);
        double[] released = CalibratedGradient.Released(found.State.ColumnPotentials);
        Near([-0.38466856, -0.28332960, 1.02182205, -0.05369684, -0.03270486, -0.15615203, 0.04661625], released, 5e-9);
        Assert.Equal([0, 1, 5, 3, 4, 6, 2], Order(released));
        Assert.Equal([0, 1, 5, 3, 4, 6, 2], Order(CalibratedGradient.Exact(found.State.ColumnPotentials)));
        Assert.Equal([0, 1, 5, 3, 4, 6, 2], Order(found.State.ColumnPotentials));
        double[] smooth = Sinkhorn.Solve(Costs(Target, Pool), Tight with { Epsilon = 1 }).State.ColumnPotentials;
        Assert.Equal([0, 6, 4, 1, 3, 5, 2], Order(smooth));
        // Only the exact form is free of the potentials' constant.
        double[] moved = [.. found.State.ColumnPotentials.Select(potential => potential + 3)];
        Near(CalibratedGradient.Exact(found.State.ColumnPotentials), CalibratedGradient.Exact(moved), 1e-12);
        Assert.True(Math.Abs(released[0] - CalibratedGradient.Released(moved)[0]) > 1e-3);
    }

    [Theory]
    [InlineData(1, 98)]
    [InlineData(1.3, 38)]
    [InlineData(1.5, 46)]
    public void RelaxationChangesIterationsAndNotTheResult(double relaxation, int iterations)
    {
        TransportSolution found = Sinkhorn.Solve(Costs(Target, Pool), Tight with { Relaxation = relaxation });
        Assert.InRange(found.State.Iterations, iterations - 3, iterations + 3);
        Assert.Equal(0.3478259440, found.Value, 1e-10);
    }

    [Fact]
    public void TheGradientIsTheDerivativeByMass()
    {
        const double step = 1e-5;
        double Value(double moved)
        {
            double[] masses = new double[7];
            for (int j = 0; j < 7; j++)
                masses[j] = 1.0 / 7 + (j == 3 ? moved : -moved / 6);
            return Sinkhorn.Solve(Costs(Target, Pool), [1.0 / 3, 1.0 / 3, 1.0 / 3], masses, Tight).Value;
        }
        Assert.Equal(-0.0778406286, (Value(step) - Value(-step)) / (2 * step), 1e-7);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(1)]
    public void OfASingleTargetTheGradientIsTheDistance(double epsilon)
    {
        TransportSolution found = Sinkhorn.Solve(
            Costs(
                [
                    [0, 0],
                ],
                Pool
            ),
            Tight with
            {
                Epsilon = epsilon,
            }
        );
        Near(
            [-0.725, -0.305, 1.596666667, 0.208333333, -0.153333333, -0.503333333, -0.118333333],
            CalibratedGradient.Exact(found.State.ColumnPotentials),
            1e-9
        );
    }

    [Fact]
    public void EqualPointsHaveNoGradient()
    {
        double[][] same = [.. Enumerable.Repeat(new[] { 0.3, 0.4 }, 6)];
        double[] flat = Sinkhorn.Solve(Costs(Target, same), Tight).State.ColumnPotentials;
        Near(new double[6], CalibratedGradient.Exact(flat), 1e-12);
        double[] twin = Sinkhorn.Solve(Costs(Target, Target), Tight with { Epsilon = 0.01 }).State.ColumnPotentials;
        Near(new double[3], CalibratedGradient.Exact(twin), 1e-9);
        Assert.Equal([0.0], CalibratedGradient.Exact([5]));
    }

    [Fact]
    public void ValuesFallToExactTransport()
    {
        ExactPlan exact = ExactTransport.Solve(Matrix(Target, Pool), Masses(3), Masses(7));
        Assert.Equal(0.2623809524, exact.Cost, 1e-10);
        double before = double.PositiveInfinity;
        foreach (double epsilon in (double[])[1, 0.1, 0.02, 0.002])
        {
            double value = Sinkhorn.Solve(Costs(Target, Pool), Tight with { Epsilon = epsilon }).Value;
            Assert.InRange(value, exact.Cost, before);
            before = value;
        }
        Assert.Equal(exact.Cost, before, 0.005);
    }

    [Fact]
    public void ExactPlansAreOptimal() =>
        Prop.ForAll(
                Arb.From(
                    from m in Gen.Choose(1, 9)
                    from n in Gen.Choose(1, 9)
                    from seed in Gen.Choose(0, 1 << 20)
                    select (m, n, seed)
                ),
                made =>
                {
                    (int m, int n, int seed) = made;
                    RandomStream random = new((ulong)seed, "exact");
                    double[] costs = [.. Enumerable.Range(0, m * n).Select(_ => random.NextGaussian())],
                        a = Drawn(m),
                        b = Drawn(n);
                    double[] Drawn(int count)
                    {
                        // Whole numbers, so that masses often coincide.
                        double[] masses = [.. Enumerable.Range(0, count).Select(_ => 1.0 + random.NextInt32(3))];
                        return [.. masses.Select(mass => mass / masses.Sum())];
                    }
                    ExactPlan plan = ExactTransport.Solve(costs, a, b);
                    for (int i = 0; i < m; i++)
                        Assert.Equal(a[i], Enumerable.Range(0, n).Sum(j => plan.Plan[i * n + j]), 1e-9);
                    for (int j = 0; j < n; j++)
                        Assert.Equal(b[j], Enumerable.Range(0, m).Sum(i => plan.Plan[i * n + j]), 1e-9);
                    // Feasible potentials of the same value prove it: no plan is cheaper.
                    double dual = 0;
                    for (int i = 0; i < m; i++)
                        dual += a[i] * plan.RowPotentials[i];
                    for (int j = 0; j < n; j++)
                        dual += b[j] * plan.ColumnPotentials[j];
                    for (int at = 0; at < costs.Length; at++)
                    {
                        Assert.True(plan.Plan[at] > -1e-12);
                        Assert.True(plan.RowPotentials[at / n] + plan.ColumnPotentials[at % n] < costs[at] + 1e-9);
                    }
                    Assert.Equal(plan.Cost, dual, 1e-9);
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void ThePlanHasItsMarginalsAndPrimalEqualsDual() =>
        Prop.ForAll(
                Arb.From(
                    from m in Gen.Choose(1, 12)
                    from n in Gen.Choose(1, 12)
                    from digits in Gen.Choose(0, 2)
                    from relaxation in Gen.Choose(0, 5)
                    from seed in Gen.Choose(0, 1 << 20)
                    select (m, n, digits, relaxation, seed)
                ),
                made =>
                {
                    (int m, int n, int digits, int relaxation, int seed) = made;
                    RandomStream random = new((ulong)seed, "sinkhorn");
                    double epsilon = Math.Pow(10, -digits) * 2;
                    double[][] Points(int count) =>
                        [
                            .. Enumerable
                                .Range(0, count)
                                .Select(_ => new[] { random.NextGaussian(), random.NextGaussian() }),
                        ];
                    double[] a = Drawn(m),
                        b = Drawn(n);
                    double[] Drawn(int count)
                    {
                        double[] masses = [.. Enumerable.Range(0, count).Select(_ => 0.5 + random.NextDouble())];
                        return [.. masses.Select(mass => mass / masses.Sum())];
                    }
                    double[][] rows = Points(m),
                        columns = Points(n);
                    double[] costs = Matrix(rows, columns);
                    SinkhornOptions options = new()
                    {
                        Epsilon = epsilon,
                        Relaxation = 1 + relaxation / 10.0,
                        Threshold = 1e-10,
                    };
                    TransportSolution found = Sinkhorn.Solve(TransportCosts.Of(costs, m), a, b, options);
                    Assert.True(found.Converged);
                    double cost = 0,
                        divergence = 0;
                    double[] rowSums = new double[m],
                        columnSums = new double[n];
                    for (int i = 0; i < m; i++)
                    for (int j = 0; j < n; j++)
                    {
                        double exponent =
                            (found.State.RowPotentials[i] + found.State.ColumnPotentials[j] - costs[i * n + j])
                            / epsilon;
                        double mass = a[i] * b[j] * Math.Exp(exponent);
                        rowSums[i] += mass;
                        columnSums[j] += mass;
                        cost += mass * costs[i * n + j];
                        divergence += mass * exponent;
                    }
                    Near(a, rowSums, 1e-9);
                    Near(b, columnSums, 1e-9);
                    Assert.Equal(cost, found.Cost, 1e-9);
                    Assert.Equal(found.Value, cost + epsilon * divergence, 1e-8);
                    Assert.True(found.Value >= ExactTransport.Solve(costs, a, b).Cost - 1e-9);
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void MassOnTheSelectedRowsLowersTheValue()
    {
        double[] g = Sinkhorn.Solve(Costs(Target, Pool), Tight).State.ColumnPotentials;
        int[] chosen = Order(g)[..3];
        double[] Moved(int[] to) =>
            [.. Enumerable.Range(0, 7).Select(j => 0.99 / 7 + (to.Contains(j) ? 0.01 / to.Length : 0))];
        double Value(double[] masses) => Sinkhorn.Solve(Costs(Target, Pool), Masses(3), masses, Tight).Value;
        double before = Value(Masses(7)),
            better = Value(Moved(chosen)),
            worse = Value(Moved(Order(g)[^3..]));
        Assert.True(better < before && before < worse, $"{better} {before} {worse}");
    }

    [Fact]
    public void TinyEpsilonsNeitherOverflowNorUnderflow()
    {
        double[][] far =
        [
            [0, 0],
            [100, 0],
            [0, 1000],
        ];
        TransportSolution found = Sinkhorn.Solve(
            Costs(far, Pool),
            new()
            {
                Epsilon = 1e-3,
                Relaxation = 1.9,
                Threshold = 1e-3,
                MaxIterations = 200,
            }
        );
        Assert.All(found.State.ColumnPotentials, potential => Assert.True(double.IsFinite(potential)));
        Assert.All(found.State.RowPotentials, potential => Assert.True(double.IsFinite(potential)));
        Assert.True(double.IsFinite(found.Value));
    }

    [Fact]
    public void ThreadsChangeNothingAndAStateGoesOn()
    {
        RandomStream random = new(1, "points");
        float[] Points(int count) => [.. Enumerable.Range(0, count * 16).Select(_ => (float)random.NextGaussian())];
        TransportCosts costs = TransportCosts.SquaredDistances(Points(130), Points(3001), 16);
        SinkhornOptions options = new()
        {
            Epsilon = 2,
            Relaxation = 1.3,
            Threshold = 1e-5,
        };
        List<TransportState> states = [];
        TransportSolution two = Sinkhorn.Solve(costs, options, visit: states.Add);
        Assert.Equal(two.State.Iterations, states.Count);
        Assert.True(two.Converged);
        using (Workers.Limit(1))
        {
            TransportSolution one = Sinkhorn.Solve(costs, options);
            Assert.Equal(two.State.ColumnPotentials, one.State.ColumnPotentials);
            Assert.Equal((two.Value, two.Cost), (one.Value, one.Cost));
        }
        TransportSolution resumed = Sinkhorn.Solve(costs, options, from: states[3]);
        Assert.Equal(two.State.ColumnPotentials, resumed.State.ColumnPotentials);
        Assert.Equal(two.State.Iterations, resumed.State.Iterations);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Sinkhorn.Solve(costs, options, cancellation: new(canceled: true))
        );
        double mean = Sinkhorn.MeanCost(costs);
        Assert.Equal(32, mean, 2.0);
    }

    [Fact]
    public void PointsFarFromTheOriginAreNoTrouble()
    {
        // Without moving the points first, float32 products would leave nothing of these distances.
        float[] Far(double[][] points) => [.. points.SelectMany(point => point).Select(x => (float)(x + 4096))];
        TransportSolution found = Sinkhorn.Solve(TransportCosts.SquaredDistances(Far(Target), Far(Pool), 2), Tight);
        Assert.Equal(0.3478259440, found.Value, 1e-3);
    }

    [Fact]
    public void BadInputIsRefused()
    {
        TransportCosts costs = Costs(Target, Pool);
        Assert.Throws<ArgumentException>(() => Sinkhorn.Solve(costs, Masses(2), Masses(7), Tight));
        Assert.Throws<ArgumentException>(() => Sinkhorn.Solve(costs, [0.5, 0.5, 0], Masses(7), Tight));
        Assert.Throws<ArgumentException>(() => Sinkhorn.Solve(costs, [0.5, 0.5, 0.5], Masses(7), Tight));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sinkhorn.Solve(costs, Tight with { Epsilon = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sinkhorn.Solve(costs, Tight with { Relaxation = 2 }));
        Assert.Throws<ArgumentException>(() => TransportCosts.SquaredDistances([1, float.NaN], [1, 2], 2));
        Assert.Throws<ArgumentException>(() => TransportCosts.SquaredDistances([], [1, 2], 2));
        Assert.Throws<ArgumentException>(() => TransportCosts.Of([1, 2, double.NaN], 1));
        Assert.Throws<ArgumentException>(() => CalibratedGradient.Exact([]));
        Assert.Throws<ArgumentException>(() => CalibratedGradient.Exact([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => ExactTransport.Solve([1, 2], [1], [1]));
        Assert.Throws<ArgumentException>(() => ExactTransport.Solve([1, 2], [1], [0.5, 0.6]));
    }

    private static int[] Order(double[] values) => [.. Enumerable.Range(0, values.Length).OrderBy(j => values[j])];

    private static double[] Masses(int count) => [.. Enumerable.Repeat(1.0 / count, count)];

    private static TransportCosts Costs(double[][] rows, double[][] columns) =>
        TransportCosts.Of(Matrix(rows, columns), rows.Length);

    private static double[] Matrix(double[][] rows, double[][] columns) =>
        [
            .. rows.SelectMany(a =>
                columns.Select(b => a.Zip(b).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)))
            ),
        ];

    private static float[] Floats(double[][] points) => [.. points.SelectMany(point => point).Select(x => (float)x)];

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
