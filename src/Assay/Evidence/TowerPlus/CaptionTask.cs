using System.IO.Compression;
using System.Text;
using Assay.Learning;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Evidence;

/// <summary>Headlines as the general language that is to be kept, English captions with their German ones as the speciality.</summary>
/// <remarks>
/// Words of one vocabulary: the most frequent of the training texts, one mark for all others. A headline follows the mark <c>gen</c>; a German caption follows <c>tr</c>, the English
/// one and a second mark. Captions of up to 13 words.
/// </remarks>
internal sealed class CaptionTask
{
    private const int Vocabulary = 1270,
        Longest = 13,
        LongestHeadline = 20,
        HeldOut = 500,
        FirstWord = 5;
    private const int End = 0,
        General = 1,
        Translate = 2,
        Into = 3,
        Unknown = 4;

    private readonly string[] _words;

    private CaptionTask(string[] words) => _words = words;

    /// <summary>Headlines to train on.</summary>
    public required IReadOnlyList<PooledRow> Headlines { get; init; }

    /// <summary>Translations to train on.</summary>
    public required IReadOnlyList<PooledRow> Translations { get; init; }

    /// <summary>Captions of both languages, each alone, to train on.</summary>
    public required IReadOnlyList<PooledRow> Captions { get; init; }

    /// <summary>Held-out headlines.</summary>
    public required IReadOnlyList<PooledRow> HeldHeadlines { get; init; }

    /// <summary>Held-out translations.</summary>
    public required IReadOnlyList<PooledRow> HeldTranslations { get; init; }

    /// <summary>How answers are sampled.</summary>
    public static RolloutOptions Sampling => new() { MaxTokens = Longest + 5, Ends = [End] };

    /// <summary>An untrained model of two layers and width 64.</summary>
    public static Transformer NewModel(RandomStream random) =>
        new(
            ModelSizes.Of("gpt-250k", Vocabulary) with
            {
                HiddenSize = 64,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 16,
                IntermediateSize = 170,
                ContextLength = 48,
                EndTokens = [End],
            },
            random
        );

    /// <summary>Reads the texts; which rows are held out is drawn for each seed.</summary>
    public static CaptionTask Read(Trial trial)
    {
        string[][] headlines =
        [
            .. Distinct(trial).Select(Words).Where(words => words.Length is > 1 and <= LongestHeadline),
        ];
        trial.Random.Child("headlines").Shuffle<string[]>(headlines);
        (string[] English, string[] German)[] captions =
        [
            .. Lines(trial, "tower-plus", "multi30k.train.en.gz")
                .Zip(Lines(trial, "tower-plus", "multi30k.train.de.gz"))
                .Select(pair => (Words(pair.First), Words(pair.Second)))
                .Where(pair => pair.Item1.Length is > 0 and <= Longest && pair.Item2.Length is > 0 and <= Longest),
        ];
        trial.Random.Child("captions").Shuffle<(string[], string[])>(captions);
        int held = trial.Size(HeldOut, 50);
        string[] words =
        [
            .. headlines[held..]
                .Concat(captions[held..].SelectMany(pair => (string[][])[pair.English, pair.German]))
                .SelectMany(text => text)
                .CountBy(word => word)
                .OrderByDescending(word => word.Value)
                .ThenBy(word => word.Key, StringComparer.Ordinal)
                .Take(Vocabulary - FirstWord)
                .Select(word => word.Key),
        ];
        Dictionary<string, int> places = words.Index().ToDictionary(word => word.Item, word => word.Index + FirstWord);
        PooledRow[] general = [.. headlines.Select(text => new PooledRow([General], [.. Tokens(text), End], []))],
            translations =

            [
                .. captions.Select(pair => new PooledRow(
                    [Translate, .. Tokens(pair.English), Into],
                    [.. Tokens(pair.German), End],
                    [],
                    string.Join(' ', pair.German)
                )),
            ];
        return new(words)
        {
            Headlines = general[held..],
            HeldHeadlines = general[..held],
            Translations = translations[held..],
            HeldTranslations = translations[..held],
            Captions =
            [
                .. captions[held..]
                    .SelectMany(pair =>
                        (PooledRow[])
                            [
                                new([Translate], [.. Tokens(pair.English), End], []),
                                new([Into], [.. Tokens(pair.German), End], []),
                            ]
                    ),
            ],
        };

        IEnumerable<int> Tokens(string[] text) => text.Select(word => places.GetValueOrDefault(word, Unknown));
    }

    /// <summary>The text of a completion; words outside of the vocabulary as a question mark.</summary>
    public string TextOf(IEnumerable<int> tokens) =>
        string.Join(
            ' ',
            tokens
                .Where(token => token is not End)
                .Select(token =>
                    token >= FirstWord && token - FirstWord < _words.Length ? _words[token - FirstWord] : "?"
                )
        );

    private static IEnumerable<string> Distinct(Trial trial) =>
        Lines(trial, "deconfound", "upworthy.tsv.gz").Skip(1).Select(line => line.Split('\t')[^1]).Distinct();

    private static string[] Words(string text)
    {
        // Words are letters and digits with their apostrophes; marks stand alone.
        List<string> words = [];
        StringBuilder word = new();
        foreach (char c in text.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c) || (c is '\'' or '\u2019' && word.Length > 0))
            {
                word.Append(c);
                continue;
            }
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
            if (char.IsPunctuation(c))
                words.Add(c.ToString());
        }
        if (word.Length > 0)
            words.Add(word.ToString());
        return [.. words];
    }

    private static IEnumerable<string> Lines(Trial trial, string folder, string file)
    {
        using FileStream compressed = File.OpenRead(trial.Path(folder, file));
        using GZipStream stream = new(compressed, CompressionMode.Decompress);
        using StreamReader reader = new(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
