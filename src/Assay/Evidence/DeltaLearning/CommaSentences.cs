using System.IO.Compression;
using System.Text;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Sentences of film reviews as words, sorted by how many commas they have: an attribute that is easy to count.</summary>
internal sealed class CommaSentences
{
    /// <summary>The mark before and after a sentence.</summary>
    public const int End = 0;

    /// <summary>Words that are seen less than four times.</summary>
    public const int Rest = 1;

    private const int LeastSeen = 4,
        Shortest = 5,
        Longest = 40;
    private readonly List<int[]> _sentences = [];

    private CommaSentences(int words, int comma) => (Words, Comma) = (words, comma);

    /// <summary>Words of the vocabulary, the mark and the rest included.</summary>
    public int Words { get; }

    /// <summary>The comma.</summary>
    public int Comma { get; }

    /// <summary>Sentences of some numbers of commas, in random order.</summary>
    public int[][] With(int least, int most, RandomStream random)
    {
        int[][] found = [.. _sentences.Where(sentence => Count(sentence) >= least && Count(sentence) <= most)];
        random.Shuffle<int[]>(found);
        return found;
    }

    /// <summary>Commas of a sentence.</summary>
    public int Count(int[] sentence) => sentence.Count(word => word == Comma);

    /// <summary>Reads the sentences.</summary>
    public static CommaSentences Read(Trial trial)
    {
        List<string[]> lines = [];
        foreach (string name in (string[])["neg", "pos"])
        {
            using StreamReader reader = new(
                new GZipStream(
                    File.OpenRead(trial.Path("rt-polarity", $"rt-polarity.{name}.gz")),
                    CompressionMode.Decompress
                ),
                Encoding.UTF8
            );
            while (reader.ReadLine() is { } line)
                if (
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is
                    { Length: >= Shortest and <= Longest } words
                )
                    lines.Add(words);
        }
        Dictionary<string, int> ids = lines
            .SelectMany(words => words)
            .CountBy(word => word)
            .Where(count => count.Value >= LeastSeen)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select((count, i) => (count.Key, Id: i + 2))
            .ToDictionary(word => word.Key, word => word.Id);
        CommaSentences all = new(ids.Count + 2, ids[","]);
        all._sentences.AddRange(
            lines.Select(words => (int[])[.. words.Select(word => ids.GetValueOrDefault(word, Rest)), End])
        );
        return all;
    }
}
