using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Describe;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Microsoft.Extensions.AI;

namespace Assay.Tests.Describe;

/// <summary>describe/quality, describe/diversity and describe/complexity.</summary>
public sealed class SetStudyTests
{
    private static readonly string[] Sentences =
    [
        "the cat sat on the mat",
        "the cat sat on the hat",
        "a dog ran in the park",
        "a dog ran in the dark",
        "quantum computers factor large numbers quickly",
    ];

    [Fact]
    public void DiversityIsThatOfTheOfficialTools()
    {
        Study study = Run(new DiversityStudy(new()), TextsOf(Sentences));
        Assert.Equal(0.6, Value(study, "distinct-1"), 1e-12);
        Assert.Equal(0.68, Value(study, "distinct-2"), 1e-12);
        Assert.Equal(0.607868548521274, Value(study, "self-bleu"), 1e-12);
        Assert.Equal(0.8788898309344878, Value(study, "self-repetition"), 1e-12);
        Assert.Equal(0.2333333333333333, Value(study, "homogenisation"), 1e-12);
        Assert.Equal(2.719376804, Value(study, "word-entropy"), 1e-8);
        Assert.Equal(1, Value(study, "unique"));
        Assert.InRange(Value(study, "vendi"), 2, 4.5);
        Assert.Contains("5 rows of 'rows' are as diverse as", study.Answer);
        Assert.Contains(study.Notes, note => note.Contains("hashed n-grams of words, 256 numbers"));
        TablePanel nearest = study.Panels.OfType<TablePanel>().Last();
        Assert.Contains("cat", nearest.Columns[1].Words![0]);
    }

    [Fact]
    public void VectorsOfColumnsAreMeasuredAsTheyStand()
    {
        double[][] five =
        [
            [1, 0, 0],
            [.8, .6, 0],
            [0, 1, 0],
            [0, 0, 1],
            [0, .6, .8],
        ];
        View view = PreferenceTables.Of([
            .. five.Select((row, i) => JsonSerializer.Serialize(new { text = Sentences[i], vector = row })),
        ]);
        Study study = Run(new DiversityStudy(new() { Embed = EmbeddingKind.Columns, Features = ["vector"] }), view);
        // float32 vectors: seven digits.
        Assert.Equal(2.8345671959, Value(study, "vendi"), 1e-6);
        Assert.Equal(2.9136748870, Value(study, "vendi-0.5"), 1e-6);
        Assert.Equal(2.7000172801, Value(study, "vendi-2"), 1e-6);
        Assert.Equal(2.1186440678, Value(study, "vendi-inf"), 1e-6);
        Assert.Equal(.684, Value(study, "pairwise-distance"), 1e-6);
        Assert.Equal(.5472, Value(study, "intdiv"), 1e-6);
        Assert.Equal(.24, Value(study, "chamfer"), 1e-6);
        Assert.Equal(.4253259317, Value(study, "radius"), 1e-6);
    }

    [Fact]
    public void SetsStandSideBySideOnAsManyRows()
    {
        Study study = Run(
            new DiversityStudy(new() { Beside = ["made"], Sample = 60 }),
            TextsOf(Words(200, vocabulary: 300, seed: 1)),
            ("made", TextsOf(Words(80, vocabulary: 12, seed: 2)))
        );
        TablePanel words = Assert.IsType<TablePanel>(study.Panels.First(panel => panel.Title == "Diversity of words"));
        Assert.Equal(
            ["measure", "rows", "±", "made", "±", "rows", "what"],
            words.Columns.Select(column => column.Name)
        );
        Assert.All(words.Columns[5].Numbers!, rows => Assert.Equal(60, rows));
        IntervalPanel change = Assert.IsType<IntervalPanel>(study.Panels[0]);
        Assert.True(change.IsDifference);
        Assert.All(
            change.Lines.Where(line => line.Name is "distinct-1" or "self-bleu" or "vendi" or "homogenisation"),
            line => Assert.True(line.Value.High < 0, line.Name)
        );
        Assert.Matches("'made' is more diverse than 'rows' by 0 of [0-9]+ measures beyond chance", study.Answer);
        Assert.InRange(Value(study, "facility-location", set: 1), 0.0, 0.6);
    }

    /// <summary>A set beside itself in other rows' order: no measure that does not see order says more than chance; few errors are nothing.</summary>
    [Fact]
    public void ASetIsAsDiverseAsItself()
    {
        string[] texts = Words(120, 60, 3);
        Study study = Run(
            new DiversityStudy(new() { Beside = ["again"] }),
            TextsOf(texts),
            ("again", TextsOf([.. texts.Reverse()]))
        );
        IntervalPanel change = Assert.IsType<IntervalPanel>(study.Panels[0]);
        foreach (
            IntervalLine line in change.Lines.Where(line =>
                line.Name
                    is not ("n-gram-diversity" or "compression" or "mtld" or "homogenisation" or "cluster-entropy")
            )
        )
            Assert.Equal(0, line.Value.Mean, 1e-9);
    }

    [Fact]
    public void EqualLengthsAreFirstWords()
    {
        Study study = Run(
            new DiversityStudy(new() { Words = 3 }),
            TextsOf(["a b c d d d d d", "a b", "e f g", "h i j k"])
        );
        Assert.Equal(1, Value(study, "distinct-1")); // nothing repeats within the first three; a b has too few
        Assert.Contains("3 rows", study.Answer);
        Assert.Contains(
            "no row of 9 words",
            Assert.Throws<AssayException>(() => Run(new DiversityStudy(new() { Words = 9 }), TextsOf(["a b"]))).Message
        );
    }

    [Fact]
    public void TagsAndCells()
    {
        View view = PreferenceTables.Of(
            """{"text": "one two", "tags": ["A", "b", "b"], "x": 0, "kind": "p", "q": 0.5}""",
            """{"text": "two three", "tags": ["a"], "x": 0.1, "kind": "p", "q": 0.9}""",
            """{"text": "three four", "tags": [], "x": 2, "kind": "p", "q": 0.2}""",
            """{"text": "four five", "tags": ["c"], "x": 10, "kind": "q", "q": 0.7}"""
        );
        Study study = Run(
            new DiversityStudy(
                new()
                {
                    Tags = "tags",
                    Cells = ["x", "kind"],
                    Bins = 5,
                    Score = "q",
                }
            ),
            view
        );
        Assert.Equal(3.0 / 4, Value(study, "tag-diversity"), 1e-12);
        Assert.Equal(1, Value(study, "tag-coverage"), 1e-12);
        Assert.Equal(3.0 / 10, Value(study, "archive-coverage"), 1e-12); // x 0, 1 and 4 of five, with p, p and q
        Assert.Equal(0.9 + 0.2 + 0.7, Value(study, "qd-score"), 1e-12);
        Assert.Equal(1.0397207708, Value(study, "cell-entropy"), 1e-9);
        Assert.Contains(
            "no archive",
            Assert.Throws<AssayException>(() => Run(new DiversityStudy(new() { Score = "q" }), view)).Message
        );
        Assert.Contains(
            "no column 'z'",
            Assert.Throws<AssayException>(() => Run(new DiversityStudy(new() { Tags = "z" }), view)).Message
        );
    }

    /// <summary>Answers that all say the same to each of many different prompts: no diversity within, much across.</summary>
    [Fact]
    public void WithinInputsIsNotAcrossInputs()
    {
        View view = PreferenceTables.Of([
            .. Enumerable
                .Range(0, 60)
                .Select(i => $$"""{"text": "w{{i / 3}} v{{i / 3}} u{{i / 3}}", "prompt": "p{{i / 3}}"}"""),
        ]);
        Study study = Run(new DiversityStudy(new() { Input = "prompt" }), view);
        Assert.Equal(0, Value(study, "pairwise-distance within"), 1e-9);
        Assert.Equal(1, Value(study, "pairwise-distance across"), 1e-9);
        Assert.Contains(study.Notes, note => note.Contains("3 rows at a time, of 20 values of 'prompt'"));
    }

    [Fact]
    public void QualityByWhatTheRowsCarry()
    {
        View view = PreferenceTables.Of(
            """{"text": "It is 3 + 4 = 7.", "key": "7", "score": 1, "logits": [0, 1, 2, 1, 0, -1]}""",
            """{"text": "YES", "key": " yes", "score": 0, "logits": [5, 5, 5, 5, 5, 5]}""",
            """{"text": "It is 12", "key": "1,200", "score": 0.5, "logits": [0, 1, 2, 1, 0, -1]}"""
        );
        Study study = Run(
            new QualityStudy(
                new()
                {
                    Key = "key",
                    Scores = ["score"],
                    Logits = "logits",
                }
            ),
            view
        );
        Assert.Equal(2.0 / 3, Value(study, "verified"), 1e-12);
        Assert.Equal(0.5, Value(study, "score"), 1e-12);
        Assert.Equal((2 * 3.0726388509 + 3.5) / 3, Value(study, "expected-score"), 1e-9);
        Assert.StartsWith("'rows' has a mean verified of 0.6667 ± 0.33 over 3 rows.", study.Answer);
        Assert.Contains(
            "no list of logits",
            Assert.Throws<AssayException>(() => Run(new QualityStudy(new() { Logits = "key" }), view)).Message
        );
        Study nothing = Run(new QualityStudy(new()), view);
        Assert.Contains("nothing says how good they are", nothing.Answer);
        Assert.Contains(nothing.Notes, note => note.Contains("name 'scores', a 'key', a 'model' or a 'judge'"));
    }

    [Fact]
    public void AJudgeScoresRows()
    {
        View good = TextsOf([.. Enumerable.Range(0, 20).Select(i => $"good text number {i}")]),
            bad = TextsOf([.. Enumerable.Range(0, 20).Select(i => $"bad text number {i}")]);
        ScriptedJudge judge = new(
            (text, seed) =>
                text.Contains("number 3\n", StringComparison.Ordinal) ? "I cannot say"
                : text.Contains("good", StringComparison.Ordinal) ? $"Fine.\n**Score: {8 + seed}**"
                : "Score: 3.5"
        );
        Study study = Run(new QualityStudy(new() { Beside = ["bad"], Calls = 2 }, judge), good, ("bad", bad));
        Assert.Equal(8.5, Value(study, "judge"), 1e-12);
        Assert.Equal(3.5, Value(study, "judge", set: 1), 1e-12);
        Assert.Contains(
            study.Notes,
            note => note.StartsWith("4 replies of the judge held no score", StringComparison.Ordinal)
        );
        Assert.Equal(80, judge.Asked);
        Study complexity = Run(new ComplexityStudy(new(), judge), bad);
        Assert.Equal(3.5, Value(complexity, "judge"), 1e-12);
        Assert.Contains(
            "no address",
            Assert.Throws<AssayException>(() => Run(new QualityStudy(new() { Judge = "here" }), good)).Message
        );
        Assert.Contains(
            "name of its model",
            Assert
                .Throws<AssayException>(() => Run(new QualityStudy(new() { Judge = "http://localhost:1/v1" }), good))
                .Message
        );
    }

    /// <summary>A model whose weights are all 0 ignores the prompt: its answers are as likely with as without.</summary>
    [Fact]
    public void TheDifficultyOfAModelThatIgnoresThePromptIsOne()
    {
        Transformer transformer = new(ModelSizes.Of("gpt-250k", TokenStream.Tokenizer.VocabularySize), new(1, "model"));
        foreach (Parameter parameter in transformer.Parameters())
            parameter.Tensor.Data.Clear();
        LanguageModel model = new(transformer, TokenStream.Tokenizer);
        InstructionDifficulty[] found = InstructionDifficulty.Of(
            model,
            [Encoding.UTF8.GetBytes("an answer"), Encoding.UTF8.GetBytes("another"), []],
            [Encoding.UTF8.GetBytes("a prompt"), [], Encoding.UTF8.GetBytes("why")],
            CancellationToken.None
        );
        Assert.Equal(1, found[0].Ratio, 1e-6);
        Assert.Equal(1, found[1].Ratio, 1e-6);
        Assert.True(double.IsNaN(found[2].Ratio) && double.IsNaN(found[2].Perplexity));
        Assert.Equal(TokenStream.Tokenizer.VocabularySize, found[0].Perplexity, 0.01);
    }

    [Fact]
    public void ComplexityCountsStructure()
    {
        View view = PreferenceTables.Of(
            """{"text": "So 3 + 4 = 7.\n\nThen (7 x 2) - 1 = 13.", "tags": "a, b; c", "solved": 0.25}""",
            """{"text": "f(a[b{c}])", "tags": "a", "solved": 0.75}""",
            """{"text": "if x: y else z while q && r", "tags": "", "solved": 0.5}"""
        );
        Study study = Run(new ComplexityStudy(new() { Tags = "tags", Solved = "solved" }), view);
        Assert.Equal((3 + 1 + 0) / 3.0, Value(study, "tags"), 1e-12);
        Assert.Equal(0.5, Value(study, "unsolved"), 1e-12);
        Assert.Equal((2 + 1 + 1) / 3.0, Value(study, "steps"), 1e-12);
        Assert.Equal((1 + 3 + 0) / 3.0, Value(study, "depth"), 1e-12);
        Assert.Equal((1 + 1 + 4) / 3.0, Value(study, "branches"), 1e-12);
        Assert.Equal(1, Value(study, "operations"), 1e-12); // + * - and nothing else
        Assert.Equal(1, Value(study, "solution-paths"), 1e-12);
        Assert.Equal("+*-", TextShape.Operations("3 + 4, 7 x 2, (1) - 5"u8.ToArray()));
        Assert.Equal("", TextShape.Operations("well-known A-B x-ray"u8.ToArray()));
    }

    [Fact]
    public void BadRowsAreNamed()
    {
        View view = TextsOf(Sentences);
        Assert.Contains(
            "no dataset 'none'",
            Assert.Throws<AssayException>(() => Run(new DiversityStudy(new() { Beside = ["none"] }), view)).Message
        );
        Assert.Contains(
            "beside itself",
            Assert
                .Throws<AssayException>(() =>
                    Run(new DiversityStudy(new() { Beside = ["b", "b"] }), view, ("b", TextsOf(Sentences)))
                )
                .Message
        );
        Assert.Contains(
            "no row of text",
            Assert.Throws<AssayException>(() => Run(new DiversityStudy(new()), TextsOf(["", " "]))).Message
        );
        Assert.Contains(
            "no column 'q'",
            Assert.Throws<AssayException>(() => Run(new QualityStudy(new() { Scores = ["q"] }), view)).Message
        );
    }

    [Fact]
    public void ThreadsChangeNothing()
    {
        View view = TextsOf(Words(150, 50, 9));
        string Of(int threads) => JsonSerializer.Serialize(Run(new DiversityStudy(new()), view, threads));
        Assert.Equal(Of(1), Of(2));
    }

    [Fact]
    public void TheJackknifeOfAMeanIsItsStandardError()
    {
        RandomStream random = new(3, "values");
        double[] values = [.. Enumerable.Range(0, 200).Select(_ => random.NextGaussian())];
        double exact = SetEstimate.OfRows(values).Error;
        Assert.Equal(exact, Jackknife.StandardError(200, 200, some => some.Average(i => values[i])), 1e-12);
        Assert.InRange(Jackknife.StandardError(200, 10, some => some.Average(i => values[i])), exact / 2, exact * 2);
        Assert.Equal(0, Jackknife.StandardError(1, 10, _ => 5));
    }

    [Fact]
    public void TagsOfACell()
    {
        Assert.Equal(["a", "b c"], RowTags.Parse(" A, b c ;a,"));
        Assert.Equal(["x, y", "z"], RowTags.Parse("""["X, y", "z", "z"]"""));
        Assert.Equal(["[broken"], RowTags.Parse("[broken"));
    }

    private static double Value(Study study, string measure, int set = 0)
    {
        foreach (
            TablePanel table in study.Panels.OfType<TablePanel>().Where(table => table.Columns[0].Name == "measure")
        )
        {
            int row = table.Columns[0].Words!.ToList().FindIndex(name => name.TrimEnd('↑', '↓', ' ') == measure);
            if (row >= 0)
                return table.Columns[1 + 2 * set].Numbers![row] ?? double.NaN;
        }
        Assert.Fail($"no measure {measure}");
        return 0;
    }

    private static View TextsOf(string[] texts) => new(Dataset.OfTexts(texts, "rows"));

    private static string[] Words(int rows, int vocabulary, ulong seed)
    {
        RandomStream random = new(seed, "texts");
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(_ => string.Join(' ', Enumerable.Range(0, 12).Select(_ => $"w{random.NextInt32(vocabulary)}"))),
        ];
    }

    private static Study Run(IStudy study, View view, params (string Name, View View)[] others) =>
        Run(study, view, 2, others);

    private static Study Run(IStudy study, View view, int threads, params (string Name, View View)[] others)
    {
        using Pieces pieces = Pieces.Temporary();
        return study.Run(
            view,
            new(pieces)
            {
                Random = new(7, "study"),
                Threads = threads,
                Datasets = others.ToDictionary(other => other.Name, other => other.View),
            }
        );
    }

    private sealed class ScriptedJudge(Func<string, long?, string> reply) : IChatClient
    {
        private int _asked;

        public int Asked => _asked;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(
                new ChatResponse(new ChatMessage(ChatRole.Assistant, reply(messages.Last().Text, options?.Seed)))
            );
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
