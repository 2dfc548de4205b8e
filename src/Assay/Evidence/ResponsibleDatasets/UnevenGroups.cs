using Assay.Describe;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Classifiers trained on parts of a table that are equally large and differ in how evenly two groups share them.</summary>
internal sealed class UnevenGroups
{
    /// <summary>Evenness of the parts.</summary>
    public static readonly double[] Levels = [0.3, 0.5, 0.7, 0.9, 1];

    private readonly AdultCensus _train,
        _test;
    private readonly int[] _labels,
        _testLabels;

    public UnevenGroups(AdultCensus train, AdultCensus test)
    {
        (_train, _test) = (train, test);
        (_labels, _testLabels) = (train.Labels, test.Labels);
    }

    /// <summary>Trains at every level and puts accuracies and gaps down.</summary>
    /// <param name="name">What figures are called.</param>
    /// <param name="groups">For each training row its group, 0 (the smaller part) or 1; anything else stays out.</param>
    /// <param name="testGroups">The same for test rows.</param>
    /// <param name="size">Training rows.</param>
    /// <param name="sameLabels">Whether both groups get as many of either label, in training and test.</param>
    /// <param name="random">Deals rows.</param>
    /// <param name="figures">Where figures go.</param>
    public void Measure(
        string name,
        int[] groups,
        int[] testGroups,
        int size,
        bool sameLabels,
        RandomStream random,
        Figures figures
    )
    {
        int[][] pools = Pools(groups, _labels, sameLabels, random.Child("train")),
            tests = Pools(testGroups, _testLabels, sameLabels, random.Child("test"));
        int each = tests.Min(rows => rows.Length);
        int[] test = [.. tests[0].Take(each), .. tests[1].Take(each)];
        SparseMatrix features = _test.Features(test, _train);
        foreach (double level in Levels)
        {
            int fewer = (int)Math.Round(size * ShareOf(level));
            int[] rows = [.. pools[0].Take(fewer), .. pools[1].Take(size - fewer)];
            if (rows.Length < size)
                throw new InvalidOperationException($"The groups of {name} are too small.");
            LogisticModel model = new LogisticRegression(new() { C = 1, Tolerance = 1e-3 }).Fit(
                _train.Features(rows, _train),
                [.. rows.Select(row => _labels[row])],
                2
            );
            double[] said = model.Probabilities(features);
            double Right(int from) =>
                Enumerable.Range(from, each).Count(i => said[2 * i + 1] > 0.5 == (_testLabels[test[i]] == 1))
                / (double)each;
            double smaller = Right(0),
                larger = Right(each);
            figures[$"{name}/gap/{level}"] = Math.Abs(smaller - larger);
            figures[$"{name}/worst/{level}"] = Math.Min(smaller, larger);
            figures[$"{name}/smaller/{level}"] = smaller;
            figures[$"{name}/overall/{level}"] = (smaller + larger) / 2;
        }
        double[] gaps = [.. Levels.Select(level => figures[$"{name}/gap/{level}"])],
            smallers = [.. Levels.Select(level => figures[$"{name}/smaller/{level}"])];
        figures[$"{name}/rank"] = RankCorrelation.Spearman(Levels, gaps);
        figures[$"{name}/rank-smaller"] = RankCorrelation.Spearman(Levels, smallers);
        figures[$"{name}/moved"] = Math.Abs(
            figures[$"{name}/overall/{Levels[^1]}"] - figures[$"{name}/overall/{Levels[0]}"]
        );
    }

    // The share of the smaller of two groups at which they have that evenness.
    private static double ShareOf(double evenness)
    {
        double low = 0,
            high = 0.5;
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            AxisCounts counts = new("", "", [new("a", (long)(1e12 * (1 - middle))), new("b", (long)(1e12 * middle))]);
            if (AxisScore.Of(counts).Evenness < evenness)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    // Rows of both groups in a random order; where labels are to be the same, alternately of either.
    private static int[][] Pools(int[] groups, int[] labels, bool sameLabels, RandomStream random) =>
        [
            .. ((int[])[0, 1]).Select(group =>
            {
                int[][] byLabel =
                [
                    .. ((int[])[0, 1]).Select(label =>
                    {
                        int[] rows =
                        [
                            .. Enumerable
                                .Range(0, groups.Length)
                                .Where(row => groups[row] == group && labels[row] == label),
                        ];
                        random.Child(2 * group + label).Shuffle<int>(rows);
                        return rows;
                    }),
                ];
                if (sameLabels)
                    return [.. byLabel[0].Zip(byLabel[1], (a, b) => (int[])[a, b]).SelectMany(pair => pair)];
                int[] all = [.. byLabel[0], .. byLabel[1]];
                random.Child("all").Child(group).Shuffle<int>(all);
                return all;
            }),
        ];
}
