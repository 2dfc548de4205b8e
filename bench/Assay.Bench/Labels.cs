using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data;
using Assay.Describe;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// The label of a file: <c>label [megabytes] [threads]</c>. Made-up web texts with an id, categories, numbers, dates and missing values as one JSONL file, read
/// and labelled with all modules, pieces on the disk and synced as in a run. Prints seconds, and MB (10^6 bytes of the file) per second, of
/// reading and of the label, and the label's by module.
/// </summary>
internal static class Labels
{
    private static readonly string[] s_languages = ["en", "en", "en", "de", "fr", "es"];

    public static void Run(string[] arguments)
    {
        long size = 1_000_000L * (arguments.Length > 0 ? int.Parse(arguments[0]) : 200);
        int threads = arguments.Length > 1 ? int.Parse(arguments[1]) : 2;
        string folder = Directory.CreateTempSubdirectory("assay-bench-").FullName;
        try
        {
            List<byte[]> texts = WebText.Generate(Math.Min(size, 20_000_000));
            string path = Path.Combine(folder, "rows.jsonl");
            RandomStream random = new(1, "label");
            long bytes = Ingest.Write(
                path,
                texts,
                size,
                (stream, row, text) => Row(stream, row, text, random),
                compress: false
            );

            using Pieces read = new(Path.Combine(folder, "read"));
            Stopwatch watch = Stopwatch.StartNew();
            IngestResult result = Data.Ingest.Run(
                SourcePlan.Find("rows", new() { Path = [path] }, folder),
                BadRowPolicy.Fail,
                new(read) { Threads = threads }
            );
            Print("reading", watch);
            View view = new(
                new Dataset(
                    "rows",
                    "rows",
                    result.Schema,
                    "text",
                    result.Infos,
                    index => Table.Read(result.Tables[index])
                )
            );
            LabelModule[] statistics = [LabelModule.Statistics, LabelModule.Alerts];
            Label("label, statistics and alerts", statistics);
            Label("label, pairs too", [.. statistics, LabelModule.Pairs]);
            Label("label, all modules", Enum.GetValues<LabelModule>());

            void Label(string name, LabelModule[] modules)
            {
                string pieces = Path.Combine(folder, "label");
                using (Pieces made = new(pieces))
                {
                    watch = Stopwatch.StartNew();
                    new NutritionLabel(new() { Modules = modules }).Describe(view, new(made) { Threads = threads });
                    Print(name, watch);
                }
                Directory.Delete(pieces, recursive: true);
            }

            void Print(string name, Stopwatch clock) =>
                Console.WriteLine(
                    $"{name, -30} {threads} thread(s): {clock.Elapsed.TotalSeconds, 6:F2} s, {bytes / 1e6 / clock.Elapsed.TotalSeconds, 6:F0} MB/s"
                );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Row(Stream stream, int row, byte[] text, RandomStream random)
    {
        using (Utf8JsonWriter writer = new(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("id", $"doc-{row:D9}");
            writer.WriteString("text", text);
            writer.WriteString("language", s_languages[random.NextInt32(s_languages.Length)]);
            writer.WriteString("site", $"site{(int)Math.Pow(5000, random.NextDouble())}.example");
            writer.WriteNumber("score", random.NextGaussian());
            writer.WriteNumber("stars", 1 + random.NextInt32(5));
            writer.WriteBoolean("verified", random.NextInt32(3) > 0);
            writer.WriteString(
                "date",
                $"20{10 + random.NextInt32(15)}-{1 + random.NextInt32(12):D2}-{1 + random.NextInt32(28):D2}"
            );
            if (random.NextInt32(12) > 0)
                writer.WriteNumber("price", Math.Round(Math.Exp(3 + random.NextGaussian()), 2));
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }
}
