namespace Assay.Bench;

/// <summary>Measures how much a piece of work gets through on one thread.</summary>
internal static class Rate
{
    /// <summary>Prints the median rate over repeated runs, in MB (10^6 bytes) per second of processor time, after two unmeasured ones.
    /// Processor time, so that what else the machine does matters less.</summary>
    public static void Print(string name, long bytes, Action work, int runs = 9)
    {
        double[] rates = new double[runs];
        work();
        work();
        for (int run = 0; run < runs; run++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            work();
            rates[run] = bytes / 1e6 / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        }
        Array.Sort(rates);
        Console.WriteLine($"{name, -28} {rates[runs / 2], 9:F1} MB/s  ({rates[0]:F1} to {rates[^1]:F1})");
    }
}
