using System.Diagnostics;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Bench;

/// <summary>Vectors of rows, and what selects by them: vectors [rows] [threads], on made-up web texts.</summary>
internal static class Vectors
{
    public static void Run(string[] args)
    {
        int rows = args.Length > 0 ? int.Parse(args[0]) : 20_000,
            threads = args.Length > 1 ? int.Parse(args[1]) : 2;
        List<byte[]> texts = WebText.Generate(rows * 1000L);
        List<byte[]> tables = [];
        for (int first = 0; first < rows; first += 1000)
        {
            TableBuilder builder = new("rows");
            for (int row = first; row < Math.Min(rows, first + 1000); row++)
            {
                byte[] text = texts[row % texts.Count];
                byte[] own = text[..Math.Min(text.Length, 1000)];
                builder.Column("text").Set(own);
                builder.EndRow(RowId.Of(own, "rows", row), row);
            }
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            tables.Add(bytes.ToArray());
        }
        View view = new(Dataset.Of("rows", "text", tables));
        using Workers.LimitScope limit = Workers.Limit(threads);
        Matrix? vectors = null;
        foreach (EmbeddingKind kind in (EmbeddingKind[])[EmbeddingKind.Hashed, EmbeddingKind.TfIdf])
        {
            using Pieces pieces = Pieces.Temporary();
            Work work = new(pieces) { Threads = threads, Random = new(1, "vectors") };
            RowEmbedding? space = null;
            Timed(
                $"{kind}: fit on {Math.Min(rows, 16384)} rows",
                0,
                () => space = RowEmbedding.Fit(new() { Embed = kind }, work, view)
            );
            Timed($"{kind}: vectors", rows, () => vectors = space!.Apply(view, work, "rows"));
        }
        int count = rows / 20;
        Timed($"k-center: {count} of {rows}", count, () => KCenter.Choose(vectors!, count));
        Timed(
            $"facility-location: {count} of {rows}, all represented",
            count,
            () => FacilityLocation.Choose(vectors!, vectors!, count)
        );
        Timed(
            $"semdedup: {rows / 1000} clusters",
            rows,
            () => SemDedup.Find(vectors!, rows / 1000, SemDedupKeep.Hard, new(1, "dedup"))
        );
    }

    private static void Timed(string what, int rows, Action body)
    {
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        body();
        double seconds = watch.Elapsed.TotalSeconds;
        TimeSpan processors = Process.GetCurrentProcess().TotalProcessorTime - before;
        Console.WriteLine(
            $"{what}: {seconds:F2} s, {processors.TotalSeconds:F2} s of processors"
                + (rows > 0 ? $", {rows / seconds:F0} rows/s" : "")
                + $", peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"
        );
    }
}
