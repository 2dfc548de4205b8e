using System.Text;
using Assay.Numerics;

namespace Assay.Data.Tests;

/// <summary>Lines with their private data marked: <c>Write to {{email|a@b.org}}</c>.</summary>
internal sealed class LabelledText
{
    private readonly record struct Item(int Line, PiiKind Kind, int Start, int End);

    private readonly List<string> _lines = [];
    private readonly HashSet<Item> _labels = [];

    public static LabelledText Of(IEnumerable<string> marked)
    {
        LabelledText text = new();
        foreach (string line in marked)
            text.Add(line);
        return text;
    }

    public static LabelledText OfFile(string name)
    {
        using StreamReader file = new(typeof(LabelledText).Assembly.GetManifestResourceStream(name)!);
        return Of(file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public IReadOnlyList<string> Lines => _lines;

    private void Add(string marked)
    {
        StringBuilder line = new();
        for (int at = 0; at < marked.Length; )
        {
            if (!marked[at..].StartsWith("{{", StringComparison.Ordinal))
            {
                line.Append(marked[at++]);
                continue;
            }
            int end = marked.IndexOf("}}", at, StringComparison.Ordinal),
                bar = marked.IndexOf('|', at);
            int start = Encoding.UTF8.GetByteCount(line.ToString());
            line.Append(marked[(bar + 1)..end]);
            _labels.Add(
                new(
                    _lines.Count,
                    Enum.Parse<PiiKind>(marked[(at + 2)..bar].Replace("-", ""), true),
                    start,
                    Encoding.UTF8.GetByteCount(line.ToString())
                )
            );
            at = end + 2;
        }
        _lines.Add(line.ToString());
    }

    /// <summary>What a finder of all kinds makes of it; an item is right if kind and both ends are.</summary>
    public Dictionary<PiiKind, PiiScore> Scores()
    {
        PiiFinder finder = new(PiiFinder.AllKinds);
        HashSet<Item> said =
        [
            .. _lines.SelectMany(
                (line, i) =>
                    finder
                        .Find(Encoding.UTF8.GetBytes(line))
                        .Select(item => new Item(i, item.Kind, item.Start, item.End))
            ),
        ];
        return PiiFinder.AllKinds.ToDictionary(
            kind => kind,
            kind =>
            {
                Item[] of = [.. said.Where(item => item.Kind == kind)],
                    labelled = [.. _labels.Where(item => item.Kind == kind)];
                return new PiiScore(of.Count(_labels.Contains), of.Length, labelled.Length)
                {
                    Wrong = [.. of.Where(item => !_labels.Contains(item)).Select(Show)],
                    Missed = [.. labelled.Where(item => !said.Contains(item)).Select(Show)],
                };
            }
        );
    }

    private string Show(Item item) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(_lines[item.Line]).AsSpan(item.Start, item.End - item.Start))
        + "  in  "
        + _lines[item.Line];
}

/// <summary>How many items of a kind were found.</summary>
internal sealed record PiiScore(int Right, int Found, int Labelled)
{
    public string[] Wrong { get; init; } = [];

    public string[] Missed { get; init; } = [];

    public override string ToString() =>
        $"{Right} right of {Found} found and {Labelled} labelled; precision {Share(Right, Found)}, recall {Share(Right, Labelled)}";

    /// <summary>The row of the documentation's table.</summary>
    public string Row(string name) =>
        $"| {name} | {Labelled} | {Found} | {Right} | {Share(Right, Found)} | {Share(Right, Labelled)} |";

    private static string Share(int part, int whole)
    {
        if (whole == 0)
            return "-";
        MeanInterval share = WilsonInterval.Of(part, whole);
        return FormattableString.Invariant($"{share.Mean:0.00} [{share.Low:0.00}, {share.High:0.00}]");
    }
}
