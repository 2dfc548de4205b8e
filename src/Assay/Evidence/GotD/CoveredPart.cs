using System.IO.Compression;
using System.Text;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A target of two parts, of which the pool has much of one already: which part does a selector bring?</summary>
internal static class CoveredPart
{
    private const int TargetRows = 150,
        Uncovered = 300;

    /// <summary>The parts: questions about people and about places, customers that are pleased and that are not.</summary>
    public static IReadOnlyList<string> Names => ["questions", "customers"];

    /// <summary>The share of rows of the uncovered part among the rows of either part that each way chooses.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="others">Rows of other domains.</param>
    /// <param name="ways">Ways to choose.</param>
    /// <param name="figures">Gets <c>uncovered/NAME/WAY</c>, and <c>uncovered/NAME/base</c> for the pool itself.</param>
    public static void Measure(
        Trial trial,
        string name,
        IEnumerable<byte[]> others,
        IEnumerable<string> ways,
        Figures figures
    )
    {
        RandomStream random = trial.Random.Child("covered").Child(name);
        (byte[][] covered, byte[][] uncovered) =
            name == "questions"
                ? (Questions(trial, "HUM:"), Questions(trial, "LOC:"))
                : (Lines(trial, "custrev.pos.gz"), Lines(trial, "custrev.neg.gz"));
        random.Shuffle<byte[]>(covered);
        random.Shuffle<byte[]>(uncovered);
        byte[][] rest = [.. others],
            open = uncovered[TargetRows..(TargetRows + Uncovered)],
            known = covered[TargetRows..];
        byte[][] pool = [.. open, .. known, .. rest];
        TargetedSelection selection = new(
            trial,
            random.Child("selection"),
            pool,
            [.. covered.Take(TargetRows), .. uncovered.Take(TargetRows)]
        );
        figures[$"uncovered/{name}/base"] = open.Length / (double)(open.Length + known.Length);
        foreach (string way in ways)
        {
            int[] chosen = selection.Choose(way, Uncovered);
            double ofOpen = chosen.Count(row => row < open.Length),
                ofEither = chosen.Count(row => row < open.Length + known.Length);
            figures[$"uncovered/{name}/{way}"] = ofEither > 0 ? ofOpen / ofEither : 0;
        }
    }

    private static byte[][] Questions(Trial trial, string kind) =>
        [
            .. Read(trial, "TREC.train.gz")
                .Where(line => line.StartsWith(kind, StringComparison.Ordinal))
                .Select(line => Encoding.UTF8.GetBytes(line[(line.IndexOf(' ') + 1)..])),
        ];

    private static byte[][] Lines(Trial trial, string file) =>
        [.. Read(trial, file).Select(line => Encoding.UTF8.GetBytes(line))];

    private static List<string> Read(Trial trial, string file)
    {
        using FileStream packed = File.OpenRead(trial.Path(TextDomains.Folder, file));
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(bytes, Encoding.Latin1);
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }
}
