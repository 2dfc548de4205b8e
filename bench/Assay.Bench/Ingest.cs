using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data;

namespace Assay.Bench;

/// <summary>
/// Reading of files into tables: <c>ingest [megabytes] [threads]</c>. Made-up web texts with an id and an address, as one JSONL file, one CSV
/// file, one gzip file and eight. Tables are written to the disk and synced, as in a run. Prints MB (10^6 bytes
/// of uncompressed content) per second by the clock, and per second of processor time.
/// </summary>
internal static class Ingest
{
    private const int Runs = 3;

    public static void Run(string[] arguments)
    {
        long size = 1_000_000L * (arguments.Length > 0 ? int.Parse(arguments[0]) : 200);
        int threads = arguments.Length > 1 ? int.Parse(arguments[1]) : 1;
        string folder = Directory.CreateTempSubdirectory("assay-bench-").FullName;
        try
        {
            List<byte[]> texts = WebText.Generate(Math.Min(size, 20_000_000));
            Measure("jsonl", ".jsonl", 1, Json, compress: false);
            Measure("csv", ".csv", 1, Csv, compress: false);
            Measure("jsonl.gz, one file", ".jsonl.gz", 1, Json, compress: true);
            Measure("jsonl.gz, eight files", ".jsonl.gz", 8, Json, compress: true);

            void Measure(string name, string ending, int files, Action<Stream, int, byte[]> row, bool compress)
            {
                string sources = Directory.CreateDirectory(Path.Combine(folder, "sources")).FullName;
                long bytes = 0;
                for (int file = 0; file < files; file++)
                    bytes += Write(Path.Combine(sources, file + ending), texts, size / files, row, compress);
                Print(name, sources, bytes, threads, Path.Combine(folder, "pieces"));
                Directory.Delete(sources, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string name, string sources, long bytes, int threads, string pieces)
    {
        double[] seconds = new double[Runs],
            processor = new double[Runs];
        for (int run = -1; run < Runs; run++)
        {
            SourcePlan plan = SourcePlan.Find("pool", new() { Path = [sources + "/*"] }, sources);
            TimeSpan used = Environment.CpuUsage.TotalTime;
            Stopwatch watch = Stopwatch.StartNew();
            Data.Ingest.Run(plan, BadRowPolicy.Fail, new(new Pieces(pieces)) { Threads = threads });
            if (run >= 0)
            {
                seconds[run] = watch.Elapsed.TotalSeconds;
                processor[run] = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
            }
            Directory.Delete(pieces, recursive: true);
        }
        Array.Sort(seconds);
        Array.Sort(processor);
        Console.WriteLine(
            $"{name, -22} {threads} thread(s): {bytes / 1e6 / seconds[Runs / 2], 6:F0} MB/s "
                + $"({bytes / 1e6 / seconds[^1]:F0} to {bytes / 1e6 / seconds[0]:F0}), "
                + $"{bytes / 1e6 / processor[Runs / 2]:F0} MB per second of processor time"
        );
    }

    /// <summary>Writes rows until they come to so many bytes; returns how many they are.</summary>
    public static long Write(
        string path,
        IReadOnlyList<byte[]> texts,
        long size,
        Action<Stream, int, byte[]> row,
        bool compress
    )
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        using Stream stream = compress ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using MemoryStream line = new();
        long written = 0;
        for (int i = 0; written < size; i++)
        {
            line.SetLength(0);
            row(line, i, texts[i % texts.Count]);
            line.WriteTo(stream);
            written += line.Length;
        }
        return written;
    }

    /// <summary>A row of JSON Lines.</summary>
    public static void Json(Stream stream, int row, byte[] text)
    {
        using (Utf8JsonWriter writer = new(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", row);
            writer.WriteString("url", $"https://example.org/pages/{row}.html");
            writer.WriteString("text", text);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    private static void Csv(Stream stream, int row, byte[] text)
    {
        if (row == 0)
            stream.Write("id,url,text\n"u8);
        stream.Write(Encoding.UTF8.GetBytes($"{row},https://example.org/pages/{row}.html,\""));
        foreach (byte one in text)
        {
            if (one == '"')
                stream.WriteByte(one);
            stream.WriteByte(one);
        }
        stream.Write("\"\n"u8);
    }
}
