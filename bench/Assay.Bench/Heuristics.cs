using Assay.Numerics;
using Assay.Select;

namespace Assay.Bench;

/// <summary>
/// Heuristic filters and MinHash signatures on one core: <c>heuristics [file.jsonl[.gz]]... [megabytes]</c>. Every filter sees every
/// text as it came, so "all four" is the work of four filters whatever the first one drops; "fineweb chain" stops at the first drop.
/// <c>bench/peers/datatrove_text.py</c> prints the same lines for datatrove.
/// </summary>
internal static class Heuristics
{
    public static void Run(string[] arguments)
    {
        string[] paths = [.. arguments.Where(File.Exists)];
        long size =
            1_000_000L
            * arguments.Where(argument => int.TryParse(argument, out _)).Select(int.Parse).FirstOrDefault(50);
        List<byte[]> texts = paths.Length == 0 ? WebText.Generate(size) : WebText.Read(paths, size);
        long bytes = texts.Sum(text => (long)text.Length);
        string source = paths.Length == 0 ? "generated text" : string.Join(", ", paths);
        Console.WriteLine($"{source}: {texts.Count} texts, {bytes / 1e6:F1} MB, one thread");

        RowSigner signer = new(new(), Banding.Default, new(112, new RandomStream(7, "bench")));
        ulong[] keys = new ulong[14];
        Preset[] all = [Preset.GopherQuality, Preset.GopherRepetition, Preset.C4, Preset.FinewebQuality];
        ScannedText scanned = new(WordSplit.Whitespace);
        Rate.Print("scan", bytes, () => texts.ForEach(text => scanned.Load(text)));
        foreach (Preset preset in all)
            Measure(preset.ToString(), [preset]);
        Measure("all four", all);
        Measure("fineweb chain", [Preset.Fineweb], stop: true);
        foreach (Preset preset in (Preset[])[Preset.RefinedwebLines, Preset.Dolma, Preset.C4Paragraphs])
            Measure(preset.ToString(), [preset]);
        Rate.Print("normalise + signatures", bytes, () => texts.ForEach(Sign));
        Measure("all four + signatures", all, sign: true);

        void Sign(byte[] text)
        {
            signer.Exact(text, out ReadOnlySpan<byte> normal);
            if (!normal.IsEmpty)
                signer.Bands(normal, keys, default);
        }

        void Measure(string name, Preset[] presets, bool stop = false, bool sign = false)
        {
            IReadOnlyList<IFilter> filters = new Select.Heuristics(new() { Preset = presets }).MakeFilters();
            Rate.Print(
                name,
                bytes,
                () =>
                {
                    foreach (byte[] text in texts)
                    {
                        scanned.Load(text);
                        foreach (IFilter filter in filters)
                        {
                            if (scanned.IsEdited && !stop)
                                scanned.Load(text);
                            if (scanned.Length == 0 || (filter.Reject(scanned) is not null && stop))
                                break;
                        }
                        if (sign)
                            Sign(text);
                    }
                }
            );
        }
    }
}
