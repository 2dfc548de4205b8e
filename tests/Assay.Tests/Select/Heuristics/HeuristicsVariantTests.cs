using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public sealed class HeuristicsVariantTests
{
    private static readonly string s_prose = string.Join("\n", Enumerable.Range(0, 8).Select(i => Line(i)));

    // Sentences that share no long run of words.
    private static string Line(int i)
    {
        RandomStream random = new((ulong)i, "line");
        string[] words =
        [
            "river",
            "garden",
            "letter",
            "mountain",
            "winter",
            "baker",
            "window",
            "station",
            "teacher",
            "summer",
        ];
        return "The "
            + string.Join(
                ' ',
                Enumerable.Range(0, 10).Select(_ => words[random.NextInt32(words.Length)] + random.NextInt32(900))
            )
            + " and that.";
    }

    private static string? Reject(string text, HeuristicsOptions options) =>
        new Heuristics.Filters(new(options)).Reject(Encoding.UTF8.GetBytes(text));

    private static string? Left(string text, HeuristicsOptions options)
    {
        Heuristics.Filters filters = new(new(options));
        return filters.Reject(Encoding.UTF8.GetBytes(text)) is null
            ? Encoding.UTF8.GetString(filters.Text.Bytes)
            : null;
    }

    [Fact]
    public void Paragraphs_are_enough_and_long_enough()
    {
        HeuristicsOptions options = new() { Preset = [Preset.C4Paragraphs] };
        string just = new('é', 200),
            below = new('é', 199);
        Assert.Null(Reject($"{just}\nshort\n{just}\r\n{just}\n", options));
        Assert.Equal("c4_paragraphs.short_paragraphs", Reject($"{just}\n{below}\n{just}\nshort", options));
        Assert.Equal("c4_paragraphs.too_few_paragraphs", Reject($"{just}\n{just}", options));
        Assert.Equal("c4_paragraphs.too_few_paragraphs", Reject(just, options));
        HeuristicsOptions one = options with
        {
            C4Paragraphs = new() { MinParagraphs = 1, MinLength = 5 },
        };
        Assert.Null(Reject("tiny\nlonger", one));
    }

    [Theory]
    [InlineData("A damn thing.", true)]
    [InlineData("DAMN", true)]
    [InlineData("damned", false)]
    [InlineData("goddamn it", false)]
    [InlineData("(damn)", true)]
    [InlineData("damn_it", false)]
    [InlineData("a bloody   hell", false)]
    [InlineData("a bloody hell!", true)]
    [InlineData("bloody hellish bloody hell", true)]
    [InlineData("ein ÄRGER.", true)]
    [InlineData("verärgert", false)]
    [InlineData("日damn", false)]
    [InlineData("", false)]
    public void Bad_words_stand_between_characters_of_no_word(string text, bool bad)
    {
        string[] list = ["damn", "bloody hell", "Ärger"];
        HeuristicsOptions options = new()
        {
            Preset = [Preset.C4BadWords],
            C4BadWords = new() { Words = list },
        };
        string? reason = Reject(text, options);
        Assert.Equal(bad, reason == "c4_bad_words.bad_word");
        // Python's \W is all but letters, numbers and underscores.
        string pattern =
            $@"(?:[^\p{{L}}\p{{N}}_]|^)({string.Join('|', list.Select(Regex.Escape))})(?:[^\p{{L}}\p{{N}}_]|$)";
        Assert.Equal(
            bad,
            Regex.IsMatch(
                text.ToLowerInvariant(),
                pattern.ToLowerInvariant().Replace("\\p{l}", "\\p{L}").Replace("\\p{n}", "\\p{N}")
            )
        );
    }

    [Fact]
    public void Bad_words_need_a_list() =>
        Assert.Contains(
            "no words",
            Assert.Throws<AssayException>(() => new Heuristics(new() { Preset = [Preset.C4BadWords] })).Message
        );

    // The rules of the reconstruction, written with regular expressions.
    private static string ByRegex(string text)
    {
        Regex counter = new(
            @"^\W*\d(?:,|\.|\d)*(?:k|m|b)?\s+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers)\W*$"
        );
        IEnumerable<string> lines = text.Trim()
            .Split('\n')
            .Where(line => line.Length == 0 || line.Count(char.IsUpper) / (double)line.Length <= 0.5)
            .Where(line => line.Length == 0 || line.Count(char.IsDigit) / (double)line.Length <= 0.999999)
            .Where(line => !counter.IsMatch(line.ToLowerInvariant()))
            .Where(line => line.Length == 0 || CountWords(line) >= 2);
        foreach (string pattern in (string[])[@"\s?items in cart", @"\s?read more...$", @"^sign-in\s?"])
            lines = lines
                .Select(line =>
                {
                    if (CountWords(line) > 10)
                        return line;
                    string left = Regex.Replace(line, pattern, "", RegexOptions.IgnoreCase);
                    return line.Length > 0 && string.IsNullOrWhiteSpace(left) ? null : left;
                })
                .OfType<string>()
                .ToList();
        return string.Join('\n', lines).Trim();
    }

    private static int CountWords(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    [Theory]
    [InlineData("3 likes")]
    [InlineData("  1,234.5k Followers !")]
    [InlineData("3likes")]
    [InlineData("3 k likes")]
    [InlineData("about 3 likes")]
    [InlineData("word")]
    [InlineData("12345")]
    [InlineData("SHOUTING LINES GO")]
    [InlineData("Half UP")]
    [InlineData("HALF up")]
    [InlineData("two words")]
    [InlineData("Sign-in to our site now")]
    [InlineData("sign-in  here")]
    [InlineData("you can sign-in here")]
    [InlineData("There is a lot. Read more...")]
    [InlineData("There is a lot. read more...!")]
    [InlineData("read more abc")]
    [InlineData("read more…..")]
    [InlineData("2 items in cart")]
    [InlineData("items in cart items in cart")]
    [InlineData("a items in cart b ITEMS IN CART c")]
    [InlineData("one two three four five six seven eight nine ten eleven read more...")]
    [InlineData("   ")]
    [InlineData("")]
    [InlineData("Sign-in items in cart read more...")]
    public void Cuts_lines_as_the_regular_expressions_do(string line)
    {
        HeuristicsOptions options = new()
        {
            Preset = [Preset.RefinedwebLines],
            Refinedweb = new() { MaxRemovedWords = 1 },
        };
        string text = $"First line is prose.\n{line}\nLast line is prose.";
        Assert.Equal(ByRegex(text), Left(text, options));
    }

    [Fact]
    public void Documents_that_lose_more_than_a_twentieth_go()
    {
        HeuristicsOptions options = new() { Preset = [Preset.RefinedwebLines] };
        string prose = string.Concat(Enumerable.Range(0, 38).Select(i => $"word{i} ")) + "end.";
        Assert.Equal(prose, Left(prose + "\n3 likes", options)); // 2 of 41
        Assert.Equal("refinedweb.too_many_words_removed", Reject(prose + "\n3 likes\nshare", options)); // 3 of 42
        Assert.Equal("refinedweb.too_many_words_removed", Reject("3 likes", options));
        Assert.Equal("empty", Reject("3 likes", options with { Refinedweb = new() { MaxRemovedWords = 1 } }));
    }

    [Fact]
    public void Refinedweb_counts_each_stop_word_and_runs_gopher_first()
    {
        HeuristicsOptions options = new() { Preset = [Preset.Refinedweb] };
        string text = s_prose.Replace(" and that.", " the end.").Replace("The ", "Most ");
        Assert.Equal(
            "gopher_quality.enough_stop_words",
            Reject(text, options with { Preset = [Preset.GopherQuality] })
        );
        Assert.Null(Reject(text, options));
        Assert.Equal("gopher_quality.short_doc", Reject("Too short.", options));
        Assert.Equal(text, Left(text + "\n3 likes", options));
    }

    // The shares as the tagger's code has them, over strings.
    private static string? DolmaByStrings(string text, DolmaOptions options)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        double characters = words.Sum(word => word.Length);
        if (words.Length < options.MinWords)
            return "dolma.short_doc";
        int[] lengths = [.. words.Select(word => word.Length).Order()];
        double median = (lengths[(lengths.Length - 1) / 2] + lengths[lengths.Length / 2]) / 2.0;
        if (median < 3)
            return "dolma.below_median_threshold";
        if (median > 10)
            return "dolma.above_median_threshold";
        if (words.Count(word => word.Contains('#') || word.Contains('…')) / (double)words.Length > 0.1)
            return "dolma.too_many_symbols";
        if (words.Count(word => word.Any(char.IsLetter)) / (double)words.Length < 0.8)
            return "dolma.below_alpha_threshold";
        if (words.Count(options.StopWords.Contains) < 2)
            return "dolma.too_few_stop_words";
        string[] lines = text.Split('\n');
        if (lines.Count(line => line.StartsWith('*') || line.StartsWith('-')) / (double)lines.Length > 0.9)
            return "dolma.too_many_bullets";
        if (lines.Count(line => line.EndsWith('…')) / (double)lines.Length > 0.3)
            return "dolma.too_many_end_ellipsis";
        string[] repeated =
        [
            .. lines.GroupBy(line => line).Where(group => group.Count() > 1).SelectMany(group => group),
        ];
        if (repeated.Length / (double)lines.Length > 0.3)
            return "dolma.dup_line_frac";
        if (repeated.Sum(line => line.Length) / characters > 0.3)
            return "dolma.dup_line_char_frac";
        for (int n = 2; n <= 10; n++)
        {
            var grams = Enumerable
                .Range(0, words.Length - n + 1)
                .Select(i => words[i..(i + n)])
                .GroupBy(gram => string.Join(' ', gram))
                .Select(group => (Count: group.Count(), Length: group.First().Sum(word => word.Length)))
                .ToList();
            if (n < 5)
            {
                (int count, int length) = grams.MaxBy(gram => gram.Count); // the first of those with most
                if (count * length / characters > options.TopNGrams[n - 2])
                    return $"dolma.top_{n}_gram";
            }
            else
            {
                double all = grams.Sum(gram => gram.Count * gram.Length),
                    twice = grams.Where(gram => gram.Count > 1).Sum(gram => gram.Count * gram.Length);
                if (twice / all > options.DuplicateNGrams[n - 5])
                    return $"dolma.duplicated_{n}_n_grams";
            }
        }
        return
            new PiiFinder(PiiKind.Email, PiiKind.Phone, PiiKind.Ip).Find(Encoding.UTF8.GetBytes(text)).Count
            > options.MaxPiiItems
            ? "dolma.too_much_pii"
            : null;
    }

    [Fact]
    public void Dolma_decides_as_its_shares_over_strings_do()
    {
        RandomStream random = new(11, "dolma");
        string[] words =
        [
            "the",
            "of",
            "and",
            "to",
            "word",
            "longer",
            "é",
            "#tag",
            "…",
            "12",
            "extraordinarily",
            "tree",
            "house",
        ];
        string[] blocks =
        [
            "a repeated passage of several words here",
            "* item",
            "- item",
            "same line",
            "x@y.org",
            "(212) 555-0123",
        ];
        DolmaOptions dolma = new() { MinWords = 20 };
        HeuristicsOptions options = new() { Preset = [Preset.Dolma], Dolma = dolma };
        HashSet<string?> seen = [];
        for (int i = 0; i < 600; i++)
        {
            StringBuilder text = new();
            int vocabulary = 2 + random.NextInt32(words.Length - 1),
                free = random.NextInt32(5),
                habit = random.NextInt32(30);
            for (int at = random.NextInt32(150); at >= 0; at--)
                text.Append(
                    random.NextInt32(40) < habit && random.NextInt32(12) == 0
                        ? "\n" + blocks[random.NextInt32(blocks.Length)] + "\n"
                    : free > 0 && random.NextInt32(free) == 0 ? $"free{random.NextInt32(100_000)} "
                    : words[random.NextInt32(vocabulary)] + " "
                );
            string? expected = DolmaByStrings(text.ToString(), dolma);
            Assert.Equal(expected, Reject(text.ToString(), options));
            seen.Add(expected);
        }
        Assert.True(seen.Count >= 9, string.Join(", ", seen));
    }

    [Fact]
    public void Dolma_drops_more_than_five_private_items()
    {
        HeuristicsOptions options = new() { Preset = [Preset.Dolma] };
        string five = string.Concat(
            Enumerable.Range(0, 5).Select(i => $"\nAsk for number {i}: name{i}@example{i}.org")
        );
        Assert.Null(Reject(s_prose + five, options));
        Assert.Equal("dolma.too_much_pii", Reject(s_prose + five + "\nor at 8.8.4.4", options));
        Assert.Null(Reject(s_prose + five + "\nor at 8.8.4.4", options with { Dolma = new() { MaxPiiItems = null } }));
        Assert.Equal("empty", Reject("", options));
    }
}
