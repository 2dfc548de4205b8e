using System.Diagnostics;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// Parquet written and read: <c>parquet [megabytes] [threads]</c>. Made-up web texts with an id and an address, read from JSON
/// Lines, written as Parquet in the order of the rows and in a random one, and read again. Prints MB (10^6 bytes of JSON Lines) per
/// second by the clock, and per second of processor time. Files and tables are synced, as in a run.
/// </summary>
internal static class Parquet
{
    private const int Runs = 3;

    public static void Run(string[] arguments)
    {
        long size = 1_000_000L * (arguments.Length > 0 ? int.Parse(arguments[0]) : 100);
        int threads = arguments.Length > 1 ? int.Parse(arguments[1]) : 1;
        string folder = Directory.CreateTempSubdirectory("assay-bench-").FullName;
        try
        {
            string json = Path.Combine(folder, "in.jsonl"),
                parquet = Path.Combine(folder, "out.parquet");
            long bytes = Ingest.Write(
                json,
                WebText.Generate(Math.Min(size, 20_000_000)),
                size,
                Ingest.Json,
                compress: false
            );
            using Pieces tables = new(Path.Combine(folder, "tables"));
            IngestResult result = Read(json, tables, threads);
            Dataset dataset = new("pool", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
            int[] shuffled = [.. Enumerable.Range(0, dataset.RowCount)];
            new RandomStream(1, "order").Shuffle(shuffled);
            using Pieces pieces = new(Path.Combine(folder, "pieces"));
            Measure("write", () => ParquetWriter.Write(parquet, new(dataset), new(pieces) { Threads = threads }));
            Measure(
                "write, random order",
                () => ParquetWriter.Write(parquet, new(dataset, new(shuffled)), new(pieces) { Threads = threads })
            );
            Measure(
                "write JSON Lines.gz",
                () => JsonlWriter.Write(json + ".gz", new(dataset), new(pieces) { Threads = threads })
            );
            Measure("read", () => ReadAgain(parquet));
            Measure("read JSON Lines", () => ReadAgain(json));
            Measure("read JSON Lines.gz", () => ReadAgain(json + ".gz"));
            Console.WriteLine(
                $"{bytes / 1e6:F0} MB of JSON Lines are {new FileInfo(parquet).Length / 1e6:F0} MB of Parquet"
            );

            void ReadAgain(string path)
            {
                using Pieces again = new(Path.Combine(folder, "again"));
                Read(path, again, threads);
                Directory.Delete(again.Folder, recursive: true);
            }

            void Measure(string what, Action action)
            {
                double[] seconds = new double[Runs],
                    processor = new double[Runs];
                for (int run = -1; run < Runs; run++)
                {
                    TimeSpan used = Environment.CpuUsage.TotalTime;
                    Stopwatch watch = Stopwatch.StartNew();
                    action();
                    if (run < 0)
                        continue;
                    seconds[run] = watch.Elapsed.TotalSeconds;
                    processor[run] = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
                }
                Array.Sort(seconds);
                Array.Sort(processor);
                Console.WriteLine(
                    $"{what, -20} {threads} thread(s): {bytes / 1e6 / seconds[Runs / 2], 6:F0} MB/s "
                        + $"({bytes / 1e6 / seconds[^1]:F0} to {bytes / 1e6 / seconds[0]:F0}), "
                        + $"{bytes / 1e6 / processor[Runs / 2]:F0} MB per second of processor time"
                );
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IngestResult Read(string path, Pieces pieces, int threads) =>
        Data.Ingest.Run(
            SourcePlan.Find("pool", new() { Path = [path] }, "/"),
            BadRowPolicy.Fail,
            new(pieces) { Threads = threads }
        );
}
