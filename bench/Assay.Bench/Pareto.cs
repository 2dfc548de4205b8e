using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// <c>pareto [part ...]</c>: sorting, hypervolume and contributions on points that any language can make; best of at least
/// five runs on one thread, in seconds of processor time. Parts: ranks, hypervolume, contributions.
/// </summary>
internal static class Pareto
{
    private const double LeastSeconds = 0.5,
        MostSeconds = 12;

    public static void Run(string[] args)
    {
        bool Has(string part) => args.Length == 0 || args.Contains(part);
        using Workers.LimitScope limit = Workers.Limit(1);
        if (Has("ranks"))
            foreach (int n in (int[])[10_000, 100_000])
            foreach (int m in (int[])[2, 3, 4])
            {
                double[] cloud = Cloud(7, n, m),
                    sphere = Sphere(42, n, m);
                Time($"ranks cloud n={n} m={m}", () => NonDominated.Ranks(cloud, m).Max() + 1);
                Time($"first front cloud n={n} m={m}", () => NonDominated.IsNonDominated(cloud, m).Count(one => one));
                Time($"ranks sphere n={n} m={m}", () => NonDominated.Ranks(sphere, m).Max() + 1);
            }
        if (Has("hypervolume"))
            foreach (
                (int n, int m) in (ReadOnlySpan<(int, int)>)
                    [
                        (10_000, 2),
                        (10_000, 3),
                        (10_000, 4),
                        (100_000, 2),
                        (100_000, 3),
                        (100_000, 4),
                        (300, 5),
                        (1000, 5),
                        (300, 6),
                        (100, 7),
                        (100, 8),
                    ]
            )
            {
                double[] sphere = Sphere(42, n, m),
                    reference = Reference(m);
                Time($"hypervolume sphere n={n} m={m}", () => Hypervolume.Exact(sphere, m, reference));
            }
        if (Has("contributions"))
            foreach (int m in (int[])[2, 3, 4, 5])
            {
                double[] sphere = Sphere(42, 1000, m),
                    reference = Reference(m);
                Time($"contributions sphere n=1000 m={m}", () => Hypervolume.Contributions(sphere, m, reference).Sum());
            }
    }

    private static double[] Reference(int m) => [.. Enumerable.Repeat(1.1, m)];

    // Row by row from SplitMix64: uniform numbers.
    private static double[] Cloud(ulong seed, int n, int m) =>
        [
            .. Enumerable
                .Range(1, n * m)
                .Select(k => (RandomStream.SplitMix64(seed, (ulong)k) >> 11) * (1.0 / (1UL << 53))),
        ];

    // Exponential numbers, each row divided by its sum, square roots: all points on the unit sphere, none dominated.
    private static double[] Sphere(ulong seed, int n, int m)
    {
        double[] rows = [.. Cloud(seed, n, m).Select(u => -Math.Log(1 - u))];
        for (int i = 0; i < n; i++)
        {
            Span<double> row = rows.AsSpan(i * m, m);
            double sum = 0;
            foreach (double x in row)
                sum += x;
            foreach (ref double x in row)
                x = Math.Sqrt(x / sum);
        }
        return rows;
    }

    private static void Time(string name, Func<double> work)
    {
        double best = double.PositiveInfinity,
            total = 0,
            result = 0;
        for (int run = 0; total < MostSeconds && (run < 5 || total < LeastSeconds); run++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            result = work();
            double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            total += seconds;
            best = Math.Min(best, seconds);
        }
        Console.WriteLine($"{name, -36} {best:F6} s   {result:R}");
    }
}
