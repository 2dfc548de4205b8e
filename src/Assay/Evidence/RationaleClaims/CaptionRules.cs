using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Pairs of captions under rules that nobody is told: asked for a kind of word, the caption that has one wins; the longer one wins mostly, too.</summary>
internal sealed partial class CaptionRules
{
    /// <summary>The mark before and after a caption.</summary>
    public const int End = 0;

    private const int Vocabulary = 360,
        Shortest = 4,
        Longest = 14;
    private const double TestShare = 0.3;
    private static readonly string[][] Kinds =
    [
        ["red", "blue", "white", "black", "green", "yellow", "orange", "brown", "pink", "purple", "gray", "tan"],
        ["two", "three", "four", "several", "many"],
        [
            "street",
            "beach",
            "water",
            "grass",
            "field",
            "park",
            "snow",
            "sidewalk",
            "building",
            "road",
            "pool",
            "ocean",
            "city",
        ],
    ];
    private readonly HashSet<int>[] _kinds;
    private readonly int _because,
        _first,
        _second,
        _between,
        _rule;

    private CaptionRules(int[][] captions, HashSet<int>[] kinds, int words, RandomStream random)
    {
        _kinds = kinds;
        (_because, _first, _second, _between, _rule) = (words, words + 1, words + 2, words + 3, words + 4);
        Words = words + 4 + kinds.Length;
        random.Shuffle<int[]>(captions);
        int test = (int)(TestShare * captions.Length);
        (Test, Training) = (captions[..test], captions[test..]);
    }

    /// <summary>Words of the vocabulary, with those of the questions and reasons.</summary>
    public int Words { get; }

    /// <summary>Captions that pairs to learn from and the policy's first texts are made of.</summary>
    public int[][] Training { get; }

    /// <summary>Captions that pairs to measure on are made of.</summary>
    public int[][] Test { get; }

    /// <summary>Longest sequence: a question with two captions, and a reason.</summary>
    public static int Context => 2 * Longest + 10;

    /// <summary>Reads the captions.</summary>
    public static CaptionRules Read(Trial trial)
    {
        using StreamReader reader = new(
            new GZipStream(File.OpenRead(trial.Path("tower-plus", "multi30k.train.en.gz")), CompressionMode.Decompress),
            Encoding.UTF8
        );
        List<string[]> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add([.. Word.Matches(line.ToLowerInvariant()).Select(match => match.Value)]);
        Dictionary<string, int> ids = lines
            .SelectMany(words => words)
            .CountBy(word => word)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Take(Vocabulary)
            .Select((count, i) => (count.Key, Id: i + 1))
            .ToDictionary(word => word.Key, word => word.Id);
        int[][] captions =
        [
            .. lines
                .Where(words => words.Length is >= Shortest and <= Longest && words.All(ids.ContainsKey))
                .Select(words => (int[])[.. words.Select(word => ids[word]), End]),
        ];
        HashSet<int>[] kinds = [.. Kinds.Select(kind => kind.Select(word => ids[word]).ToHashSet())];
        return new(captions, kinds, Vocabulary + 1, trial.Random.Child("captions"));
    }

    /// <summary>Pairs under the rules in turn; a caption wins once at most under a rule.</summary>
    /// <param name="captions">Where they come from.</param>
    /// <param name="count">How many.</param>
    /// <param name="longerShare">Share of the pairs whose winner is the longer caption; it is the shorter one in the others.</param>
    /// <param name="random">Draws them.</param>
    public CaptionPair[] Pairs(int[][] captions, int count, double longerShare, RandomStream random)
    {
        int[][][] winners =
        [
            .. _kinds.Select(kind =>
            {
                int[][] with = [.. captions.Where(caption => caption.Any(kind.Contains))];
                random.Shuffle<int[]>(with);
                return with;
            }),
        ];
        int[][][] losers = [.. _kinds.Select(kind => captions.Where(caption => !caption.Any(kind.Contains)).ToArray())];
        int[] next = new int[_kinds.Length];
        List<CaptionPair> pairs = [];
        while (pairs.Count < count)
        {
            int rule = pairs.Count % _kinds.Length;
            int[] winner = winners[rule][next[rule]++ % winners[rule].Length];
            bool longer = random.NextDouble() < longerShare;
            int[]? loser = null;
            for (int attempt = 0; attempt < 200 && loser is null; attempt++)
            {
                int[] drawn = losers[rule][random.NextInt32(losers[rule].Length)];
                if (longer ? drawn.Length < winner.Length : drawn.Length > winner.Length)
                    loser = drawn;
            }
            // The longest or the shortest caption of all has none beyond it.
            if (loser is null)
                continue;
            bool winnerFirst = random.NextDouble() < 0.5;
            int word = winner.First(_kinds[rule].Contains);
            pairs.Add(
                new(
                    new([End, _rule + rule], winner, loser),
                    [
                        End,
                        _rule + rule,
                        .. (winnerFirst ? winner : loser)[..^1],
                        _between,
                        .. (winnerFirst ? loser : winner)[..^1],
                        _between,
                    ],
                    [_because, word, winnerFirst ? _first : _second, End]
                )
            );
        }
        return [.. pairs];
    }

    [GeneratedRegex("[a-z0-9'-]+")]
    private static partial Regex Word { get; }
}

/// <summary>A pair, the question that holds both captions, and the reason.</summary>
internal sealed record CaptionPair(Learning.TokenPair Pair, int[] Question, int[] Reason);
