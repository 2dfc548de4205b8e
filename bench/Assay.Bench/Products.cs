using System.Diagnostics;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary><c>gemm [threads ...]</c>: our SGEMM beside OpenBLAS, in turn in one process, in GFLOP/s of wall-clock time.</summary>
/// <remarks>
/// One sample is ours, then theirs, each long enough to be timed; the ratio is the median of the samples' ratios, so that a
/// clock that drifts does not count. OpenBLAS's threads seem to look for work for a while after a call, so on two threads ours waits first.
/// </remarks>
internal static unsafe class Products
{
    private const int Samples = 21,
        PauseMilliseconds = 250;

    // Before a sample its work is repeated, on several threads for longer: a sleeping thread may wait that long for a processor.
    private const double SampleSeconds = 0.003,
        WarmSeconds = 0.003,
        WakeSeconds = 0.012;

    private sealed record Shape(string Name, int M, int N, int K, bool TransposeA, bool TransposeB, int Batch = 1);

    public static void Run(string[] args)
    {
        OpenBlas peer = new();
        Console.WriteLine($"OpenBLAS core {peer.Core}; {peer.Configuration}");
        int[] threads = args.Where(arg => int.TryParse(arg, out _)).Select(int.Parse).ToArray();
        string[] names = args.Where(arg => !int.TryParse(arg, out _)).ToArray();
        foreach (int count in threads.Length > 0 ? threads : [1, 2])
        {
            peer.SetThreads(count);
            using (Workers.Limit(count))
            {
                Console.WriteLine($"\n{count} thread(s){"", 27} {"ours", 9} {"OpenBLAS", 9} {"ratio", 7}");
                foreach (Shape shape in Shapes().Where(one => names.Length == 0 || names.Any(one.Name.Contains)))
                    Compare(peer, shape, count);
            }
        }
    }

    private static IEnumerable<Shape> Shapes()
    {
        foreach (int size in (int[])[64, 96, 128, 192, 256, 480, 960, 1920])
            yield return new($"square {size}", size, size, size, false, false);
        foreach (int size in (int[])[96, 256, 960])
        {
            yield return new($"square {size} A'", size, size, size, true, false);
            yield return new($"square {size} B'", size, size, size, false, true);
        }
        // The three products of a linear layer in training, x [tokens, in] and W [out, in].
        foreach (
            (int tokens, int input, int output) in ((int, int, int)[])
                [(768, 128, 512), (4096, 64, 256), (2048, 512, 512), (1024, 384, 1536), (768, 128, 65)]
        )
        {
            string name = $"{tokens} x {input} -> {output}";
            yield return new($"{name} forward", tokens, output, input, false, true);
            yield return new($"{name} dx", tokens, input, output, false, false);
            yield return new($"{name} dW", output, input, tokens, true, false);
        }
        yield return new("attention q k' 48x64x32", 64, 64, 32, false, true, 48);
        yield return new("attention p v  48x64x32", 64, 32, 64, false, false, 48);
        yield return new("attention p'dy 48x64x32", 64, 32, 64, true, false, 48);
        yield return new("attention q k' 16x256x64", 256, 256, 64, false, true, 16);
        yield return new("attention p v  16x256x64", 256, 64, 256, false, false, 16);
        yield return new("one token 512 -> 2048", 1, 2048, 512, false, true);
        yield return new("one row x matrix", 1, 2048, 512, false, false);
        yield return new("matrix x vector", 2048, 1, 512, false, false);
        yield return new("rank 1", 512, 512, 1, true, false);
        yield return new("rank 8", 512, 512, 8, true, false);
        yield return new("two classes 4096 x 512", 4096, 2, 512, false, true);
        yield return new("odd 101 x 103 x 107", 101, 103, 107, false, false);
        yield return new("odd 1001 x 1003 x 1007", 1001, 1003, 1007, false, true);
    }

    private static void Compare(OpenBlas peer, Shape shape, int threads)
    {
        (int m, int n, int k, int batch) = (shape.M, shape.N, shape.K, shape.Batch);
        int lda = shape.TransposeA ? m : k,
            ldb = shape.TransposeB ? k : n;
        float[] a = Normal(batch * m * k),
            b = Normal(batch * k * n),
            ours = new float[batch * m * n],
            theirs = new float[batch * m * n];
        fixed (
            float* pa = a,
                pb = b,
                pc = theirs
        )
        {
            float* first = pa,
                second = pb,
                product = pc;
            void Ours() =>
                Gemm.MultiplyBatch(
                    shape.TransposeA,
                    shape.TransposeB,
                    batch,
                    m,
                    n,
                    k,
                    a,
                    lda,
                    m * k,
                    b,
                    ldb,
                    k * n,
                    ours,
                    n,
                    m * n
                );
            void Theirs()
            {
                for (int i = 0; i < batch; i++)
                    peer.Multiply(
                        shape.TransposeA,
                        shape.TransposeB,
                        m,
                        n,
                        k,
                        first + i * m * k,
                        lda,
                        second + i * k * n,
                        ldb,
                        product + i * m * n,
                        n
                    );
            }
            double flops = 2.0 * batch * m * n * k;
            for (int warm = 0; warm < 40 && flops * warm < 4e9; warm++)
                Ours();
            Theirs();
            for (int i = 0; i < ours.Length; i++)
                if (Math.Abs(ours[i] - theirs[i]) > 1e-6 * k + 1e-5 * Math.Sqrt(k))
                    throw new InvalidOperationException($"{shape.Name}: [{i}] is {ours[i]}, OpenBLAS has {theirs[i]}");
            double[] rates = new double[Samples],
                ratios = new double[Samples],
                peerRates = new double[Samples];
            int ourCalls = Calls(Ours),
                theirCalls = Calls(Theirs);
            for (int sample = 0; sample < Samples; sample++)
            {
                if (threads > 1)
                    Thread.Sleep(PauseMilliseconds);
                double warm = threads > 1 ? WakeSeconds : WarmSeconds;
                rates[sample] = flops / 1e9 / Seconds(Ours, ourCalls, warm);
                peerRates[sample] = flops / 1e9 / Seconds(Theirs, theirCalls, warm);
                ratios[sample] = rates[sample] / peerRates[sample];
            }
            Console.WriteLine(
                $"{shape.Name, -38} {Median(rates), 9:F2} {Median(peerRates), 9:F2} {Median(ratios), 7:F3}"
                    + $" {rates.Max(), 9:F2} {peerRates.Max(), 9:F2} {rates.Max() / peerRates.Max(), 7:F3}"
            );
        }
    }

    private static int Calls(Action work)
    {
        int calls = 1;
        while (true)
        {
            double seconds = Seconds(work, calls, WarmSeconds) * calls;
            if (seconds > SampleSeconds / 2)
                return Math.Max(1, (int)(calls * SampleSeconds / seconds));
            calls *= 2;
        }
    }

    private static double Seconds(Action work, int calls, double warm)
    {
        // Threads that have to be woken, and caches, are not what is measured.
        long start = Stopwatch.GetTimestamp();
        do work();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < warm);
        start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static float[] Normal(int length)
    {
        RandomStream random = new(1, "gemm bench");
        float[] values = GC.AllocateUninitializedArray<float>(length, pinned: true);
        for (int i = 0; i < length; i++)
            values[i] = (float)random.NextGaussian();
        return values;
    }
}
