using System.Diagnostics;
using Assay.Data;
using Assay.Select;

namespace Assay.Bench;

/// <summary>
/// Selectors that cut texts: <c>cutting [file.jsonl[.gz]]... [megabytes]</c>. Whole steps over tables in memory, on one thread and on two, in
/// MB of text per second of the clock and of processor time; the suffix array alone; and the searches for private data.
/// </summary>
internal static class Cutting
{
    public static void Run(string[] arguments)
    {
        string[] paths = [.. arguments.Where(File.Exists)];
        long size =
            1_000_000L
            * arguments.Where(argument => int.TryParse(argument, out _)).Select(int.Parse).FirstOrDefault(20);
        List<byte[]> texts = paths.Length == 0 ? WebText.Generate(size) : [.. paths.SelectMany(WebText.Read)];
        long bytes = texts.Sum(text => (long)text.Length);
        Console.WriteLine(
            $"{(paths.Length == 0 ? "generated text" : string.Join(", ", paths))}: {texts.Count} texts, {bytes / 1e6:F1} MB"
        );
        byte[] whole = [.. texts.SelectMany(text => text).Take(8_000_000)];
        Rate.Print("suffix array", whole.Length, () => SuffixArray.Of(whole), runs: 3);
        Anchors anchors = new(200);
        Rate.Print(
            "anchors",
            bytes,
            () =>
            {
                foreach (byte[] text in texts)
                    anchors.Of(text);
            },
            runs: 3
        );
        List<PiiItem> items = [];
        foreach (
            (string name, PiiFinder finder) in (ReadOnlySpan<(string, PiiFinder)>)
                [
                    ("private data by numbers", new([PiiKind.Email, PiiKind.Phone, PiiKind.Ip, PiiKind.Card])),
                    ("private data of all kinds", new(PiiFinder.AllKinds)),
                ]
        )
            Rate.Print(
                name + ", search alone",
                bytes,
                () =>
                {
                    items.Clear();
                    foreach (byte[] text in texts)
                        finder.Find(text, items);
                },
                runs: 3
            );
        View view = new(DatasetOf(texts));
        foreach (
            (string name, ISelector selector) in (ReadOnlySpan<(string, ISelector)>)
                [
                    ("substring", new Substring(new())),
                    ("substring, keep-first", new Substring(new() { KeepFirst = true })),
                    ("sentence-triplets", new SentenceTriplets(new())),
                    ("bloom", new Select.Bloom(new())),
                    ("pii", new Pii(new())),
                ]
        )
        foreach (int threads in (int[])[1, 2])
        {
            double seconds = double.PositiveInfinity,
                processor = double.PositiveInfinity;
            Selected? selected = null;
            for (int run = 0; run < 3; run++)
            {
                using Pieces pieces = Pieces.Temporary();
                TimeSpan start = Environment.CpuUsage.TotalTime;
                Stopwatch watch = Stopwatch.StartNew();
                selected = selector.Select(view, new(pieces) { Threads = threads });
                seconds = Math.Min(seconds, watch.Elapsed.TotalSeconds);
                processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            }
            Console.WriteLine(
                $"{name, -28} {bytes / 1e6 / seconds, 9:F1} MB/s, {bytes / 1e6 / processor, 9:F1} MB per second of processor time, {threads} thread(s); dropped {selected!.Drops.Rows.Length}, "
                    + string.Join(", ", selected.Notes ?? [])
            );
        }
    }

    private static Dataset DatasetOf(List<byte[]> texts)
    {
        List<byte[]> tables = [];
        foreach (byte[][] chunk in texts.Chunk(500))
        {
            TableBuilder builder = new("bench");
            foreach (byte[] text in chunk)
            {
                builder.Column("text").Set(text);
                builder.EndRow(new((UInt128)(tables.Count * 500 + builder.RowCount)), builder.RowCount);
            }
            using MemoryStream stream = new();
            builder.WriteTo(stream);
            tables.Add(stream.ToArray());
        }
        return Dataset.Of("bench", "text", tables);
    }
}
