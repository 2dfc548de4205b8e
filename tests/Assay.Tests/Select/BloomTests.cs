using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public class BloomTests
{
    private static string Words(RandomStream random, int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => "w" + random.NextInt32(3000)));

    /// <summary>Rows of paragraphs, many of them repeated whole, in part, or within the row.</summary>
    private static string[] Texts(int rows, ulong seed)
    {
        RandomStream random = new(seed, "texts");
        string[] shared = [.. Enumerable.Range(0, 10).Select(i => Words(random, 4 + (5 * i)))];
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(_ =>
                    string.Join(
                        '\n',
                        Enumerable
                            .Range(0, random.NextInt32(6))
                            .Select(_ =>
                                random.NextInt32(5) switch
                                {
                                    0 or 1 => shared[random.NextInt32(shared.Length)],
                                    2 => shared[random.NextInt32(shared.Length)]
                                        + " "
                                        + Words(random, random.NextInt32(9)),
                                    3 => "",
                                    _ => Words(random, random.NextInt32(50)),
                                }
                            )
                    )
                ),
        ];
    }

    // The rule of the release with an exact set in the filter's place.
    private static IReadOnlyList<string?> WithExactSet(string[] texts, BloomOptions options)
    {
        HashSet<string> seen = [];
        return texts.Select(Left).ToArray();

        string? Left(string text)
        {
            List<string> kept = [];
            int all = 0,
                allSeen = 0;
            string[] paragraphs = text.Split('\n');
            foreach ((int i, string paragraph) in paragraphs.Index())
            {
                string[] words = paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                List<string> grams = [];
                for (int at = 0; at + options.Ngram <= words.Length; at++)
                    grams.Add(string.Join(' ', words[at..(at + options.Ngram)]));
                if (grams.Count == 0 && words.Length >= options.MinWords)
                    grams.Add(string.Join(' ', words));
                int before = grams.Count(seen.Contains);
                all += grams.Count;
                allSeen += before;
                if ((double)before / grams.Count > options.Threshold)
                    continue;
                seen.UnionWith(grams);
                kept.Add((i > 0 ? "\n" : "") + paragraph);
            }
            if ((double)allSeen / all > options.Threshold)
                return null;
            string left = string.Concat(kept);
            return kept.Count == paragraphs.Length ? text
                : string.IsNullOrWhiteSpace(left) ? null
                : left.TrimStart('\n');
        }
    }

    [Theory]
    [InlineData(13, 13, 0.8)]
    [InlineData(5, 2, 0.8)]
    [InlineData(3, 1, 0.5)]
    [InlineData(13, 4, 0)]
    public void Decides_as_with_an_exact_set(int ngram, int minWords, double threshold)
    {
        BloomOptions options = new()
        {
            Ngram = ngram,
            MinWords = minWords,
            Threshold = threshold,
            FalsePositives = 1e-9,
        };
        string[] texts = Texts(300, 5);
        IReadOnlyList<string?> expected = WithExactSet(texts, options);
        Assert.Contains(null, expected);
        Assert.Equal(expected, Bloom.Deduplicate(texts, options));
    }

    [Fact]
    public void False_positives_come_at_about_the_rate_asked_for()
    {
        // Paragraphs of one n-gram each, all different: whatever is cut is cut wrongly. The filter fills up as it goes, so the mean
        // is below the rate of a full one.
        RandomStream random = new(1, "paragraphs");
        string[] texts =
        [
            .. Enumerable
                .Range(0, 20_000)
                .Select(i => $"{i} " + string.Join(' ', Enumerable.Range(0, 12).Select(_ => random.NextInt32(1000)))),
        ];
        int cut = Bloom.Deduplicate(texts, new() { FalsePositives = 0.05 }).Count(text => text is null);
        Assert.InRange(cut, 20, 0.05 * texts.Length);
    }

    [Fact]
    public void Order_decides_and_nothing_else()
    {
        string[] texts = Texts(400, 6);
        View view = new(Dataset.OfTexts(texts, rowsPerTable: 30));
        Bloom bloom = new(new() { MinWords = 4 });
        (Selected one, IReadOnlyList<string?> left) = bloom.RunOnTexts(view, threads: 1);
        (Selected two, IReadOnlyList<string?> leftByTwo) = bloom.RunOnTexts(view, threads: 2, seed: 99);
        Assert.True(one.Complements(view));
        Assert.Equal(left, leftByTwo);
        Assert.Equal(one.Drops.ReasonOf, two.Drops.ReasonOf);
        Assert.Equal(one.Notes!, two.Notes!);
        IReadOnlyList<string?> backwards = [.. Bloom.Deduplicate(texts.Reverse(), new() { MinWords = 4 }).Reverse()];
        Assert.NotEqual(left, backwards);
    }

    [Fact]
    public void Paragraphs_of_a_row_that_is_dropped_count_as_seen()
    {
        RandomStream random = new(2, "words");
        string a = Words(random, 60),
            b = Words(random, 15);
        // The second row is almost all seen and goes, but its new paragraph is in the filter by then.
        Assert.Equal([a, null, null], Bloom.Deduplicate([a, a + "\n" + b, b]));
        Assert.Equal([a, b + "\nshort"], Bloom.Deduplicate([a, b + "\n" + a + "\nshort"], new() { Threshold = 0.97 }));
    }

    [Fact]
    public void A_killed_run_goes_on_to_the_same_result()
    {
        View view = new(Dataset.OfTexts(Texts(400, 7), rowsPerTable: 20));
        Bloom bloom = new(new() { MinWords = 4 });
        IReadOnlyList<string?> expected = bloom.RunOnTexts(view).Texts;
        foreach (string stage in (string[])["seen", "filter"])
        {
            using Pieces killed = Pieces.Temporary();
            bloom.KilledIn(stage, view, killed);
            Assert.Equal(expected, bloom.Select(view, new(killed) { Threads = 2 }).Texts(view));
        }
    }

    [Fact]
    public void A_filter_that_does_not_fit_says_which_rate_would()
    {
        View view = new(Dataset.OfTexts(Texts(300, 8)));
        using Pieces pieces = Pieces.Temporary();
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Bloom(new() { MinWords = 1 }).Select(view, new(pieces) { MemoryBytes = 8_000 })
        );
        Assert.Contains("n-grams", failure.Message);
        double fits = double.Parse(failure.Hint!.Split("false-positives: ")[1].Split('\'')[0]);
        new Bloom(new() { MinWords = 1, FalsePositives = fits * 1.05 }).Select(
            view,
            new(pieces) { MemoryBytes = 8_000 }
        );
    }
}
