using Assay.Data;
using Assay.Numerics;
using Assay.Select;
using Assay.Tests.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public sealed class QuadTests
{
    private static readonly double[,] Distances =
    {
        { 0, .1, .5, .6 },
        { .1, 0, .15, .7 },
        { .5, .15, 0, .3 },
        { .6, .7, .3, 0 },
    };

    // Golden 1 of the method's file: step 3 of the official code, executed.
    [Fact]
    public void TheBanditIsThatOfTheOfficialCode()
    {
        ClusterBandit bandit = ClusterBandit.Of(Distances, 0.2);
        bandit.Observe(0, 0.004);
        bandit.Observe(1, -0.001);
        Near([0.0035, 0.001, -0.00025, 0], bandit.Rewards);
        Assert.Equal([2, 2, 1, 0], bandit.Credits);
        Assert.Equal([1, 0, 0, 0], bandit.Wins);
        Assert.Equal(5, bandit.Total);
        Near([0.001853583715, 0.000603583715, -0.000123136376, 0.000179412258], Scores(bandit, 1e-4));
        Near([0.003821674307, 0.002571674307, 0.002287272482, 0.003588245155], Scores(bandit, 0.002));
        bandit.Observe(1, 0.002);
        bandit.Observe(2, 0.006);
        Near([0.0045, 0.0045, 0.00625, 0], bandit.Rewards);
        Assert.Equal([3, 4, 3, 0], bandit.Credits);
        Assert.Equal([1, 1, 1, 0], bandit.Wins);
        Assert.Equal([1, 2, 1, 0], bandit.Probes);
        Assert.Equal(10, bandit.Total);
        Near([0.001607298301, 0.001220970518, 0.002190631635, 0.000214596603], Scores(bandit, 1e-4));
        Near([0.003645966026, 0.003044410365, 0.004229299360, 0.004291932053], Scores(bandit, 0.002));

        static void Near(double[] expected, double[] found)
        {
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(
                    expected[i],
                    found[i],
                    1.1e-12 /* the file's last digits are cut, not rounded */
                );
        }
    }

    private static double[] Scores(ClusterBandit bandit, double exploration) =>
        [.. Enumerable.Range(0, bandit.Clusters).Select(cluster => bandit.Score(cluster, exploration))];

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-9)]
    public void WithoutRadiusNothingIsSpread(double radius)
    {
        ClusterBandit bandit = ClusterBandit.Of(Distances, radius);
        Assert.Equal(0, bandit.Score(3, 1)); // before any probe: no logarithm of 0
        bandit.Observe(2, 0.5);
        Assert.Equal([0, 0, 0.5, 0], bandit.Rewards);
        Assert.Equal(1, bandit.Total);
        bandit.Observe(2, -0.1);
        Assert.Equal(Math.Sqrt(2 * Math.Log(2)), bandit.Score(0, 1), 1e-12); // never credited: exploration alone
        Assert.Equal(1, bandit.Wins[2]);
    }

    private static ClusterSearchResult Run(ClusterSearch search, int[][] clusters, Func<int, double> influence)
    {
        double[,] far = new double[clusters.Length, clusters.Length];
        for (int i = 0; i < clusters.Length; i++)
        for (int j = 0; j < clusters.Length; j++)
            far[i, j] = i == j ? 0 : 1;
        return search.Run(
            clusters,
            ClusterBandit.Of(far, 0.2),
            (_, _, probes) => [.. probes.Select(probe => probe.Select(influence).ToArray())]
        );
    }

    private static int[][] Equal(int clusters, int rows) =>
        [.. Enumerable.Range(0, clusters).Select(i => Enumerable.Range(i * rows, rows).ToArray())];

    [Fact]
    public void WithMuchExplorationAllClustersAreProbedBeforeAnyTwice()
    {
        List<int> probed = [];
        ClusterSearch search = new()
        {
            Budget = 10_000,
            PerRound = 3,
            ProbeRows = 2,
            ChunkRows = 1,
            Rounds = 4,
            Exploration = 1e6,
            Threshold = 0,
        };
        ClusterSearchResult found = Run(search, Equal(12, 50), row => -row / 50);
        Assert.All(found.Clusters, cluster => Assert.Equal(1, cluster.Probes));
        Assert.Equal(24, found.Probed.Count);
        Assert.All(found.Clusters, cluster => Assert.Equal(0, cluster.Chunks)); // none was above the threshold
        Assert.Equal(0, found.Paid);
    }

    [Fact]
    public void WithoutExplorationTheBestIsTakenToItsEnd()
    {
        ClusterSearch search = new()
        {
            Budget = 60,
            PerRound = 1,
            ProbeRows = 5,
            ChunkRows = 10,
            Exploration = 0,
            Threshold = 0,
        };
        ClusterSearchResult found = Run(search, Equal(4, 40), row => 1 + row / 40);
        // The first by index is as good as any at the start, and pays until it is taken whole; then the next.
        Assert.Equal(Enumerable.Range(0, 60), found.Rows);
        Assert.Equal([4, 2, 0, 0], found.Clusters.Select(cluster => cluster.Chunks));
        Assert.Equal(30, found.Probed.Count);
    }

    [Fact]
    public void TheRemainderOfAClusterIsTaken()
    {
        // The release counts a cluster as exhausted when a whole chunk no longer fits, which wastes the rest of every cluster.
        ClusterSearch search = new()
        {
            Budget = 70,
            PerRound = 1,
            ProbeRows = 5,
            ChunkRows = 30,
            Exploration = 0,
            Threshold = 0,
        };
        ClusterSearchResult found = Run(search, Equal(2, 40), _ => 1);
        Assert.Equal(Enumerable.Range(0, 70), found.Rows);
        Assert.Equal(70, found.Paid);
    }

    [Fact]
    public void TheDefaultsAreThoseOfTheFirstRound()
    {
        ClusterSearch search = new()
        {
            Budget = 20,
            PerRound = 4,
            ProbeRows = 2,
            ChunkRows = 5,
        };
        ClusterSearchResult found = Run(search, Equal(6, 30), row => row / 30);
        Assert.Equal(1.5, found.Threshold);
        Assert.Equal(Math.Sqrt(1.25), found.Exploration, 1e-12);
    }

    [Fact]
    public void ASearchSelectsTheBudgetAndTakesAChunkForEachProbeThatPays() =>
        Prop.ForAll(
                Gen.Choose(0, 30).NonEmptyListOf().ToArbitrary(),
                Gen.Choose(1, 7).ArrayOf(4).ToArbitrary(),
                Gen.Choose(0, 1000).ToArbitrary(),
                (sizes, numbers, seed) =>
                {
                    int start = 0;
                    int[][] clusters =
                    [
                        .. sizes.Select(size => Enumerable.Range((start += size) - size, size).ToArray()),
                    ];
                    RandomStream stream = new((ulong)seed, "influence");
                    int budget = seed % (start + 1),
                        paying = 0,
                        probes = 0;
                    ClusterSearch search = new()
                    {
                        Budget = budget,
                        PerRound = numbers[0],
                        ProbeRows = numbers[1],
                        ChunkRows = numbers[2],
                        Rounds = 5 * numbers[3],
                        Threshold = 0,
                    };
                    double[,] distances = new double[clusters.Length, clusters.Length];
                    for (int i = 0; i < clusters.Length; i++)
                    for (int j = 0; j < clusters.Length; j++)
                        distances[i, j] = 0.05 * Math.Abs(i - j);
                    ClusterSearchResult found = search.Run(
                        clusters,
                        ClusterBandit.Of(distances, 0.12),
                        (_, _, parts) =>
                        {
                            double[][] values =
                            [
                                .. parts.Select(part => part.Select(_ => stream.NextGaussian()).ToArray()),
                            ];
                            paying += values.Count(part => part.Average() > 0);
                            probes += values.Sum(part => part.Length);
                            Assert.All(values, part => Assert.NotEmpty(part));
                            return values;
                        }
                    );
                    Assert.Equal(budget, found.Rows.Length);
                    Assert.Equal(budget, found.Rows.Distinct().Count());
                    Assert.All(found.Rows, row => Assert.InRange(row, 0, start - 1));
                    Assert.Equal(paying, found.Clusters.Sum(cluster => cluster.Chunks));
                    Assert.Equal(probes, found.Probed.Count); // no row is probed twice
                    Assert.InRange(found.Paid, 0, budget);
                    // Of each cluster the first rows are taken.
                    foreach (int[] cluster in clusters)
                    {
                        int taken = cluster.Count(found.Rows.Contains);
                        Assert.Equal(cluster[..taken], cluster.Where(found.Rows.Contains));
                    }
                }
            )
            .Holds();

    private static readonly View Pool = new(
        Dataset.OfTexts(
            Enumerable
                .Range(0, 240)
                .Select(i =>
                    (i % 4) switch
                    {
                        0 => $"zqx {i} vwk {i * 7} jjj qqq {i * 3} zzz",
                        1 => $"the cat {i % 7} sat on the mat and ran {i % 5} times away",
                        2 => $"a stock of {i} shares rose by {i % 9} percent in the market",
                        _ => $"boil {i % 6} eggs in water for {i % 8} minutes with some salt",
                    }
                ),
            rowsPerTable: 37
        )
    );

    private static Selected Run(QuadOptions options, int threads, Pieces? pieces, View? pool = null)
    {
        using Pieces temporary = Pieces.Temporary();
        View target = new(
            Dataset.OfTexts(Enumerable.Range(0, 8).Select(i => $"the cat {i} sat on the mat and ran {i} times home"))
        );
        return new Quad(options).Select(
            pool ?? Pool,
            new(pieces ?? temporary)
            {
                Random = new(7, "quad"),
                Threads = threads,
                ModelFolder = TextInfluenceTests.Folder.Value,
                Datasets = new Dictionary<string, View> { ["target"] = target },
            }
        );
    }

    [Fact]
    public void ItProbesAFewRowsAndIsTheSameOnAnyNumberOfThreadsAndAfterAKill()
    {
        QuadOptions options = new()
        {
            Keep = Rows.Amount("20%"),
            Clusters = 8,
            ProbeRows = 2,
            ChunkRows = 6,
            CurvatureRows = 12,
            Dimensions = 8,
        };
        using Pieces pieces = Pieces.Temporary();
        Selected one = Run(options, 1, null),
            two = Run(options, 2, pieces);
        Assert.Equal(one.Kept.Rows, two.Kept.Rows);
        Assert.Equal(one.Drops.ReasonOf, two.Drops.ReasonOf);
        int probed = Directory.EnumerateFiles(pieces.Folder, "round*").Sum(file => (int)new FileInfo(file).Length / 8);
        Assert.InRange(probed, 8, 80);
        Assert.Equal(48, one.Kept.Count);
        Assert.True(one.Complements(Pool));
        Assert.All(one.Drops.Reasons, reason => Assert.StartsWith("quad.", reason));
        foreach (string stage in new[] { "round1", "clusters", "direction" })
        {
            foreach (string file in Directory.EnumerateFiles(pieces.Folder, stage + "-*"))
                File.Delete(file);
            Assert.Equal(one.Kept.Rows, Run(options, 2, pieces).Kept.Rows);
        }
        Assert.NotNull(new Quad(options).Model);
    }

    [Fact]
    public void ASignalCanTakeThePlaceOfInfluence()
    {
        QuadOptions options = new()
        {
            Keep = Rows.Amount("60"),
            By = "worth",
            Clusters = 4,
            ProbeRows = 3,
            Threshold = 0.5,
            Dimensions = 8,
        };
        Assert.Null(new Quad(options).Model);
        // One kind of row is worth something, and has a cluster of its own.
        View pool = Pool.With(
            signals: [new("worth", [.. Enumerable.Range(0, 240).Select(row => row % 4 == 2 ? 1.0 : 0)])]
        );
        Selected found = Run(options, 1, null, pool);
        Assert.Equal(60, found.Kept.Count);
        Assert.All(found.Kept.Rows, row => Assert.Equal(2, row % 4));
        Assert.Contains(
            "no finite 'worth'",
            Assert
                .Throws<AssayException>(() =>
                    Run(
                        options,
                        1,
                        null,
                        Pool.With(
                            signals:
                            [
                                new(
                                    "worth",
                                    new double[240]
                                        .Select(_ => double.NaN)
                                        .ToArray()
                                ),
                            ]
                        )
                    )
                )
                .Message
        );
        Assert.Throws<AssayException>(() => Run(options, 1, null, Pool));
        Assert.Contains(
            "curvature of every reference row",
            Assert
                .Throws<AssayException>(() => new Quad(options with { Method = Assay.Value.InfluenceMethod.Cg }))
                .Message
        );
        Assert.Empty(Run(options, 1, null, Pool.With(new Selection([]))).Kept.Rows);
    }
}
