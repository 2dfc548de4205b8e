using Assay.Numerics;

namespace Assay.Select;

/// <summary>Quad's search: probes a few rows of the clusters that look best, and takes a chunk of a cluster for each probe that pays.</summary>
/// <remarks>
/// Source: Quad, arXiv 2409.16986, and its released <c>Quad-data_selection.py</c>, with two changes for pools that are not
/// endless: a cluster is at its end when no row is left to probe or to take (the release leaves up to a chunk of each), and the selection
/// is exactly the budget (the last chunk is cut; if no cluster pays any more, the best ones by mean reward fill it up).
/// </remarks>
public sealed record ClusterSearch
{
    /// <summary>Rows to select.</summary>
    public required int Budget { get; init; }

    /// <summary>Clusters that are probed in a round (B), at least 1.</summary>
    public int PerRound { get; init; } = 50;

    /// <summary>Rows of a probe (q), at least 1.</summary>
    public int ProbeRows { get; init; } = 10;

    /// <summary>Rows of a chunk (M), at least 1.</summary>
    public int ChunkRows { get; init; } = 20_000;

    /// <summary>Rounds at most (T).</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>Alpha, on the scale of rewards; null for the standard deviation of the first round's.</summary>
    public double? Exploration { get; init; }

    /// <summary>Tau, the mean influence above which a probe pays; null for the median of the first round's.</summary>
    public double? Threshold { get; init; }

    /// <summary>Searches.</summary>
    /// <param name="clusters">The rows of each cluster, in random order: it decides which are probed and taken first.</param>
    /// <param name="bandit">New arms, one for each cluster.</param>
    /// <param name="influence">
    /// Of the round's number, its clusters, and the rows to probe of each: the influence of these rows. Called once for each round.
    /// </param>
    public ClusterSearchResult Run(
        IReadOnlyList<int[]> clusters,
        ClusterBandit bandit,
        Func<int, int[], int[][], double[][]> influence
    )
    {
        Dictionary<int, double> probed = [];
        List<int> chunks = [];
        double threshold = Threshold ?? 0,
            exploration = Exploration ?? 0;
        int round = 0,
            taken = 0;
        for (; round < Rounds && taken < Budget; round++)
        {
            int[] arms =
            [
                .. Enumerable
                    .Range(0, clusters.Count)
                    .Where(cluster => !IsExhausted(cluster))
                    .OrderByDescending(cluster => bandit.Score(cluster, exploration))
                    .Take(PerRound),
            ];
            if (arms.Length == 0)
                break;
            int[][] probes = [.. arms.Select(Probe)];
            double[][] found = influence(round, arms, probes);
            for (int i = 0; i < arms.Length; i++)
            for (int j = 0; j < probes[i].Length; j++)
                probed[probes[i][j]] = found[i][j];
            double[] means = [.. found.Select(values => values.Average())];
            if (round == 0)
            {
                threshold = Threshold ?? Quantiles.Of(means, [0.5])[0];
                exploration = Exploration ?? Deviation(means);
            }
            for (int i = 0; i < arms.Length; i++)
            {
                bandit.Observe(arms[i], means[i] - threshold);
                if (means[i] - threshold > 0)
                {
                    chunks.Add(arms[i]);
                    taken += ChunkOf(arms[i], bandit.Wins[arms[i]] - 1).Length;
                }
            }
        }
        List<int> rows = [];
        int[] next = new int[clusters.Count];
        foreach (int cluster in chunks)
            rows.AddRange(ChunkOf(cluster, next[cluster]++));
        int paid = Math.Min(Budget, rows.Count);
        int[] byReward =
        [
            .. Enumerable
                .Range(0, clusters.Count)
                .OrderByDescending(cluster => bandit.Credits[cluster] > 0)
                .ThenByDescending(cluster => bandit.Score(cluster, 0)),
        ];
        foreach (int cluster in byReward)
            if (rows.Count < Budget)
                rows.AddRange(clusters[cluster].Skip(next[cluster] * ChunkRows));
        return new(
            [.. rows.Take(Budget)],
            paid,
            probed,
            round,
            threshold,
            exploration,
            [
                .. clusters.Select(
                    (own, cluster) =>
                        new ClusterLog(
                            own.Length,
                            bandit.Probes[cluster],
                            bandit.Credits[cluster],
                            bandit.Score(cluster, 0),
                            bandit.Score(cluster, exploration),
                            bandit.Wins[cluster]
                        )
                ),
            ]
        );

        bool IsExhausted(int cluster) =>
            (long)bandit.Probes[cluster] * ProbeRows >= clusters[cluster].Length
            || (long)bandit.Wins[cluster] * ChunkRows >= clusters[cluster].Length;

        int[] Probe(int cluster) => Part(cluster, bandit.Probes[cluster], ProbeRows);

        int[] ChunkOf(int cluster, int number) => Part(cluster, number, ChunkRows);

        int[] Part(int cluster, int number, int size)
        {
            int[] own = clusters[cluster];
            long start = Math.Min(own.Length, (long)number * size);
            return own[(int)start..(int)Math.Min(own.Length, start + size)];
        }
    }

    private static double Deviation(double[] values)
    {
        Moments moments = new();
        foreach (double value in values)
            moments.Add(value);
        return moments.StandardDeviation ?? 0;
    }
}

/// <summary>What a search came to.</summary>
/// <param name="Rows">The selected rows, in the order in which they were taken.</param>
/// <param name="Paid">How many of the first of them were taken because a probe paid; the others fill the budget.</param>
/// <param name="Probed">The influence of every row that was probed.</param>
/// <param name="Rounds">Rounds that were made.</param>
/// <param name="Threshold">Tau.</param>
/// <param name="Exploration">Alpha.</param>
/// <param name="Clusters">What is known of each cluster at the end.</param>
public sealed record ClusterSearchResult(
    int[] Rows,
    int Paid,
    IReadOnlyDictionary<int, double> Probed,
    int Rounds,
    double Threshold,
    double Exploration,
    IReadOnlyList<ClusterLog> Clusters
);

/// <summary>What is known of a cluster.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Probes">How often it was probed.</param>
/// <param name="Credits">How often it was credited.</param>
/// <param name="MeanReward">The mean of its credits; 0 without any.</param>
/// <param name="Score">Its upper-confidence score.</param>
/// <param name="Chunks">Chunks that were taken of it.</param>
public readonly record struct ClusterLog(
    int Rows,
    int Probes,
    int Credits,
    double MeanReward,
    double Score,
    int Chunks
);
