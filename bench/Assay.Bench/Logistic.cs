using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>Softmax regression on MNIST: train.bin.gz [rows] [C] [tolerance] [iterations]; its peer is bench/peers/logistic.py.</summary>
internal static class Logistic
{
    public static void Run(string[] args)
    {
        int rows = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20000;
        LogisticOptions options = new()
        {
            C = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 0.01,
            Tolerance = args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 1e-6,
            MaxIterations = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 10000,
        };
        ClassificationData digits = Digits(args[0], rows);
        foreach (int threads in new[] { 1, 2, 2 })
        {
            using Workers.LimitScope limit = Workers.Limit(threads);
            Stopwatch watch = Stopwatch.StartNew();
            LogisticModel model = new LogisticRegression(options).Fit(digits);
            Console.WriteLine(
                $"Assay, {threads} threads: {watch.Elapsed.TotalSeconds:F2} s, {model.Iterations} iterations, "
                    + $"objective {model.Objective:G12}, gradient {model.GradientNorm:G3}, converged {model.Converged}"
            );
        }
    }

    public static ClassificationData Digits(string path, int rows)
    {
        using GZipStream bytes = new(File.OpenRead(path), CompressionMode.Decompress);
        float[] pixels = new float[rows * 784];
        int[] labels = new int[rows];
        byte[] record = new byte[785];
        for (int i = 0; i < rows; i++)
        {
            bytes.ReadExactly(record);
            labels[i] = record[0];
            for (int j = 0; j < 784; j++)
                pixels[i * 784 + j] = record[j + 1] / 255f;
        }
        return new(new(pixels, 784), labels, 10);
    }
}
