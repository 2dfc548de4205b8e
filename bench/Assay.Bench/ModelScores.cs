using System.Diagnostics;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;
using Assay.Value;

namespace Assay.Bench;

/// <summary>How fast rows are scored by a model, scores are predicted from texts, and rows are ordered: <c>model-scores TEXT [model] [threads]</c>.</summary>
internal static class ModelScores
{
    private const int RowBytes = 128,
        Batch = 16,
        RowsAtOnce = 64;

    public static void Run(string[] arguments)
    {
        byte[] text = File.ReadAllBytes(arguments[0]);
        string name = arguments.Length > 1 ? arguments[1] : "gpt-250k";
        int threads = arguments.Length > 2 ? int.Parse(arguments[2]) : 2;
        byte[][] texts =
        [
            .. Enumerable
                .Range(0, Math.Min(6000, text.Length / RowBytes))
                .Select(i => text[(i * RowBytes)..((i + 1) * RowBytes)]),
        ];
        Console.WriteLine($"{name}, rows of {RowBytes} bytes, {threads} threads");
        Control(texts, name, threads);
        Probes(texts, name);
        Scorer(texts);
        Orders();
    }

    private static void Control(byte[][] texts, string name, int threads)
    {
        const int blocks = 8;
        using Workers.LimitScope limit = Workers.Limit(threads);
        Transformer model = new(ModelSizes.Of(name), new RandomStream(7, "model"));
        TransformerControl control = new(
            model,
            TokenRows.Of(texts.Take(blocks * RowsAtOnce), RowBytes),
            TokenRows.Of(texts.TakeLast(RowsAtOnce), RowBytes),
            Batch,
            new RandomStream(7, "batches")
        );
        double[] at = control.Start(),
            direction = new double[at.Length],
            product = new double[at.Length];
        control.TargetGradient(at, direction);
        using Pieces pieces = Pieces.Temporary();
        void Rows() =>
            new Work(pieces) { Threads = threads }.Each(
                blocks,
                block =>
                {
                    using Workers.LimitScope one = Workers.Limit(1);
                    control.RowGradients(
                        block * RowsAtOnce,
                        at,
                        direction,
                        new double[RowsAtOnce],
                        new double[RowsAtOnce]
                    );
                }
            );
        Say("row gradients and products", Seconds(Rows), blocks * RowsAtOnce, "rows/s");
        Say("gradient of the target", Seconds(() => control.TargetGradient(at, product)), RowsAtOnce, "rows/s");
        Say("Hessian-vector products", Seconds(() => control.BatchHessian(0, at, direction, product)), Batch, "rows/s");
    }

    private static void Probes(byte[][] texts, string name)
    {
        using Workers.LimitScope one = Workers.Limit(1);
        Transformer model = new(ModelSizes.Of(name), new RandomStream(7, "model"));
        TokenRows rows = TokenRows.Of(texts.Take(8), RowBytes),
            target = TokenRows.Of(texts.TakeLast(64), RowBytes);
        OneStepProbe probe = new(
            new(model.TrainableParameters(), new AdamW(0.9, 0.95), 0.1),
            1e-3,
            row => rows.BatchLoss(model, [row]),
            () => target.MeanLoss(model)
        );
        Say(
            "probes against 64 target rows, one thread",
            Seconds(() =>
            {
                for (int row = 0; row < 8; row++)
                    probe.After(row);
            }),
            8,
            "probes/s"
        );
    }

    private static void Scorer(byte[][] texts)
    {
        RandomStream random = new(7, "scores");
        double[] scores = [.. texts.Select(row => row.Count(b => b == 'e') + random.NextGaussian())];
        TextScorer Fit() => TextScorer.Fit(ScorerKind.Ridge, texts[..2000], scores.AsSpan(0, 2000), random);
        TextScorer scorer = Fit();
        Say("ridge fitted to 2,000 rows", Seconds(() => Fit()), 2000, "rows/s");
        Say("ridge, predictions, one thread", Seconds(() => scorer.Predict(texts)), texts.Length, "rows/s");
    }

    private static void Orders()
    {
        RandomStream random = new(7, "values");
        double[] values = [.. Enumerable.Range(0, 1_000_000).Select(_ => random.NextDouble())];
        Say("sorting and folding", Seconds(() => Folding.Of(Sort.Of(values), 3)), values.Length, "rows/s");
    }

    // The best of three, after one to warm up.
    private static double Seconds(Action action)
    {
        action();
        return Enumerable
            .Range(0, 3)
            .Min(_ =>
            {
                long start = Stopwatch.GetTimestamp();
                action();
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            });
    }

    private static void Say(string what, double seconds, int count, string unit) =>
        Console.WriteLine(FormattableString.Invariant($"{what}: {count / seconds:N0} {unit} ({1000 * seconds:N0} ms)"));
}
