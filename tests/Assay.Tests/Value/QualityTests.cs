using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

public class QualityTests
{
    private static readonly string[] Good = "river mountain harvest teacher library history science engine".Split(' ');
    private static readonly string[] Bad = "click buy cheap login subscribe cookie banner discount".Split(' ');
    private static readonly string[] Both = "the of and to a in is it for on with".Split(' ');

    [Fact]
    public void Rows_like_the_wanted_texts_score_high()
    {
        View pool = new(Dataset.OfTexts(Texts(120, i => i % 2 == 0 ? Good : Bad), rowsPerTable: 25));
        View wanted = new(Dataset.OfTexts(Texts(60, _ => Good, seed: 2)));
        Signal signal = Assert.Single(Value(pool, new() { Positive = "wanted" }, wanted));
        Assert.Equal("quality", signal.Name);
        Assert.All(signal.Values, value => Assert.InRange(value, 0, 1));
        Assert.InRange(Auc(signal.Values), 0.9, 1); // half of what it was told is not wanted is like what is

        View other = new(Dataset.OfTexts(Texts(300, _ => Bad, seed: 3)));
        double[] told = Value(pool, new() { Positive = "wanted", Negative = "other" }, wanted, other)[0].Values;
        Assert.True(Auc(told) > 0.99);
        // Five times as many unwanted texts do not move the middle: both sides weigh the same.
        Assert.InRange(told.Where((_, i) => i % 2 == 0).Average(), 0.6, 1);
        Assert.InRange(told.Where((_, i) => i % 2 == 1).Average(), 0, 0.4);

        static double Auc(double[] values) =>
            RankingMetrics.RocAuc(values, [.. values.Select((_, i) => i % 2 == 0 ? 1 : 0)]);
    }

    [Fact]
    public void The_reader_scores_as_the_fitted_model_does()
    {
        // The same model put together from its parts.
        string[] positive = [.. Texts(30, _ => Good, seed: 4)],
            negative = [.. Texts(50, _ => Bad, seed: 5)];
        TextContrast classifier = TextContrast.Fit(Bytes(positive), Bytes(negative), c: 2);
        SparseMatrix counts = TextContrast.Grams(2).Count(Bytes([.. positive, .. negative]));
        TfIdfModel terms = TfIdf.Fit(counts);
        SparseMatrix rows = terms.Transform(counts);
        int[] labels = [.. Enumerable.Range(0, 80).Select(i => i < 30 ? 1 : 0)];
        LogisticModel model = new LogisticRegression(new() { C = 2, Tolerance = 1e-5 }).Fit(
            rows,
            labels,
            2,
            [.. labels.Select(label => label == 1 ? 40 / 30.0 : 40 / 50.0)]
        );
        double[] expected = model.Probabilities(rows);
        TextContrast.TextReader reader = classifier.Reader();
        foreach ((int i, string text) in positive.Concat(negative).Index())
            Assert.Equal(expected[2 * i + 1], reader.Score(Encoding.UTF8.GetBytes(text)), 1e-6);
        Assert.Equal(reader.Score([]), reader.Score("zzz qqq"u8)); // nothing known: the intercept
    }

    [Fact]
    public void No_row_is_scored_by_a_classifier_that_was_told_that_it_is_not_wanted()
    {
        // Pool and wanted texts from one source: cross-fitted, the pool's rows score as any others do. One word of each
        // row is its own, so a classifier would know the rows that it has seen.
        string[] texts = [.. Texts(200, _ => Good, seed: 6).Select((text, i) => $"{text} own{i}a own{i}b own{i}a")];
        View pool = new(Dataset.OfTexts(texts)),
            wanted = new(Dataset.OfTexts(Texts(200, _ => Good, seed: 7)));
        double crossFitted = Value(pool, new() { Positive = "wanted" }, wanted)[0].Values.Average();
        double seen = Value(pool, new() { Positive = "wanted", Negative = "other" }, wanted, pool)[0].Values.Average();
        Assert.InRange(crossFitted, seen + 0.02, 0.6);
    }

    [Fact]
    public void Scores_do_not_depend_on_threads_or_kills()
    {
        View pool = new(Dataset.OfTexts(Texts(100, i => i % 3 == 0 ? Good : Bad), rowsPerTable: 9));
        View wanted = new(Dataset.OfTexts(Texts(40, _ => Good, seed: 2)));
        QualityOptions options = new()
        {
            Positive = "wanted",
            TrainBytes = new(2000),
            Folds = 3,
        };
        double[] one = Value(pool, options, wanted, threads: 1)[0].Values;
        Assert.Equal(one, Value(pool, options, wanted, threads: 2)[0].Values);
        using Pieces pieces = Pieces.Temporary();
        Value(pool, options, wanted, pieces: pieces);
        File.Delete(pieces.PathOf("scoring", 4));
        Assert.Equal(one, Value(pool, options, wanted, pieces: pieces)[0].Values);
        Assert.Equal(one, Value(pool, options, wanted, pieces: pieces)[0].Values);
        View some = new(pool.Dataset, pool.Selection.Where(row => row % 4 != 1));
        Assert.Equal(
            Enumerable.Range(0, 100).Select(row => row % 4 == 1),
            Value(some, options, wanted)[0].Values.Select(double.IsNaN)
        );
    }

    [Fact]
    public void A_side_without_words_is_refused()
    {
        View pool = new(Dataset.OfTexts(["a b", "c d"])),
            empty = new(Dataset.OfTexts(["", " "]));
        QualityOptions options = new() { Positive = "wanted", Negative = "other" };
        Assert.Contains(
            "no rows with words",
            Assert.Throws<AssayException>(() => Value(pool, options, empty, pool)).Message
        );
        Assert.Contains(
            "no rows with words",
            Assert.Throws<AssayException>(() => Value(pool, options, pool, empty)).Message
        );
        Assert.Throws<AssayException>(() => Value(new(Dataset.OfTexts(["a"])), options with { Negative = null }, pool));
        Assert.Throws<AssayException>(() => Value(pool, options with { Positive = "none" }, pool, pool));
        Assert.Empty(Value(new(Dataset.OfTexts([])), options, pool, pool)[0].Values);
        Assert.Throws<ArgumentException>(() => TextContrast.Fit([], Bytes(["a"])));
    }

    [Fact]
    public void It_agrees_with_people_on_web_pages()
    {
        // Every other page of each label teaches, the rest is scored. The reference (full cross-validation) has .873.
        List<(int Label, string Text)> pages = [];
        using FileStream file = File.OpenRead(SharedData.Path("data-selection-survey/human_quality.jsonl.gz"));
        using System.IO.StreamReader lines = new(new GZipStream(file, CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            pages.Add(
                (json.RootElement.GetProperty("label").GetInt32(), json.RootElement.GetProperty("text").GetString()!)
            );
        }
        (int Label, string Text)[] teach = [.. pages.Where((_, i) => i % 2 == 0)],
            test = [.. pages.Where((_, i) => i % 2 == 1)];
        TextContrast.TextReader reader = TextContrast
            .Fit(
                Bytes(teach.Where(page => page.Label == 1).Select(page => page.Text)),
                Bytes(teach.Where(page => page.Label == 0).Select(page => page.Text))
            )
            .Reader();
        double[] scores = [.. test.Select(page => reader.Score(Encoding.UTF8.GetBytes(page.Text)))];
        double auc = RankingMetrics.RocAuc(scores, [.. test.Select(page => page.Label)]);
        Assert.InRange(auc, 0.80, 0.95);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Bytes(IEnumerable<string> texts) =>
        texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> Texts(int count, Func<int, string[]> words, ulong seed = 1)
    {
        RandomStream random = new(seed, "texts");
        for (int i = 0; i < count; i++)
        {
            string[] own = words(i);
            yield return string.Join(
                ' ',
                Enumerable
                    .Range(0, 12 + i % 9)
                    .Select(_ =>
                        random.NextInt32(3) == 0
                            ? own[random.NextInt32(own.Length)]
                            : Both[random.NextInt32(Both.Length)]
                    )
            );
        }
    }

    private static IReadOnlyList<Signal> Value(
        View view,
        QualityOptions options,
        View wanted,
        View? other = null,
        int threads = 2,
        Pieces? pieces = null
    )
    {
        using Pieces temporary = Pieces.Temporary();
        Dictionary<string, View> datasets = new() { ["wanted"] = wanted };
        if (other is not null)
            datasets.Add("other", other);
        Work work = new(pieces ?? temporary)
        {
            Random = new(7, "step"),
            Threads = threads,
            Datasets = datasets,
        };
        return new Quality(options).Value(view, work);
    }
}
