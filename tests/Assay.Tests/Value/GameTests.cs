using Assay.Data;
using Assay.Numerics;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

public sealed class GameTests
{
    private static T With<T>(Func<Work, T> use, int seed = 7)
    {
        using Pieces pieces = Pieces.Temporary();
        return use(new(pieces) { Threads = 2, Random = new((ulong)seed, "game") });
    }

    private static double[] Exact(IGame game, double[] weights) =>
        With(work => Enumeration.Values(game, weights, work));

    [Fact]
    public void WeightsOfSizesAreTheGoldenOnes()
    {
        double[] four = [0.363636, 0.254545, 0.169697, 0.106061, 0.060606, 0.030303, 0.012121, 0.003030];
        double[] sixteen = [0.695652, 0.221344, 0.063241, 0.015810, 0.003328, 0.000555, 0.000065, 0.000004];
        KnnShapleyTests.AssertNear(four, SizeWeights.Beta(8, 4, 1), 5e-7);
        KnnShapleyTests.AssertNear(sixteen, SizeWeights.Beta(8, 16, 1), 5e-7);
        KnnShapleyTests.AssertNear([.. four.Reverse()], SizeWeights.Beta(8, 1, 4), 5e-7);
        KnnShapleyTests.AssertNear([.. Enumerable.Repeat(0.125, 8)], SizeWeights.Shapley(8), 1e-15);
        KnnShapleyTests.AssertNear([0.125, 0.375, 0.375, 0.125], SizeWeights.Banzhaf(4), 1e-15);
        Assert.Equal([0, 0, 1], SizeWeights.LeaveOneOut(3));
        Assert.Equal(1, SizeWeights.Banzhaf(5000).Sum(), 1e-12); // 2^-4999 is no double
        Assert.Throws<ArgumentOutOfRangeException>(() => SizeWeights.Beta(3, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SizeWeights.Shapley(0));
    }

    [Fact]
    public void ExactValuesOfTheLineAreTheGoldenOnes()
    {
        TableGame game = LineGames.A.Tabled();
        Assert.Equal(0.625, game.Untrained, 1e-15);
        Assert.Equal(1, game.Of(255), 1e-15);
        double[][] golden =
        [
            [
                0.0517857143,
                0.0622023810,
                0.1080357143,
                0.0226190476,
                0.0538690476,
                0.0392857143,
                0.0809523810,
                -0.04375,
            ],
            [0.0625, 0.078125, 0.1171875, 0.0234375, 0.0703125, 0.046875, 0.08203125, -0.0625],
            [0, 0, 0.125, 0, 0, 0, 0.125, 0],
            [
                0.0736111111,
                0.0855158730,
                0.0896825397,
                0.0349206349,
                0.0634920635,
                0.0557539683,
                0.0529761905,
                -0.0464285714,
            ],
            [
                0.0451659452,
                0.0510138984,
                0.0472557284,
                0.0235285183,
                0.0359124192,
                0.0346396294,
                0.0261195547,
                -0.0229102167,
            ],
            [
                0.0016502933,
                0.0023382878,
                0.1191941529,
                0.0006527013,
                0.0078766435,
                0.0014438949,
                0.1182801031,
                -0.0074303406,
            ],
        ];
        double[][] weights =
        [
            SizeWeights.Shapley(8),
            SizeWeights.Banzhaf(8),
            SizeWeights.LeaveOneOut(8),
            SizeWeights.Beta(8, 4, 1),
            SizeWeights.Beta(8, 16, 1),
            SizeWeights.Beta(8, 1, 16),
        ];
        foreach ((double[] expected, double[] weight) in golden.Zip(weights))
            KnnShapleyTests.AssertNear(expected, Exact(game, weight), 1e-10);
        KnnShapleyTests.AssertNear(golden[2], With(work => LeaveOneOut.Values(LineGames.A, work)), 1e-15);
        Assert.Equal(0.375, Exact(LineGames.A, weights[0]).Sum(), 1e-12);
    }

    [Fact]
    public void MarginalsOfOrdersAreTheGoldenOnes()
    {
        PermutationSampler sampler = new(LineGames.A) { Full = LineGames.A.Full().Mean, Tolerance = 0.01 };
        Assert.Equal(1, sampler.Full);
        (int[] Order, double[] Marginals)[] golden =
        [
            ([0, 3, 1, 4, 2, 5, 6, 7], [0, 0, .125, .25, 0, 0, 0, 0]),
            ([7, 6, 5, 4, 3, 2, 1, 0], [0, 0, .375, 0, 0, 0, 0, 0]),
            ([2, 5, 0, 7, 1, 3, 6, 4], [0, 0, 0, .125, 0, .25, .125, -.125]),
        ];
        foreach ((int[] order, double[] marginals) in golden)
        {
            double[] found = new double[8];
            PermutationPass pass = sampler.Walk(order);
            for (int i = 0; i < pass.Marginals.Length; i++)
                found[order[i]] = pass.Marginals[i];
            KnnShapleyTests.AssertNear(marginals, found, 1e-12);
        }
    }

    [Theory]
    [InlineData(0.0, 0.1, 12, 14)]
    [InlineData(0.15, 0.0, 6, 8)]
    [InlineData(-1.0, 0.1, 12, 14)]
    public void APassEndsAtTheSixthHitInARow(double tolerance, double sixth, int trainings, int reached)
    {
        int[] order = [8, 12, 4, 7, 11, 9, 13, 1, 2, 0, 3, 10, 6, 5];
        PermutationPass pass = new PermutationSampler(LineGames.B) { Full = 1, Tolerance = tolerance }.Walk(order);
        double[] found = new double[14];
        for (int i = 0; i < pass.Marginals.Length; i++)
            found[order[i]] = pass.Marginals[i];
        double[] expected = new double[14];
        (expected[4], expected[6]) = (0.4, sixth);
        KnnShapleyTests.AssertNear(expected, found, 1e-12);
        Assert.Equal(trainings, pass.Trainings);
        Assert.Equal(reached, pass.Marginals.Length);
    }

    [Fact]
    public void AToleranceOfZeroEndsAtEqualityAndANegativeOneNever()
    {
        TableGame flat = new(9, set => set == 0 ? 0 : 1);
        int[] order = [.. Enumerable.Range(0, 9)];
        Assert.Equal(
            6,
            new PermutationSampler(flat) { Full = 1, Tolerance = 0 }
                .Walk(order)
                .Marginals.Length
        );
        Assert.Equal(
            9,
            new PermutationSampler(flat) { Full = 1, Tolerance = -1 }
                .Walk(order)
                .Marginals.Length
        );
    }

    [Fact]
    public void TheStopRuleIsTheGoldenOne()
    {
        RunningMeans means = new(3);
        for (int t = 0; t < 150; t++)
        {
            means.Add(
                new(
                    [0, 1, 2],
                    [0.1 + 0.01 * (3 * t % 7 - 3) / 3, 0.2 + 0.05 * (t % 5 - 2) / 2, 0.3 + 0.05 * (t * t % 11 - 5) / 5],
                    3
                )
            );
            if (t == 98)
                Assert.Equal(1, means.Change());
            if (t == 99)
                Assert.Equal(0.1619464769, means.Change(), 1e-10);
        }
        Assert.Equal(0.0039602832, means.Change(), 1e-10);
    }

    [Fact]
    public void AxiomsHoldOnRandomGames() =>
        Prop.ForAll(
                Arb.From(from n in Gen.Choose(1, 7) from seed in Gen.Choose(0, 1 << 20) select (n, seed)),
                made =>
                {
                    (int n, int seed) = made;
                    TableGame a = TableGame.Random(n, seed),
                        b = TableGame.Random(n, seed + 1);
                    int all = (1 << n) - 1;
                    double[] weights = SizeWeights.Shapley(n);
                    double[] ofA = Exact(a, weights),
                        ofB = Exact(b, weights);
                    KnnShapleyTests.AssertNear(BruteForce.Shapley(n, a.Of), ofA, 1e-12);
                    KnnShapleyTests.AssertNear(BruteForce.Banzhaf(n, a.Of), Exact(a, SizeWeights.Banzhaf(n)), 1e-12);
                    // Efficiency.
                    Assert.Equal(a.Of(all) - a.Untrained, ofA.Sum(), 1e-9);
                    // Linearity.
                    double[] ofBoth = Exact(new TableGame(n, set => 2 * a.Of(set) - 3 * b.Of(set)), weights);
                    KnnShapleyTests.AssertNear([.. ofA.Zip(ofB, (x, y) => 2 * x - 3 * y)], ofBoth, 1e-9);
                    // Null player: the last one is not looked at. Symmetry: players 0 and 1 are counted, not told apart.
                    double[] without = Exact(new TableGame(n, set => a.Of(set & all >> 1)), weights);
                    Assert.Equal(0, without[n - 1], 1e-12);
                    if (n > 1)
                    {
                        double[] alike = Exact(
                            new TableGame(n, set => a.Of(set & ~3) + ((set & 1) + (set >> 1 & 1)) * b.Of(set & ~3)),
                            weights
                        );
                        Assert.Equal(alike[0], alike[1], 1e-9);
                    }
                    // Every permutation is efficient on its own, and has nothing for the null player.
                    PermutationSamples samples = With(
                        work =>
                            new PermutationSampler(new TableGame(n, set => a.Of(set & all >> 1)))
                            {
                                Permutations = 5,
                            }.Run(work),
                        seed
                    );
                    double[] means = samples.Means.Means();
                    Assert.Equal(a.Of(all >> 1) - a.Untrained, means.Sum(), 1e-12);
                    Assert.Equal(0, means[n - 1]);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithReplay(5, 9));

    [Fact]
    public void EstimatesComeNearTheExactValues()
    {
        TableGame game = LineGames.A.Tabled();
        double[] exact = Exact(game, SizeWeights.Shapley(8));
        With(work =>
        {
            PermutationSamples samples = new PermutationSampler(game) { Permutations = 20_000, Error = 0 }.Run(work);
            Assert.Equal(20_000, samples.Means.Count);
            KnnShapleyTests.AssertNear(exact, samples.Means.Means(), 0.003);
            Assert.All(
                samples.Means.Means().Zip(exact, samples.Means.StandardErrors()),
                it => Assert.True(Math.Abs(it.First - it.Second) < 4 * it.Third)
            );
            // The same marginals give the other semivalues.
            KnnShapleyTests.AssertNear(
                Exact(game, SizeWeights.Beta(8, 16, 1)),
                SemivalueEstimate.Of(samples.Passes, 8, SizeWeights.Beta(8, 16, 1)),
                0.005
            );
            KnnShapleyTests.AssertNear(
                SemivalueEstimate.Of(samples.Passes, 8, SizeWeights.Beta(8, 4, 1)),
                SemivalueEstimate.Of(samples.Passes, 8, SizeWeights.Beta(8, 4, 1), memoryBytes: 1),
                0
            );
            return 0;
        });
        (double[] values, double[] errors) = With(work => Banzhaf.Estimate(game, 20_000, work));
        double[] banzhaf = Exact(game, SizeWeights.Banzhaf(8));
        for (int i = 0; i < 8; i++)
            Assert.True(Math.Abs(values[i] - banzhaf[i]) < 4 * errors[i] && errors[i] < 0.003);
    }

    [Fact]
    public void RunsAreMergedAndExtended()
    {
        TableGame game = TableGame.Random(7, 5);
        using Pieces one = Pieces.Temporary(),
            two = Pieces.Temporary(),
            three = Pieces.Temporary();
        PermutationSamples Run(Pieces pieces, ulong seed, int permutations) =>
            new PermutationSampler(game) { Permutations = permutations, Error = 0 }.Run(
                new(pieces) { Random = new(seed, "merge") }
            );
        PermutationSamples a = Run(one, 1, 70),
            b = Run(two, 2, 130),
            merged = PermutationSamples.Merge(a, b);
        RunningMeans all = new(7);
        foreach (PermutationPass pass in a.Passes().Concat(b.Passes()))
            all.Add(pass);
        Assert.Equal(200, merged.Means.Count);
        Assert.Equal(all.Means(), merged.Means.Means());
        Assert.Equal(all.StandardErrors(), merged.Means.StandardErrors());
        Assert.Equal(all.Change(), merged.Means.Change());
        Assert.Equal(200, merged.Passes().Count());
        // More permutations from the same pieces are those of a run that asked for as many at once.
        using Pieces fresh = Pieces.Temporary();
        Assert.Equal(Run(fresh, 1, 230).Means.Means(), Run(one, 1, 230).Means.Means());
        PermutationSamples other = new PermutationSampler(TableGame.Random(3, 5)) { Permutations = 2 }.Run(
            new(three) { Random = new(3, "other") }
        );
        Assert.Throws<ArgumentException>(() => PermutationSamples.Merge(a, other));
    }

    [Fact]
    public void AllOrdersGiveTheExactSemivalues()
    {
        TableGame game = TableGame.Random(6, 3);
        PermutationSampler sampler = new(game);
        List<PermutationPass> passes = [];
        void Add(int[] order, int at)
        {
            if (at == order.Length)
                passes.Add(sampler.Walk(order));
            for (int i = at; i < order.Length; i++)
            {
                (order[at], order[i]) = (order[i], order[at]);
                Add(order, at + 1);
                (order[at], order[i]) = (order[i], order[at]);
            }
        }
        Add([0, 1, 2, 3, 4, 5], 0);
        Assert.Equal(720, passes.Count);
        foreach (
            double[] weights in new[] { SizeWeights.Beta(6, 4, 1), SizeWeights.Banzhaf(6), SizeWeights.LeaveOneOut(6) }
        )
            KnnShapleyTests.AssertNear(Exact(game, weights), SemivalueEstimate.Of(() => passes, 6, weights), 1e-12);
    }

    [Fact]
    public void TheSetOfThePlayerZeroAloneCounts()
    {
        // A public library drops the set {0}, and finds half of this.
        TableGame game = new(1, set => set);
        Assert.Equal(1, With(work => Banzhaf.Estimate(game, 50, work)).Values[0]);
    }

    [Fact]
    public void TooManyPlayersAreRefused() =>
        Assert.Contains(
            "21 players",
            Assert.Throws<AssayException>(() => Exact(new ManyPlayers(21), SizeWeights.Shapley(21))).Message
        );

    private sealed class ManyPlayers(int players) : IGame
    {
        public int Players => players;
        public double Untrained => 0;

        public double Worth(ReadOnlySpan<int> members) => members.Length;

        public FullWorth Full() => new(players, 0);
    }
}
