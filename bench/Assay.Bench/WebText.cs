using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>Texts to measure on: made up, but shaped like the web; or the <c>text</c> of JSONL files.</summary>
internal static class WebText
{
    /// <summary>The texts of JSONL files (gzip or plain), repeated until they come to so many bytes.</summary>
    public static List<byte[]> Read(IEnumerable<string> paths, long bytes)
    {
        List<byte[]> texts = [.. paths.SelectMany(Read)];
        long once = texts.Sum(text => (long)text.Length);
        if (once == 0)
            throw new InvalidDataException("The files hold no text.");
        int count = texts.Count;
        for (long total = once; total < bytes; total += texts[^1].Length)
            texts.Add(texts[texts.Count % count]);
        return texts;
    }

    /// <summary>The <c>text</c> (or <c>raw_content</c>) of each row of a JSONL file.</summary>
    public static IEnumerable<byte[]> Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using StreamReader reader = new(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file
        );
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            JsonElement text = row.RootElement.TryGetProperty("text", out JsonElement named)
                ? named
                : row.RootElement.GetProperty("raw_content");
            yield return Encoding.UTF8.GetBytes(text.GetString() ?? "");
        }
    }

    /// <summary>Documents of Zipfian words in sentences and paragraphs, some with menus and repeated lines.</summary>
    public static List<byte[]> Generate(long bytes)
    {
        RandomStream random = new(1, "web text");
        string[] vocabulary = [.. Enumerable.Range(0, 30_000).Select(rank => Word(random, rank))];
        List<byte[]> texts = [];
        for (long total = 0; total < bytes; total += texts[^1].Length)
            texts.Add(Encoding.UTF8.GetBytes(Document(random, vocabulary)));
        return texts;
    }

    private static string Document(RandomStream random, string[] vocabulary)
    {
        StringBuilder text = new();
        string menu = string.Join(" | ", Enumerable.Range(0, 5).Select(_ => Draw(random, vocabulary)));
        int paragraphs = 1 + (int)(8 * -Math.Log(1 - random.NextDouble()));
        for (int paragraph = 0; paragraph < paragraphs; paragraph++)
        {
            if (random.NextInt32(10) == 0)
                text.Append(menu).Append('\n');
            int sentences = 1 + random.NextInt32(7);
            for (int sentence = 0; sentence < sentences; sentence++)
            {
                int words = 4 + random.NextInt32(24);
                for (int word = 0; word < words; word++)
                {
                    string drawn = Draw(random, vocabulary);
                    text.Append(
                        word == 0 ? ""
                        : random.NextInt32(12) == 0 ? ", "
                        : " "
                    );
                    text.Append(word == 0 ? char.ToUpperInvariant(drawn[0]) + drawn[1..] : drawn);
                }
                text.Append(random.NextInt32(20) == 0 ? "…" : ".").Append(sentence + 1 < sentences ? " " : "");
            }
            text.Append(random.NextInt32(3) == 0 ? "\n\n" : "\n");
        }
        return text.ToString();
    }

    // Rank r with probability about 1 / r.
    private static string Draw(RandomStream random, string[] vocabulary) =>
        vocabulary[(int)Math.Exp(random.NextDouble() * Math.Log(vocabulary.Length))];

    private static string Word(RandomStream random, int rank)
    {
        string[] common = ["the", "of", "and", "to", "a", "in", "that", "is", "for", "it", "with", "as", "be", "have"];
        if (rank < common.Length)
            return common[rank];
        char[] letters = new char[2 + random.NextInt32(4) + random.NextInt32(2 + (int)Math.Log(rank))];
        for (int i = 0; i < letters.Length; i++)
            letters[i] = "etaoinshrdlcumwfgypbvk"[(int)(22 * Math.Pow(random.NextDouble(), 1.6))];
        return random.NextInt32(100) == 0 ? new string(letters) + "é" : new string(letters);
    }
}
