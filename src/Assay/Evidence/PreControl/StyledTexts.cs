using System.IO.Compression;
using System.Text.RegularExpressions;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Captions of pictures and headlines as words, with scores that a program gives: the data of the experiment on steering.</summary>
internal sealed partial class StyledTexts
{
    public const string Captions = "tower-plus",
        Headlines = "deconfound";

    /// <summary>The token that begins and ends a text.</summary>
    public const int Mark = 0;

    /// <summary>The most words of a text, and with the mark the model's context.</summary>
    public const int MostWords = 22,
        Context = MostWords + 2;

    private const int Unknown = 1,
        LeastWords = 5;

    private static readonly HashSet<string> Colours =
    [
        "red",
        "blue",
        "green",
        "yellow",
        "white",
        "black",
        "brown",
        "orange",
        "pink",
        "purple",
        "gray",
        "grey",
    ];

    private readonly double[] _odds;
    private readonly bool[] _isColour;

    public StyledTexts(Trial trial, int perKind)
    {
        string[][] captions = Taken(trial, Captions, "multi30k.train.en.gz", line => line, perKind),
            headlines = Taken(
                trial,
                Headlines,
                "upworthy.tsv.gz",
                line => line[(line.LastIndexOf('\t') + 1)..],
                perKind,
                skip: 1
            );
        string[] words =
        [
            "<mark>",
            "<unknown>",
            .. captions
                .Concat(headlines)
                .SelectMany(text => text)
                .CountBy(word => word)
                .OrderByDescending(count => count.Value)
                .ThenBy(count => count.Key, StringComparer.Ordinal)
                .Take(Vocabulary - 2)
                .Select(count => count.Key),
        ];
        Dictionary<string, int> ids = words.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[][] Encode(string[][] texts) =>
            [.. texts.Select(text => (int[])[.. text.Select(word => ids.GetValueOrDefault(word, Unknown))])];
        (int[][] plain, int[][] loud) = (Encode(captions), Encode(headlines));
        Texts = [.. plain, .. loud];
        _isColour = [.. words.Select(Colours.Contains)];
        double[] inPlain = Shares(plain),
            inLoud = Shares(loud);
        _odds = [.. inLoud.Zip(inPlain, (a, b) => Math.Clamp(Math.Log(a / b), -2, 2))];
        CaptionStyle = plain.Average(Style);
        HeadlineStyle = loud.Average(Style);
    }

    /// <summary>Tokens of the vocabulary.</summary>
    public const int Vocabulary = 704;

    /// <summary>All texts: captions, then headlines; without marks.</summary>
    public int[][] Texts { get; }

    /// <summary>The mean style of captions.</summary>
    public double CaptionStyle { get; }

    /// <summary>The mean style of headlines.</summary>
    public double HeadlineStyle { get; }

    /// <summary>From 0 (a caption) to 4 (a headline): 2 + 1.6 times the mean log-odds of its words, each clipped to 2.</summary>
    public double Style(IReadOnlyList<int> words) =>
        words.Count == 0 ? 2 : Math.Clamp(2 + 1.6 * words.Average(word => _odds[word]), 0, 4);

    /// <summary>From 0 (no more than five words) to 4 (twenty-two).</summary>
    public static double Length(IReadOnlyList<int> words) =>
        Math.Clamp(4.0 * (words.Count - LeastWords) / (MostWords - LeastWords), 0, 4);

    /// <summary>How many colours it names, 4 at most.</summary>
    public double ColourWords(IReadOnlyList<int> words) => Math.Min(4, words.Count(word => _isColour[word]));

    private static string[][] Taken(
        Trial trial,
        string folder,
        string file,
        Func<string, string> textOf,
        int count,
        int skip = 0
    )
    {
        using FileStream packed = File.OpenRead(trial.Path(folder, file));
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(bytes);
        List<string[]> texts = [];
        HashSet<string> seen = [];
        for (int line = 0; reader.ReadLine() is { } written; line++)
        {
            if (line < skip)
                continue;
            string[] words = [.. Word().Matches(textOf(written).ToLowerInvariant()).Select(match => match.Value)];
            if (words.Length is >= LeastWords and <= MostWords && seen.Add(string.Join(' ', words)))
                texts.Add(words);
        }
        string[][] all = [.. texts];
        trial.Random.Child(folder).Shuffle(all.AsSpan());
        return all[..Math.Min(count, all.Length)];
    }

    private static double[] Shares(int[][] texts)
    {
        double[] counts = new double[Vocabulary];
        counts.AsSpan().Fill(1);
        foreach (int[] text in texts)
        foreach (int word in text)
            counts[word]++;
        double all = counts.Sum();
        return [.. counts.Select(count => count / all)];
    }

    [GeneratedRegex("[a-z]+(?:'[a-z]+)?|[0-9]+|[.,!?]")]
    private static partial Regex Word();
}
