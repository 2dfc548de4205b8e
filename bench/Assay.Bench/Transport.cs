using System.Diagnostics;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>Sinkhorn's algorithm without the matrix of costs: transport [pool] [target] [dimensions] [threads].</summary>
internal static class Transport
{
    public static void Run(string[] args)
    {
        int Number(int at, int or) => args.Length > at ? int.Parse(args[at]) : or;
        int n = Number(0, 100_000),
            m = Number(1, 1_000),
            d = Number(2, 64),
            threads = Number(3, 2);
        RandomStream random = new(1, "transport");
        float[] target = Unit(m, d, random, 0.5),
            pool = Unit(n, d, random, 0);
        using Workers.LimitScope limit = Workers.Limit(threads);
        Sinkhorn.Solve(
            TransportCosts.SquaredDistances(target, pool.AsSpan(0, Math.Min(n, 5000) * d), d),
            new() { Threshold = 0.1 }
        ); // warm-up
        foreach (double threshold in new[] { 0.1, 1e-3 })
        {
            Stopwatch watch = Stopwatch.StartNew();
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            TransportSolution found = Sinkhorn.Solve(
                TransportCosts.SquaredDistances(target, pool, d),
                new() { Relaxation = 1.3, Threshold = threshold }
            );
            double seconds = watch.Elapsed.TotalSeconds;
            Console.WriteLine(
                $"sinkhorn {n} x {m} x {d}, {threads} threads, threshold {threshold}: {seconds:F2} s, {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds:F2} s of processors, {found.State.Iterations} iterations, "
                    + $"{(found.State.Iterations + 2) * (double)n * m / seconds / 1e6:F0} M costs/s, marginal error {found.State.MarginalError:G2}, value {found.Value:G9}, "
                    + $"peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"
            );
        }
    }

    // Directions around a mean that lies so far along the first axis.
    private static float[] Unit(int count, int d, RandomStream random, double mean)
    {
        float[] points = new float[count * d];
        for (int i = 0; i < count; i++)
        {
            Span<float> point = points.AsSpan(i * d, d);
            double square = 0;
            for (int c = 0; c < d; c++)
            {
                double value = random.NextGaussian() / Math.Sqrt(d) * Math.Pow(1 + c, -0.5) * 3 + (c == 0 ? mean : 0);
                point[c] = (float)value;
                square += value * value;
            }
            foreach (ref float value in point)
                value = (float)(value / Math.Sqrt(square));
        }
        return points;
    }
}
