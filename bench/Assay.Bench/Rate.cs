using System.Diagnostics;

namespace Assay.Bench;

/// <summary>Measures how much a piece of work gets through on one thread.</summary>
internal static class Rate
{
    /// <summary>Prints the median rate over repeated runs, in MB/s (10^6 bytes), after two unmeasured ones.</summary>
    public static void Print(string name, long bytes, Action work, int runs = 9)
    {
        double[] rates = new double[runs];
        work();
        work();
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            rates[run] = bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(rates);
        Console.WriteLine($"{name, -28} {rates[runs / 2], 9:F1} MB/s  ({rates[0]:F1} to {rates[^1]:F1})");
    }
}
