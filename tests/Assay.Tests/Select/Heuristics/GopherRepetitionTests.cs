using System.Text;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public sealed class GopherRepetitionTests
{
    private static readonly GopherRepetitionOptions s_defaults = new();

    // Few and short words of wide and narrow characters, so that everything repeats, and equal joins part differently.
    private static readonly string[] s_words =
    [
        "a",
        "b",
        "ab",
        "ba",
        "é",
        "aé",
        "日",
        "longerword",
        "averyveryverylongwordindeed",
    ];
    private static readonly string[] s_gaps = [" ", " ", " ", " ", " ", "  ", "\n", "\n\n", "\n\n\n", "\u00A0", "\r\n"];

    [Fact]
    public void Equals_the_rules_word_for_word_on_random_texts()
    {
        RandomStream random = new(11, "repetition");
        Dictionary<string, int> reasons = [];
        for (int round = 0; round < 3000; round++)
        {
            string text = RandomText(random);
            GopherRepetitionOptions options = RandomOptions(random);
            string expected = Naive(text, options) ?? "keep";
            Assert.Equal(expected, Reject(text, options) ?? "keep");
            reasons[expected] = reasons.GetValueOrDefault(expected) + 1;
        }
        // The texts are of use only if every rule decides some of them.
        Assert.Equal(14, reasons.Count);
    }

    [Theory]
    [InlineData("a b a b", 2, "gopher_repetition.top_2_gram")]
    [InlineData("Nine words that never come again in this text.", 0, null)]
    public void Takes_the_most_frequent_n_gram(string text, int n, string? expected)
    {
        double[] top = n == 0 ? [1, 1, 1] : [5 / 7.0, 9, 9];
        Assert.Equal(expected, Reject(text, s_defaults with { TopNGrams = top, MaxDuplicateLines = 1 }));
    }

    // "a b" occurs twice in "a b c a b" (9 characters): 3 x 2 / 9 of the text.
    [Fact]
    public void Is_strict_about_the_limit()
    {
        GopherRepetitionOptions options = new() { DuplicateNGrams = [] };
        Assert.Null(Reject("a b c a b", options with { TopNGrams = [6 / 9.0] }));
        Assert.Equal(
            "gopher_repetition.top_2_gram",
            Reject("a b c a b", options with { TopNGrams = [double.BitDecrement(6 / 9.0)] })
        );
    }

    // Scan for 5-grams over abcde twice: at the second one all 5 letters count, of 19 characters.
    [Fact]
    public void Counts_duplicates_without_spaces_and_jumps_over_them()
    {
        GopherRepetitionOptions options = new() { TopNGrams = [] };
        Assert.Null(Reject("a b c d e a b c d e", options with { DuplicateNGrams = [5 / 19.0] }));
        Assert.Equal(
            "gopher_repetition.duplicated_5_n_grams",
            Reject("a b c d e a b c d e", options with { DuplicateNGrams = [double.BitDecrement(5 / 19.0)] })
        );
        // Joined, both are abcdef, though their words part elsewhere.
        Assert.NotNull(Reject("ab c d e f x a b c d ef", options with { DuplicateNGrams = [0] }));
    }

    [Fact]
    public void Ten_equal_lines_of_eleven_are_duplicate_lines()
    {
        string text = string.Concat(Enumerable.Repeat("Buy now today\n", 10)) + "Something else stands here";
        Assert.Equal("gopher_repetition.dup_line_frac", Reject(text, s_defaults));
    }

    private static string? Reject(string text, GopherRepetitionOptions options)
    {
        ScannedText scanned = new(WordSplit.Whitespace);
        scanned.Load(Encoding.UTF8.GetBytes(text));
        return new GopherRepetition(options).Reject(scanned);
    }

    private static string RandomText(RandomStream random)
    {
        int words = 1 + random.NextInt32(random.NextInt32(10) == 0 ? 600 : 60),
            vocabulary = 2 + random.NextInt32(s_words.Length - 1),
            unique = random.NextInt32(3) * 30;
        StringBuilder text = new();
        for (int i = 0; i < words; i++)
        {
            string word = s_words[random.NextInt32(vocabulary)];
            // Some texts hardly repeat, as most do on the web.
            text.Append(random.NextInt32(100) >= unique ? word : $"{word}{random.NextInt32(3000)}");
            text.Append(s_gaps[random.NextInt32(s_gaps.Length)]);
        }
        return text.ToString();
    }

    // One rule at a time, at a random limit.
    private static GopherRepetitionOptions RandomOptions(RandomStream random)
    {
        int rule = random.NextInt32(13);
        double share = 0.4 * random.NextDouble();
        double Limit(int i) => i == rule ? share : 1000;
        return new()
        {
            MaxDuplicateParagraphs = Limit(0),
            MaxDuplicateParagraphCharacters = Limit(1),
            MaxDuplicateLines = Limit(2),
            MaxDuplicateLineCharacters = Limit(3),
            TopNGrams = [Limit(4), Limit(5), Limit(6)],
            DuplicateNGrams = [Limit(7), Limit(8), Limit(9), Limit(10), Limit(11), Limit(12)],
        };
    }

    // The rules as they are told, with strings. All characters used are one UTF-16 unit each.
    private static string? Naive(string text, GopherRepetitionOptions options)
    {
        double length = text.Length;
        (int all, int count, int characters) = Duplicates(text.Trim(), "\n\n+");
        if (count / (double)all > options.MaxDuplicateParagraphs)
            return "gopher_repetition.dup_para_frac";
        if (characters / length > options.MaxDuplicateParagraphCharacters)
            return "gopher_repetition.dup_para_char_frac";
        (all, count, characters) = Duplicates(text, "\n+");
        if (count / (double)all > options.MaxDuplicateLines)
            return "gopher_repetition.dup_line_frac";
        if (characters / length > options.MaxDuplicateLineCharacters)
            return "gopher_repetition.dup_line_char_frac";
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int n = 2; n <= 4 && n <= words.Length; n++)
        {
            string[] grams =
            [
                .. Enumerable.Range(0, words.Length - n + 1).Select(i => string.Join(' ', words[i..(i + n)])),
            ];
            // GroupBy keeps the order of first keys, and MaxBy takes the first of equals.
            IGrouping<string, string> top = grams.GroupBy(gram => gram).MaxBy(group => group.Count())!;
            if (top.Key.Length * top.Count() / length > options.TopNGrams[n - 2])
                return $"gopher_repetition.top_{n}_gram";
        }
        for (int n = 5; n <= 10; n++)
        {
            HashSet<string> seen = [];
            characters = 0;
            for (int i = 0; i + n <= words.Length; )
            {
                string gram = string.Concat(words[i..(i + n)]);
                bool isNew = seen.Add(gram);
                characters += isNew ? 0 : gram.Length;
                i += isNew ? 1 : n;
            }
            if (characters / length > options.DuplicateNGrams[n - 5])
                return $"gopher_repetition.duplicated_{n}_n_grams";
        }
        return null;
    }

    private static (int All, int Count, int Characters) Duplicates(string text, string separator)
    {
        string[] elements = System.Text.RegularExpressions.Regex.Split(text, separator);
        HashSet<string> seen = [];
        string[] again = [.. elements.Where(element => !seen.Add(element))];
        return (elements.Length, again.Length, again.Sum(element => element.Length));
    }
}
