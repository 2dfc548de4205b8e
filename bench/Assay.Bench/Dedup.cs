using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Bench;

/// <summary>
/// Speed of <c>select/dedup</c> on real texts: <c>dedup FILE.jsonl[.gz]... [--mb 64]</c>. Prints MB/s of each stage on one core,
/// then time per row at 1x, 4x and 16x the rows, and the gain of a second thread. Processor time is what a busy machine does not blur.
/// </summary>
public static class Dedup
{
    private static double ProcessorSeconds => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(string[] args)
    {
        int at = Array.IndexOf(args, "--mb");
        int megabytes = at < 0 ? 64 : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
        byte[][] texts = [.. args.TakeWhile(arg => arg != "--mb").SelectMany(WebText.Read)];
        long bytes = texts.Sum(text => (long)text.Length);
        int passes = (int)Math.Max(1, megabytes * 1_000_000L / bytes);
        Console.WriteLine($"{texts.Length} texts, {bytes / 1e6:F2} MB, {passes} passes");
        Stages(texts, bytes, passes);
        Scaling(texts, megabytes * 1_000_000L);
    }

    private static void Stages(byte[][] texts, long bytes, int passes)
    {
        DedupOptions options = new();
        RowSigner normaliser = new(options, Banding.Default, null);
        RowSigner signer = new(options, Banding.Default, new(112, new RandomStream(7, "bench")));
        byte[][] words =
        [
            .. texts.Select(text =>
            {
                normaliser.Exact(text, out ReadOnlySpan<byte> w);
                return w.ToArray();
            }),
        ];
        uint[] block = new uint[1024];
        ulong[] window = new ulong[5];
        ulong[] keys = new ulong[14];
        MinHash hash = new(112, new RandomStream(7, "bench"));
        long[] minima = new long[hash.PaddedCount];
        long grams = 0;
        void Time(string name, Action<int> each)
        {
            double best = double.PositiveInfinity;
            int share = Math.Max(1, passes / 5);
            for (int repeat = 0; repeat < 6; repeat++)
            {
                double start = ProcessorSeconds;
                for (int pass = 0; pass < share; pass++)
                for (int i = 0; i < texts.Length; i++)
                    each(i);
                best = Math.Min(best, (ProcessorSeconds - start) / share);
            }
            Console.WriteLine($"{name, -24} {bytes / 1e6 / best, 8:F0} MB/s");
        }
        Time("normalise", i => normaliser.Exact(texts[i], out _));
        Time(
            "n-grams",
            i =>
            {
                NGramReader reader = new(words[i], window);
                for (int got; (got = reader.Read(block)) > 0; )
                    grams += got;
            }
        );
        Random random = new(7);
        for (int i = 0; i < block.Length; i++)
            block[i] = (uint)random.NextInt64();
        foreach (
            (string name, Action<uint[], long[]> update) in new (string, Action<uint[], long[]>)[]
            {
                ("112 hashes, 512 bits", (set, least) => hash.Update512(set, least)),
                ("112 hashes, 256 bits", (set, least) => hash.Update256(set, least)),
                ("112 hashes, scalar", (set, least) => hash.UpdateScalar(set, least)),
            }
        )
        {
            for (int warm = 0; warm < 300; warm++)
                update(block, minima);
            double start = ProcessorSeconds;
            for (int repeat = 0; repeat < 1000; repeat++)
                update(block, minima);
            Console.WriteLine(
                $"{name, -24} {1000.0 * block.Length / 1e6 / (ProcessorSeconds - start), 8:F0} M n-grams/s"
            );
        }
        Time(
            "normalise + signatures",
            i =>
            {
                signer.Exact(texts[i], out ReadOnlySpan<byte> text);
                if (!text.IsEmpty)
                    signer.Bands(text, keys, default);
            }
        );
    }

    private static void Scaling(byte[][] texts, long bytes)
    {
        string[] vocabulary =
        [
            .. texts.SelectMany(text =>
                Encoding.UTF8.GetString(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            ),
        ];
        int rows = (int)(bytes / 16 / 1200);
        foreach (bool verify in (bool[])[false, true])
        foreach ((int factor, int threads) in ((int, int)[])[(1, 1), (4, 1), (16, 1), (16, 2)])
        {
            View view = new(Synthetic(vocabulary, rows * factor));
            double seconds = double.PositiveInfinity,
                processor = double.PositiveInfinity;
            int kept = 0;
            for (int repeat = 0; repeat < 4; repeat++)
            {
                using Pieces pieces = Pieces.Temporary();
                Work work = new(pieces) { Threads = threads };
                double start = ProcessorSeconds;
                Stopwatch watch = Stopwatch.StartNew();
                kept = new Select.Dedup(new() { Verify = verify }).Select(view, work).Kept.Count;
                seconds = Math.Min(seconds, watch.Elapsed.TotalSeconds);
                processor = Math.Min(processor, ProcessorSeconds - start);
            }
            Console.WriteLine(
                $"{factor, 2}x {threads} thread(s){(verify ? " verify" : "")}: {view.Dataset.RowCount} rows, "
                    + $"{view.Dataset.Tables.Sum(t => t.Bytes) / 1e6:F0} MB, {seconds:F2} s, "
                    + $"{seconds / view.Dataset.RowCount * 1e6:F2} us/row, processor {processor / view.Dataset.RowCount * 1e6:F2} us/row, kept {kept}"
            );
        }
    }

    // Rows made of the words of the real texts in random order, a fifth of them near-copies of the one before.
    private static Dataset Synthetic(string[] vocabulary, int rows)
    {
        RandomStream random = new(7, "rows");
        List<byte[]> tables = [];
        TableBuilder builder = new("synthetic");
        string[] last = [];
        for (int row = 0; row < rows; row++)
        {
            if (row % 5 == 4)
                last[random.NextInt32(last.Length)] = "changed";
            else
                last = [.. Enumerable.Range(0, 200).Select(_ => vocabulary[random.NextInt32(vocabulary.Length)])];
            builder.Column("text").Set(Encoding.UTF8.GetBytes(string.Join(' ', last)));
            builder.EndRow(new((UInt128)row), row);
            if (builder.RowCount == 4096 || row == rows - 1)
            {
                using MemoryStream bytes = new();
                builder.WriteTo(bytes);
                tables.Add(bytes.ToArray());
                builder = new("synthetic");
            }
        }
        return Dataset.Of("synthetic", "text", tables);
    }
}
