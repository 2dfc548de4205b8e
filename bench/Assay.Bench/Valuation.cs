using System.Diagnostics;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Bench;

/// <summary>Exact KNN-Shapley (knn [rows] [test rows] [columns]) and TMC-Shapley with logistic regression (tmc [rows] [columns] [permutations] [flips]).</summary>
internal static class Valuation
{
    public static void Run(string[] args)
    {
        int Number(int at, int or) => args.Length > at ? int.Parse(args[at]) : or;
        if (args is ["knn", ..])
            Neighbours(Number(1, 10_000), Number(2, 10_000), Number(3, 64));
        else
            Permutations(Number(1, 100), Number(2, 30), Number(3, 60), Number(4, 20));
    }

    private static void Neighbours(int n, int tests, int d)
    {
        (Matrix rows, int[] labels) = Made(n, d, 0, "rows");
        (Matrix test, int[] truth) = Made(tests, d, 0, "test");
        foreach (int threads in new[] { 2, 2, 1 })
        {
            using Workers.LimitScope limit = Workers.Limit(threads);
            Stopwatch watch = Stopwatch.StartNew();
            double[] values = KnnShapley.Classification(rows, labels, test, truth);
            Console.WriteLine(
                $"knn-shapley {n} x {tests} x {d}, {threads} threads: {watch.Elapsed.TotalSeconds:F2} s, sum {values.Sum():G12}, "
                    + $"peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"
            );
        }
    }

    private static void Permutations(int n, int d, int permutations, int flips)
    {
        (Matrix rows, int[] labels) = Made(n, d, flips, "rows");
        (Matrix test, int[] truth) = Made(Math.Min(n, 1000), d, 0, "test");
        foreach (int threads in new[] { 2, 2, 1 })
        {
            RandomStream random = new(1, "bench");
            TrainingGame game = new(
                new ClassificationTask(
                    new(rows, labels, 2),
                    test,
                    truth,
                    new LogisticRegression(new()),
                    WorthMetric.Accuracy,
                    random
                ),
                [.. Enumerable.Range(0, n).Select(row => (int[])[row])],
                random
            );
            using Pieces pieces = Pieces.Temporary();
            Stopwatch watch = Stopwatch.StartNew();
            FullWorth full = game.Full();
            PermutationSamples samples = new PermutationSampler(game)
            {
                Permutations = permutations,
                Full = full.Mean,
                Tolerance = 0.01 * full.Mean,
            }.Run(new(pieces) { Threads = threads, Random = random });
            Console.WriteLine(
                $"tmc-shapley {n} rows x {d}, {samples.Means.Count} permutations, {threads} threads: {watch.Elapsed.TotalSeconds:F2} s, "
                    + $"{samples.Trainings} trainings, {samples.Truncated} truncated, full {full.Mean:F3}, change {samples.Means.Change():F3}"
            );
        }
    }

    // Two classes that overlap, the first rows of them flipped.
    private static (Matrix, int[]) Made(int n, int d, int flips, string name)
    {
        RandomStream random = new(3, name);
        float[] values = new float[n * d];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++)
        {
            labels[i] = i % 2;
            for (int j = 0; j < d; j++)
                values[i * d + j] = (float)(random.NextGaussian() + (labels[i] == 1 ? 0.5 : -0.5) * (j < 8 ? 1 : 0));
            if (i < flips)
                labels[i] ^= 1;
        }
        return (new(values, d), labels);
    }
}
