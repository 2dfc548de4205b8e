using System.Text;
using Assay.Data;
using Assay.Value;

namespace Assay.Bench;

/// <summary>
/// Signals that match texts with others: <c>matching [file.jsonl[.gz]]... [megabytes]</c>. Whole steps over tables in memory, on one
/// thread, in MB of text per second of processor time; a tenth of the texts is the target.
/// </summary>
internal static class Matching
{
    public static void Run(string[] arguments)
    {
        string[] paths = [.. arguments.Where(File.Exists)];
        long size =
            1_000_000L
            * arguments.Where(argument => int.TryParse(argument, out _)).Select(int.Parse).FirstOrDefault(20);
        List<byte[]> texts = paths.Length == 0 ? WebText.Generate(size) : WebText.Read(paths, size);
        long bytes = texts.Sum(text => (long)text.Length);
        Console.WriteLine(
            $"{(paths.Length == 0 ? "generated text" : string.Join(", ", paths))}: {texts.Count} texts, {bytes / 1e6:F1} MB"
        );
        View ViewOf(IEnumerable<byte[]> of) =>
            new(Dataset.OfTexts(of.Select(text => Encoding.UTF8.GetString(text)), rowsPerTable: 500));
        View pool = ViewOf(texts),
            target = ViewOf(texts.Where((_, i) => i % 10 == 0));
        foreach (
            (string name, IValuer valuer) in (ReadOnlySpan<(string, IValuer)>)
                [
                    ("value/dsir", new DsirWeight(new() { Target = "target" })),
                    ("value/quality", new Quality(new() { Positive = "target" })),
                    ("value/language", new Language(new())),
                ]
        )
            Rate.Print(
                name,
                bytes,
                () =>
                {
                    using Pieces pieces = Pieces.Temporary();
                    Work work = new(pieces)
                    {
                        Threads = 1,
                        Datasets = new Dictionary<string, View> { ["target"] = target },
                    };
                    valuer.Value(pool, work);
                },
                runs: 3
            );
    }
}
