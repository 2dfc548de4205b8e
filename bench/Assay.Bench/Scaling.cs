using System.Diagnostics;
using Assay.Data;
using Assay.Describe;
using Assay.Select;
using Assay.Value;

namespace Assay.Bench;

/// <summary>
/// Time per row of the steps of a run: <c>scaling [megabytes] [threads]</c>, to be run for several sizes and thread counts. Made-up web
/// texts; each step sees what the one before left, and its pieces are written to the disk and synced. Prints microseconds per row read,
/// by the clock and of processor time: medians of up to five runs, as many as fit in 20 seconds, after unmeasured ones on less data.
/// </summary>
internal static class Scaling
{
    private static readonly string[] Names = ["read", "label", "dedup", "heuristics", "perplexity"];

    public static void Run(string[] arguments)
    {
        long size = 1_000_000L * (arguments.Length > 0 ? int.Parse(arguments[0]) : 16);
        int threads = arguments.Length > 1 ? int.Parse(arguments[1]) : 1;
        string folder = Directory.CreateTempSubdirectory("assay-bench-").FullName;
        try
        {
            List<byte[]> texts = WebText.Generate(size);
            string path = Path.Combine(folder, "pool.jsonl"),
                little = Path.Combine(folder, "warm.jsonl"),
                pieces = Path.Combine(folder, "pieces");
            Ingest.Write(path, texts, size, Ingest.Json, compress: false);
            Ingest.Write(little, texts, Math.Min(size, 1_000_000), Ingest.Json, compress: false);
            for (int warm = 0; warm < 5; warm++)
                Steps(little, threads, pieces);
            List<Figures> runs = [];
            Stopwatch watch = Stopwatch.StartNew();
            do runs.Add(Steps(path, threads, pieces));
            while (runs.Count < 5 && watch.Elapsed.TotalSeconds * (runs.Count + 1) / runs.Count < 20);
            Print(size, threads, runs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(long size, int threads, List<Figures> runs)
    {
        long rows = runs[0].Rows;
        Console.WriteLine($"{size / 1e6:F0} MB, {rows} rows, {threads} threads, {runs.Count} runs");
        Console.WriteLine($"{"us per row", -12} {"clock", 9} {"processor", 9} {"MB/s", 8}");
        double clock = 0,
            processor = 0;
        for (int step = 0; step < Names.Length; step++)
        {
            double Median(Func<Figures, TimeSpan[]> of) =>
                runs.Select(run => of(run)[step].TotalMicroseconds / rows).Order().ElementAt(runs.Count / 2);
            clock += Median(run => run.Clock);
            processor += Median(run => run.Processor);
            Line(Names[step], Median(run => run.Clock), Median(run => run.Processor));
        }
        Line("together", clock, processor);

        void Line(string name, double byClock, double byProcessor) =>
            Console.WriteLine($"{name, -12} {byClock, 9:F2} {byProcessor, 9:F2} {size / (byClock * rows), 8:F1}");
    }

    private sealed record Figures(TimeSpan[] Clock, TimeSpan[] Processor, long Rows);

    private static Figures Steps(string path, int threads, string folder)
    {
        List<TimeSpan> clock = [],
            processor = [];
        IngestResult read = null!;
        Time(work =>
            read = Data.Ingest.Run(
                SourcePlan.Find("pool", new() { Path = [path] }, Path.GetDirectoryName(path)!),
                BadRowPolicy.Fail,
                work
            )
        );
        View view = new(new("pool", "", read.Schema, "text", read.Infos, index => Table.Read(read.Tables[index])));
        Time(work => new NutritionLabel(new()).Describe(view, work));
        Time(work => Keep(new Select.Dedup(new()).Select(view, work)));
        Time(work => Keep(new Select.Heuristics(new()).Select(view, work)));
        Time(work => new Perplexity(new()).Value(view, work));
        Directory.Delete(folder, recursive: true);
        return new([.. clock], [.. processor], read.Rows);

        void Time(Action<Work> step)
        {
            Work work = new(new Pieces(Path.Combine(folder, clock.Count.ToString()))) { Threads = threads };
            TimeSpan used = Environment.CpuUsage.TotalTime;
            Stopwatch watch = Stopwatch.StartNew();
            step(work);
            clock.Add(watch.Elapsed);
            processor.Add(Environment.CpuUsage.TotalTime - used);
        }

        void Keep(Selected selected) => view = view.With(selected.Kept, selected.Edits);
    }
}
