using System.Diagnostics;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Bench;

/// <summary>
/// <c>row-influence [model] [rows] [bytes] [threads] [method]</c>: influence of rows of text as value/influence computes it, reading and writing of
/// pieces included; what comes before (the target's direction, with its curvature) is timed apart.
/// </summary>
internal static class RowInfluence
{
    public static void Run(string[] args)
    {
        int Number(int at, int or) => args.Length > at ? int.Parse(args[at]) : or;
        string name = args.Length > 0 ? args[0] : "gpt-1m";
        int rows = Number(1, 1000),
            bytes = Number(2, 127),
            threads = Number(3, 2);
        bool corrected = args.Length > 4 && args[4] == "ek-fac";
        Transformer model = new(ModelSizes.Of(name), new RandomStream(7, "model"));
        TextInfluence texts = new(
            model,
            corrected ? TextInfluence.LinearLayers(model) : [.. model.TrainableParameters()],
            new(128)
        );
        View view = new(Dataset.OfTexts(Texts(rows, bytes), rowsPerTable: 1000)),
            target = new(Dataset.OfTexts(Texts(256, bytes), rowsPerTable: 1000));
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces) { Threads = threads };
        Stopwatch watch = Stopwatch.StartNew();
        float[] direction = texts.Kept(
            work,
            "direction",
            () =>
            {
                TokenSamples samples = texts.Read(target, target.DistinctRows.ToArray(), default);
                float[] gradient = GradientInfluence.Gradient(texts.Parameters, samples);
                return corrected
                    ? new Curvature(texts.Parameters, samples, new(), new(7, "curvature")).Solve(
                        InfluenceMethod.EkFac,
                        gradient
                    )
                    : gradient;
            }
        );
        double before = watch.Elapsed.TotalSeconds;
        texts.Score(view, [.. Enumerable.Range(0, Math.Min(rows, 32))], direction, InfluenceUnit.Token, default);
        TensorPool.ResetPeak();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        watch.Restart();
        double[] scores = texts.ScoreAll(view, work, "scores", direction, InfluenceUnit.Token);
        double seconds = watch.Elapsed.TotalSeconds,
            processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        Console.WriteLine(
            $"{name}, {rows:N0} rows of {bytes} bytes, {(corrected ? "ek-fac" : "dot")}, {threads} thread(s): {rows / seconds:F1} rows/s ({1e6 * seconds / rows:F0} us a row, {1e6 * processor / rows:F0} of processor time); "
                + $"before: {before:F1} s; tensors at most {TensorPool.PeakBytes / 1e6:F0} MB, process {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB; sum {scores.Sum():G6}"
        );
    }

    private static IEnumerable<string> Texts(int rows, int bytes)
    {
        RandomStream random = new(7, "texts");
        return Enumerable
            .Range(0, rows)
            .Select(_ =>
                string.Create(
                    bytes,
                    random,
                    (span, stream) =>
                    {
                        foreach (ref char letter in span)
                            letter = (char)('a' + stream.NextInt32(26));
                    }
                )
            );
    }
}
