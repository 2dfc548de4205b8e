using System.Diagnostics;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// The kernels of a transformer's training step: <c>kernels [threads] [name]</c>. Prints the median time of one call, and
/// bytes that must move or multiplications and additions that must be done, per second.
/// </summary>
internal static class Kernels
{
    private static string _filter = "";

    public static void Run(string[] arguments)
    {
        int threads = arguments
            .Where(argument => int.TryParse(argument, out _))
            .Select(int.Parse)
            .FirstOrDefault(Workers.Threads);
        _filter = arguments.FirstOrDefault(argument => !int.TryParse(argument, out _)) ?? "";
        Console.WriteLine($"{threads} threads");
        using (Workers.Limit(threads))
        {
            foreach ((int rows, int width) in ((int, int)[])[(768, 128), (4096, 512)])
                Rows(rows, width);
            foreach (
                (int batch, int heads, int time, int dim) in ((int, int, int, int)[])
                    [(12, 4, 64, 32), (8, 8, 256, 64), (4, 8, 512, 64), (2, 8, 1024, 128)]
            )
                Attention(batch, heads, time, dim);
            Decode(4, 8, 1024, 64);
        }
    }

    private static void Rows(int rows, int width)
    {
        int count = rows * width;
        string size = $"{rows} x {width}";
        float[] x = Normal(count),
            dy = Normal(count),
            y = new float[count],
            dx = new float[count],
            state = new float[count],
            gain = Normal(width),
            small = new float[width],
            mean = new float[rows],
            scale = new float[rows],
            ones = new float[rows];
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i * 7 % width)];
        Array.Fill(ones, 1f / rows);
        Bytes($"copy {size}", count * 8L, () => x.AsSpan().CopyTo(y));
        Bytes($"exp {size}", count * 8L, () => VectorMath.Exp(x, y));
        Bytes($"softmax {size}", count * 8L, () => SoftmaxKernel.Forward(x, width, y));
        Bytes($"softmax backward {size}", count * 12L, () => SoftmaxKernel.Backward(y, dy, width, dx));
        Bytes($"cross-entropy {size}", count * 4L, () => CrossEntropyKernel.Forward(x, width, targets, mean, scale));
        Bytes(
            $"cross-entropy backward {size}",
            count * 8L,
            () => CrossEntropyKernel.Backward(x, width, targets, scale, ones, dx)
        );
        Bytes($"layer norm {size}", count * 8L, () => LayerNormKernel.Forward(x, width, gain, gain, y, mean, scale));
        Bytes(
            $"layer norm backward {size}",
            count * 12L,
            () => LayerNormKernel.Backward(x, dy, width, gain, mean, scale, dx, small, gain)
        );
        Bytes($"rms norm {size}", count * 8L, () => RmsNormKernel.Forward(x, width, gain, y, scale));
        Bytes(
            $"rms norm backward {size}",
            count * 12L,
            () => RmsNormKernel.Backward(x, dy, width, gain, scale, dx, small)
        );
        Bytes($"gelu {size}", count * 8L, () => GeluKernel.Forward(x, y));
        Bytes($"gelu backward {size}", count * 12L, () => GeluKernel.Backward(x, dy, dx));
        Bytes($"tanh gelu {size}", count * 8L, () => GeluKernel.TanhForward(x, y));
        Bytes($"tanh gelu backward {size}", count * 12L, () => GeluKernel.TanhBackward(x, dy, dx));
        Bytes($"swiglu {size}", count * 12L, () => SwiGluKernel.Forward(x, dy, width, width, y));
        Bytes($"swiglu backward {size}", count * 20L, () => SwiGluKernel.Backward(x, dy, y, width, width, dx, state));
        float[] cos = new float[rows * 16],
            sin = new float[rows * 16];
        RopeKernel.FillTables(rows, 32, 10_000, cos, sin);
        HeadLayout layout = HeadLayout.Dense(1, rows, width / 32, 32);
        Bytes($"rope {size}", count * 8L, () => RopeKernel.Rotate(x, layout, 32, cos, sin, y));
        Bytes($"gather {size}", count * 8L, () => GatherKernel.Gather(x, width, targets, y));
        Bytes($"scatter-add {size}", count * 12L, () => GatherKernel.ScatterAdd(x, width, targets, dx));
        float[] second = new float[count];
        Bytes(
            $"adamw {size}",
            count * 28L,
            () => AdamKernel.Step(y, dy, state, second, 1e-4f, 0.9f, 0.99f, 1e-8f, 0.1f, 5)
        );
        Bytes($"sgd {size}", count * 20L, () => SgdKernel.Step(y, dy, state, 1e-4f, 0.9f));
        Bytes($"lion {size}", count * 20L, () => LionKernel.Step(y, dy, state, 1e-4f));
    }

    private static void Attention(int batch, int heads, int time, int dim)
    {
        HeadLayout inRows = HeadLayout.InRows(batch, time, heads, dim, 3 * heads * dim),
            dense = HeadLayout.Dense(batch, time, heads, dim);
        int width = heads * dim;
        float[] fused = Normal(batch * time * 3 * width),
            gradient = new float[fused.Length],
            result = new float[batch * time * width],
            seed = Normal(result.Length),
            log = new float[batch * heads * time];
        string size = $"{batch} x {heads} heads x {time} x {dim}";
        long full = 4L * batch * heads * time * time * dim; // two products forward, five backward
        foreach (bool causal in (bool[])[true, false])
        {
            string name = causal ? "causal" : "full";
            long work = causal ? full / 2 : full;
            Work(
                $"attention {name} {size}",
                work,
                () =>
                    AttentionKernel.Forward(
                        fused,
                        inRows,
                        fused.AsSpan(width),
                        fused.AsSpan(2 * width),
                        inRows,
                        result,
                        dense,
                        log,
                        causal
                    )
            );
            Work(
                $"backward {name} {size}",
                work * 5 / 2,
                () =>
                    AttentionKernel.Backward(
                        fused,
                        inRows,
                        fused.AsSpan(width),
                        fused.AsSpan(2 * width),
                        inRows,
                        result,
                        seed,
                        dense,
                        log,
                        gradient,
                        gradient.AsSpan(width),
                        gradient.AsSpan(2 * width),
                        causal
                    )
            );
        }
        float[] scores = new float[batch * heads * time * time];
        Work($"unfused full {size}", full, () => Unfused(fused, scores, result, batch, heads, time, dim));
    }

    // What attention is without a kernel of its own: two batched products and a softmax.
    private static void Unfused(float[] fused, float[] scores, float[] result, int batch, int heads, int time, int dim)
    {
        int width = heads * dim,
            matrix = time * time;
        for (int b = 0; b < batch; b++)
        {
            Span<float> q = fused.AsSpan(b * time * 3 * width),
                s = scores.AsSpan(b * heads * matrix, heads * matrix);
            Gemm.MultiplyBatch(
                false,
                true,
                heads,
                time,
                time,
                dim,
                q,
                3 * width,
                dim,
                q[width..],
                3 * width,
                dim,
                s,
                time,
                matrix
            );
        }
        SoftmaxKernel.Forward(scores, time, scores);
        for (int b = 0; b < batch; b++)
            Gemm.MultiplyBatch(
                false,
                false,
                heads,
                time,
                dim,
                time,
                scores.AsSpan(b * heads * matrix),
                time,
                matrix,
                fused.AsSpan(b * time * 3 * width + 2 * width),
                3 * width,
                dim,
                result.AsSpan(b * time * width),
                width,
                dim
            );
    }

    private static void Decode(int batch, int heads, int time, int dim)
    {
        HeadLayout queries = HeadLayout.Dense(batch, 1, heads, dim),
            keys = HeadLayout.Dense(batch, time, heads, dim);
        float[] q = Normal(batch * heads * dim),
            k = Normal(q.Length * time),
            v = Normal(q.Length * time),
            result = new float[q.Length],
            log = new float[batch * heads];
        Bytes(
            $"decode {batch} x {heads} heads x {time} x {dim}",
            k.Length * 8L,
            () => AttentionKernel.Forward(q, queries, k, v, keys, result, queries, log, true)
        );
    }

    private static void Bytes(string name, long bytes, Action work) => Print(name, bytes, "GB/s", work);

    private static void Work(string name, long operations, Action work) => Print(name, operations, "GFLOP/s", work);

    private static void Print(string name, long amount, string unit, Action work)
    {
        if (!name.Contains(_filter, StringComparison.Ordinal))
            return;
        for (long warm = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(warm).TotalMilliseconds < 500; )
            work();
        long start = Stopwatch.GetTimestamp();
        work();
        int calls = Math.Max(1, (int)(5 / Math.Max(1e-4, Stopwatch.GetElapsedTime(start).TotalMilliseconds)));
        double[] times = new double[25];
        for (int run = 0; run < times.Length; run++)
        {
            start = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++)
                work();
            times[run] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
        }
        Array.Sort(times);
        double median = times[times.Length / 2];
        Console.WriteLine($"{name, -48} {median, 10:F1} us {amount / median / 1e3, 8:F1} {unit}");
    }

    private static float[] Normal(int count)
    {
        RandomStream stream = new(1, "bench");
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)stream.NextGaussian();
        return values;
    }
}
