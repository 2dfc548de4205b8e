using Assay.Select;

namespace Assay.Bench;

/// <summary>
/// Heuristic filters on one core: <c>heuristics [file.jsonl[.gz]] [megabytes]</c>. Every filter sees every text as it came,
/// so "all four" is the work of four filters whatever the first one drops; "fineweb chain" stops at the first drop.
/// </summary>
internal static class Heuristics
{
    public static void Run(string[] arguments)
    {
        string? path = arguments.FirstOrDefault(File.Exists);
        long size =
            1_000_000L
            * arguments.Where(argument => int.TryParse(argument, out _)).Select(int.Parse).FirstOrDefault(50);
        List<byte[]> texts = path is null ? WebText.Generate(size) : WebText.Read(path, size);
        long bytes = texts.Sum(text => (long)text.Length);
        Console.WriteLine($"{path ?? "generated text"}: {texts.Count} texts, {bytes / 1e6:F1} MB, one thread");

        Preset[] all = [Preset.GopherQuality, Preset.GopherRepetition, Preset.C4, Preset.FinewebQuality];
        ScannedText scanned = new(WordSplit.Whitespace);
        Rate.Print("scan", bytes, () => texts.ForEach(text => scanned.Load(text)));
        foreach (Preset preset in all)
            Measure(preset.ToString(), [preset]);
        Measure("all four", all);
        Measure("fineweb chain", [Preset.Fineweb], stop: true);

        void Measure(string name, Preset[] presets, bool stop = false)
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
                    }
                }
            );
        }
    }
}
