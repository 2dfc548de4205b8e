using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public sealed class ScannedTextTests
{
    [Fact]
    public void Words_are_those_of_the_text_primitives()
    {
        foreach (byte[] text in RandomTexts())
        {
            ScannedText scanned = new(WordSplit.Whitespace);
            scanned.Load(text);
            List<Range> expected = [];
            foreach (Range word in Words.Of(text))
                expected.Add(word);
            Assert.Equal(expected, WordsOf(scanned));
            Assert.Equal(CodePoints.Count(text), scanned.CodePoints);
        }
    }

    [Fact]
    public void Tokens_are_words_and_single_signs()
    {
        // .NET's \w has combining marks and connectors, which Python's has not; \s lacks U+001C-001F.
        Regex tokens = new(@"[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s\x1C-\x1F]");
        foreach (byte[] bytes in RandomTexts())
        {
            string text = Encoding.UTF8.GetString(bytes);
            byte[] valid = Encoding.UTF8.GetBytes(text);
            if (text.Any(char.IsSurrogate))
                continue;
            ScannedText scanned = new(WordSplit.WordPunctuation);
            scanned.Load(valid);
            Assert.Equal(
                tokens.Matches(text).Select(match => match.Value),
                WordsOf(scanned).Select(word => Encoding.UTF8.GetString(valid[word]))
            );
        }
    }

    [Fact]
    public void Scalar_and_vector_paths_agree()
    {
        foreach (byte[] text in RandomTexts())
        foreach (WordSplit split in Enum.GetValues<WordSplit>())
        {
            ScannedText vector = new(split),
                scalar = new(split);
            vector.Load(text);
            scalar.LoadScalar(text);
            Assert.Equal(WordsOf(vector), WordsOf(scalar));
            Assert.Equal(vector.CodePoints, scalar.CodePoints);
            foreach (
                Func<ScannedText, Marks> marks in (Func<ScannedText, Marks>[])
                    [
                        scanned => scanned.Visible,
                        scanned => scanned.Letters,
                        scanned => scanned.NonSymbols,
                        scanned => scanned.LineFeeds,
                        scanned => scanned.LineBreaks,
                        scanned => scanned.SentenceEnds,
                    ]
            )
                Assert.DoesNotContain(Enumerable.Range(0, text.Length), at => marks(vector)[at] != marks(scalar)[at]);
        }
    }

    [Fact]
    public void Marks_answer_as_a_list_of_booleans_does()
    {
        RandomStream random = new(3, "marks");
        for (int round = 0; round < 3000; round++)
        {
            int length = 1 + random.NextInt32(300);
            Marks marks = new();
            marks.Reserve((length + 63) / 64);
            bool[] bits = new bool[length + 4];
            int sparse = 1 + random.NextInt32(100);
            for (int at = 0; at < length; at++)
                if (random.NextInt32(sparse) == 0)
                {
                    int run = 1 + random.NextInt32(4);
                    marks.Set(at, run);
                    bits.AsSpan(at, run).Fill(true);
                }
            int cleared = random.NextInt32(length);
            marks.Clear(cleared, 2);
            bits.AsSpan(cleared, 2).Clear();
            int start = random.NextInt32(length),
                end = start + random.NextInt32(length - start + 1);
            int[] set = [.. Enumerable.Range(start, end - start).Where(at => bits[at])];
            Assert.Equal(set.Length > 0, marks.Any(start, end));
            Assert.Equal(set.Length, marks.Count(start, end));
            Assert.Equal(set.FirstOrDefault(end), marks.First(start, end));
            Assert.Equal(set.LastOrDefault(-1), marks.Last(start, end));
            Assert.Equal(
                Enumerable.Range(start, end - start).Where(at => !bits[at]).FirstOrDefault(end),
                marks.FirstClear(start, end)
            );
        }
    }

    [Fact]
    public void Phrases_are_found_wherever_they_stand()
    {
        Phrases phrases = new("use cookies", "javascript");
        for (int before = 0; before < 300; before++)
        {
            string filler = new string('k', before);
            Assert.True(phrases.In(Encoding.UTF8.GetBytes(filler + "We USE Cookies")));
            Assert.True(phrases.In(Encoding.UTF8.GetBytes(filler + "JavaScript" + filler)));
            Assert.False(phrases.In(Encoding.UTF8.GetBytes(filler + "java script, use cookie")));
        }
        Assert.True(phrases.In("use coo\u212Aies"u8));
        Assert.False(phrases.In([]));
    }

    [Theory]
    [InlineData("A claim.[12] Another[citation needed] one[edit].[]", "A claim. Another one.")]
    [InlineData("[[1]] [a] [1", "[] [a] [1")]
    [InlineData("digits of other scripts [٣][१२] and none [1a]", "digits of other scripts  and none [1a]")]
    public void Citations_are_cut_out(string line, string expected)
    {
        byte[] to = new byte[200];
        int length = Citations.Remove(Encoding.UTF8.GetBytes(line), to);
        Assert.Equal(expected, Encoding.UTF8.GetString(to.AsSpan(0, length)));
    }

    private static List<Range> WordsOf(ScannedText text)
    {
        List<Range> words = [];
        for (int i = 0; i < text.WordCount; i++)
            words.Add(text.WordStarts[i]..text.WordEnds[i]);
        return words;
    }

    // Valid text of many scripts, and now and then bytes that are none.
    private static IEnumerable<byte[]> RandomTexts()
    {
        string[] pieces =
        [
            "a",
            "the",
            "Z9",
            "_",
            ".",
            "...",
            "!",
            "?",
            "#",
            "-",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "\u001C",
            "\u001F",
            "\u0085",
            "\u00A0",
            "\u1680",
            "\u2003",
            "\u2028",
            "\u202F",
            "\u205F",
            "\u3000",
            "é",
            "e\u0301",
            "ß",
            "Ж",
            "日本",
            "。",
            "…",
            "•",
            "½",
            "Ⅷ",
            "٣",
            "¿",
            "“",
            "”",
            "😀",
            "𝒜",
            "\u0000",
            "𑁇",
        ];
        RandomStream random = new(5, "texts");
        for (int round = 0; round < 400; round++)
        {
            StringBuilder text = new();
            int count = random.NextInt32(120);
            for (int i = 0; i < count; i++)
                text.Append(pieces[random.NextInt32(pieces.Length)]);
            byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
            if (bytes.Length > 0 && round % 3 == 0)
                for (int i = 0; i < 5; i++)
                    bytes[random.NextInt32(bytes.Length)] = (byte)random.NextInt32(256);
            yield return bytes;
        }
    }
}
