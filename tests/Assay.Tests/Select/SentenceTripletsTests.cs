using Assay.Data;
using Assay.Numerics;
using Assay.Select;

namespace Assay.Tests.Select;

public class SentenceTripletsTests
{
    private static readonly SentenceTripletsOptions Keeping = new() { MinWords = 0, MinSentences = 0 };

    private static IReadOnlyList<string?> Left(IEnumerable<string> texts, SentenceTripletsOptions options)
    {
        View view = new(Dataset.OfTexts(texts));
        return new SentenceTriplets(options).RunOnTexts(view).Texts;
    }

    [Fact]
    public void Three_sentences_seen_before_are_cut_and_the_first_occurrence_stays()
    {
        IReadOnlyList<string?> left = Left(
            [
                "One here. Two here. Three here. Four here.",
                "New start. One here. Two here. Three here. New end.",
                "One here. Two here. Other. Three here. Four here.",
                "ONE here!  Two, here? Three   here. Four here. Five.",
            ],
            Keeping
        );
        Assert.Equal("One here. Two here. Three here. Four here.", left[0]);
        Assert.Equal("New start. New end.", left[1]);
        Assert.Equal("One here. Two here. Other. Three here. Four here.", left[2]);
        Assert.Equal("Five.", left[3]); // two triplets that overlap
    }

    [Fact]
    public void Without_normalisation_sentences_must_be_equal_byte_for_byte() =>
        Assert.Equal(
            ["A b. C d. E f.", "a b. C d. E f.", ""],
            Left(["A b. C d. E f.", "a b. C d. E f.", "A b. C d. E f."], Keeping with { Normalise = false })
        );

    [Fact]
    public void A_row_repeats_itself_too_and_lines_end_sentences() =>
        Assert.Equal(
            ["menu one\nmenu two\nmenu three\nText."],
            Left(["menu one\nmenu two\nmenu three\nmenu one\nmenu two\nmenu three\nText."], Keeping)
        );

    [Fact]
    public void Rows_left_with_too_little_go_and_rows_that_lost_nothing_stay()
    {
        string many = string.Concat(Enumerable.Range(0, 60).Select(i => $"word{i} ")).Trim() + ".";
        View view = new(
            Dataset.OfTexts([
                "A b. C d. E f.",
                "A b. C d. E f. Short rest.",
                "A b. C d. E f. " + many,
                "A b. C d. E f. Then " + many + " Second. Third.",
            ])
        );
        (Selected selected, IReadOnlyList<string?> left) = new SentenceTriplets(new()).RunOnTexts(view);
        Assert.Equal([0, 3], selected.Kept.Rows);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["sentence_triplets.too_few_words"] = 1,
                ["sentence_triplets.too_few_sentences"] = 1,
            },
            selected.Reasons()
        );
        Assert.Equal("Then " + many + " Second. Third.", left[3]);
        Assert.Contains("sentence_triplets.spans: 3", selected.Notes!);
    }

    /// <summary>Rows of short sentences out of few, so that triplets repeat often.</summary>
    private static string[] Texts(int rows, ulong seed)
    {
        RandomStream random = new(seed, "texts");
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(_ =>
                    string.Concat(
                        Enumerable
                            .Range(0, random.NextInt32(14))
                            .Select(_ =>
                                $"s{(char)('a' + random.NextInt32(12))} x." + (random.NextInt32(5) == 0 ? "\n" : " ")
                            )
                    )
                ),
        ];
    }

    // The same with a set over strings.
    private static IReadOnlyList<string?> WithSet(string[] texts)
    {
        HashSet<string> seen = [];
        string?[] left = new string?[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            List<(string Sentence, string Space)> sentences = [];
            string rest = texts[row],
                space = "";
            while (rest.IndexOf('.') is >= 0 and int dot)
            {
                string whole = rest[..(dot + 1)];
                string sentence = whole.TrimStart();
                sentences.Add((sentence, whole[..(whole.Length - sentence.Length)]));
                rest = rest[(dot + 1)..];
            }
            space = rest;
            bool[] cut = new bool[sentences.Count];
            for (int i = 0; i + 3 <= sentences.Count; i++)
                if (!seen.Add(string.Join('|', sentences[i..(i + 3)].Select(s => s.Sentence))))
                    cut.AsSpan(i, 3).Fill(true);
            left[row] = cut.Contains(true)
                ? string.Concat(sentences.Where((_, i) => !cut[i]).Select(s => s.Space + s.Sentence)).Trim()
                : texts[row];
        }
        return left;
    }

    [Fact]
    public void Agrees_with_a_set_over_strings_whatever_threads_and_parts()
    {
        string[] texts = Texts(300, 3);
        IReadOnlyList<string?> expected = WithSet(texts);
        View view = new(Dataset.OfTexts(texts, rowsPerTable: 40));
        foreach (int parts in (int[])[1, 3])
        foreach (int threads in (int[])[1, 2])
        {
            (Selected selected, IReadOnlyList<string?> left) = new SentenceTriplets(Keeping)
            {
                Parts = parts,
            }.RunOnTexts(view, threads);
            Assert.Equal(expected, left);
            Assert.True(selected.Complements(view));
        }
    }

    /// <summary>datatrove numbers sentences in 16 bits, and fails on such rows.</summary>
    [Fact]
    public void Rows_of_very_many_sentences_are_cut_to_their_end()
    {
        static string Name(int i) => string.Concat($"{i}".Select(digit => (char)('a' + digit - '0')));
        string sentences = string.Join(' ', Enumerable.Range(0, 70_000).Select(i => Name(i) + "."));
        IReadOnlyList<string?> left = Left(
            ["Last one. Last two. Last three.", sentences + " Last one. Last two. Last three."],
            Keeping
        );
        Assert.Equal(sentences, left[1]);
    }

    [Fact]
    public void A_killed_run_goes_on_to_the_same_result()
    {
        View view = new(Dataset.OfTexts(Texts(300, 4), rowsPerTable: 20));
        SentenceTriplets triplets = new(Keeping) { Parts = 3 };
        IReadOnlyList<string?> expected = triplets.RunOnTexts(view).Texts;
        foreach (string stage in (string[])["suspects", "repeats", "filter"])
        {
            using Pieces killed = Pieces.Temporary();
            triplets.KilledIn(stage, view, killed);
            Assert.Equal(expected, triplets.Select(view, new(killed) { Threads = 2 }).Texts(view));
        }
    }
}
