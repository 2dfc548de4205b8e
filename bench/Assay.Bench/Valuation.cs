using System.Diagnostics;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Bench;

/// <summary>
/// Exact KNN-Shapley (knn [rows] [test rows] [columns] [file]) and TMC-Shapley with logistic regression (tmc [rows] [columns]
/// [permutations] [flips] [file]); the file gets data and values for bench/peers/valuation.py.
/// </summary>
internal static class Valuation
{
    public static void Run(string[] args)
    {
        int Number(int at, int or) => args.Length > at ? int.Parse(args[at]) : or;
        if (args is ["knn", ..])
            Neighbours(Number(1, 10_000), Number(2, 10_000), Number(3, 64), args.ElementAtOrDefault(4));
        else
            Permutations(Number(1, 100), Number(2, 30), Number(3, 60), Number(4, 20), args.ElementAtOrDefault(5));
    }

    private static void Neighbours(int n, int tests, int d, string? file)
    {
        (Matrix rows, int[] labels) = Made(n, d, 0, "rows");
        (Matrix test, int[] truth) = Made(tests, d, 0, "test");
        foreach (int threads in new[] { 2, 2, 1 })
        {
            using Workers.LimitScope limit = Workers.Limit(threads);
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            Stopwatch watch = Stopwatch.StartNew();
            double[] values = KnnShapley.Classification(rows, labels, test, truth);
            TimeSpan took = watch.Elapsed,
                used = Process.GetCurrentProcess().TotalProcessorTime - before;
            if (file is not null)
                Write(file, rows, labels, test, truth, 0, [.. values]);
            Console.WriteLine(
                $"knn-shapley {n} x {tests} x {d}, {threads} threads: {took.TotalSeconds:F2} s ({used.TotalSeconds:F2} s of processors), sum {values.Sum():G12}, "
                    + $"peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"
            );
        }
    }

    private static void Permutations(int n, int d, int permutations, int flips, string? file)
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
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            Stopwatch watch = Stopwatch.StartNew();
            FullWorth full = game.Full();
            PermutationSamples samples = new PermutationSampler(game)
            {
                Permutations = permutations,
                Full = full.Mean,
                Tolerance = 0.01 * full.Mean,
            }.Run(new(pieces) { Threads = threads, Random = random });
            TimeSpan took = watch.Elapsed,
                used = Process.GetCurrentProcess().TotalProcessorTime - before;
            if (file is not null)
            {
                PermutationPass[] passes = [.. samples.Passes()];
                Write(
                    file,
                    rows,
                    labels,
                    test,
                    truth,
                    passes.Length,
                    [full.Mean, game.Untrained],
                    [.. passes.SelectMany(pass => pass.Order)],
                    [
                        .. passes.SelectMany(pass =>
                            pass.Marginals.Concat(Enumerable.Repeat(double.NaN, n - pass.Marginals.Length))
                        ),
                    ]
                );
            }
            Console.WriteLine(
                $"tmc-shapley {n} rows x {d}, {samples.Means.Count} permutations, {threads} threads: {took.TotalSeconds:F2} s ({used.TotalSeconds:F2} s of processors), "
                    + $"{samples.Trainings} trainings, {samples.Truncated} truncated, full {full.Mean:F3}, change {samples.Means.Change():F3}"
            );
        }
    }

    // What valuation.py reads.
    private static void Write(
        string path,
        Matrix rows,
        int[] labels,
        Matrix test,
        int[] truth,
        int permutations,
        double[] numbers,
        int[]? orders = null,
        double[]? marginals = null
    )
    {
        using FileStream file = File.Create(path);
        int[] head = [rows.Rows, test.Rows, rows.Columns, permutations, 5];
        file.Write(MemoryMarshal.AsBytes<int>(head));
        file.Write(MemoryMarshal.AsBytes(rows.Values));
        file.Write(MemoryMarshal.AsBytes<int>(labels));
        file.Write(MemoryMarshal.AsBytes(test.Values));
        file.Write(MemoryMarshal.AsBytes<int>(truth));
        file.Write(MemoryMarshal.AsBytes<double>(numbers));
        file.Write(MemoryMarshal.AsBytes<int>(orders ?? []));
        file.Write(MemoryMarshal.AsBytes<double>(marginals ?? []));
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
