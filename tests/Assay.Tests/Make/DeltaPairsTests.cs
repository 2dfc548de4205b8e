using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Make;

public sealed class DeltaPairsTests
{
    private static readonly View Answers = StudyTables.Of(
        """
        prompt,a,b,va,vb
        one,long answer,bad,3,1
        two,same,same,2,2
        three,,bad,1,0
        four,worse,better,1,2
        five,fine,poor,2,1.5
        """,
        rowsPerTable: 2
    );

    private static Made Run(DeltaPairsOptions options, View? view = null, Pieces? pieces = null, int threads = 2)
    {
        using Pieces temporary = Pieces.Temporary();
        using Workers.LimitScope limit = Workers.Limit(threads);
        return new DeltaPairs(options).Make(
            view ?? Answers,
            new Work(pieces ?? temporary) { Threads = threads, Random = new RandomStream(7, "make") }
        );
    }

    private static string[] Lines(Made made, params string[] columns)
    {
        StudyTable table = StudyTable.Of(new View(made.Rows), default);
        string[][] words = [.. columns.Select(table.Words)];
        return [.. Enumerable.Range(0, table.Rows).Select(row => string.Join('|', words.Select(own => own[row])))];
    }

    [Fact]
    public void Answers_of_two_columns_pair_up_and_equal_or_empty_ones_are_left_out()
    {
        Made made = Run(new() { Chosen = "a", Rejected = "b" });
        Assert.Equal(
            ["one|long answer|bad|a|b", "four|worse|better|a|b", "five|fine|poor|a|b"],
            Lines(made, "prompt", "chosen", "rejected", "chosen_model", "rejected_model")
        );
        Assert.Equal("1", made.Study.Facts.Single(fact => fact.Name == "Equal answers").Value);
        Assert.Equal("1", made.Study.Facts.Single(fact => fact.Name == "Empty answers").Value);
    }

    [Fact]
    public void Sources_the_other_way_round_give_the_inverted_pairs()
    {
        string[] pairs = Lines(Run(new() { Chosen = "a", Rejected = "b" }), "prompt", "chosen", "rejected"),
            inverted = Lines(Run(new() { Chosen = "b", Rejected = "a" }), "prompt", "rejected", "chosen");
        Assert.Equal(pairs, inverted);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0.5, 1)]
    public void Known_scores_drop_tied_and_inverted_pairs(double least, int left)
    {
        DeltaPairsOptions options = new()
        {
            Chosen = "a",
            Rejected = "b",
            ChosenScore = "va",
            RejectedScore = "vb",
            MinDelta = least,
        };
        Made made = Run(options);
        Assert.Equal(left, made.Rows.RowCount);
        Assert.Equal("2", Lines(made, "delta")[0]);
    }

    [Fact]
    public void Models_answer_greedily_and_the_same_on_any_threads_and_after_a_kill()
    {
        using Pieces models = Pieces.Temporary(),
            pieces = Pieces.Temporary();
        string strong = Save(models, "strong", 1),
            weak = Save(models, "weak", 2);
        View prompts = new(
            Dataset.OfTexts(Enumerable.Range(0, 40).Select(i => $"prompt {i} of many, rather long"), rowsPerTable: 9)
        );
        DeltaPairsOptions options = new()
        {
            Prompt = "text",
            Stronger = strong,
            Weaker = weak,
            MaxTokens = 6,
        };
        Made made = Run(options, prompts, pieces);
        string[] lines = Lines(made, "prompt", "chosen", "rejected", "chosen_model");
        Assert.NotEmpty(lines);
        Assert.EndsWith("|strong", lines[0]);
        // As a kill in the middle of the second model leaves it.
        File.Delete(pieces.PathOf("weaker", 1));
        Assert.Equal(
            lines,
            Lines(Run(options, prompts, pieces, threads: 1), "prompt", "chosen", "rejected", "chosen_model")
        );

        // By hand: the first answer is what the model writes behind the mark of an end and the prompt.
        LanguageModel model = LanguageModel.Load(strong);
        byte[] first = Encoding.UTF8.GetBytes(lines[0].Split('|')[0]);
        int[] tokens = [model.Tokenizer.Special.End!.Value, .. model.Tokenizer.Encode(first)];
        GeneratedText greedy = model.Generate(
            [tokens],
            new() { Sampling = SamplingOptions.Greedy, MaxTokens = 6 },
            new RandomStream(0, "none")
        )[0];
        Assert.Equal(greedy.ToString(), lines[0].Split('|')[1]);
    }

    [Fact]
    public void One_model_against_itself_makes_no_pair()
    {
        using Pieces models = Pieces.Temporary();
        string model = Save(models, "one", 1);
        DeltaPairsOptions options = new()
        {
            Stronger = model,
            Weaker = model,
            MaxTokens = 4,
        };
        AssayException failure = Assert.Throws<AssayException>(() => Run(options));
        Assert.Contains("5 have equal answers", failure.Message);
    }

    public static TheoryData<string, DeltaPairsOptions> Wrong =>
        new()
        {
            {
                "'weaker'",
                new() { Chosen = "a" }
            },
            {
                "'stronger'",
                new()
                {
                    Chosen = "a",
                    Stronger = "somewhere",
                    Rejected = "b",
                }
            },
            {
                "no column 'c'",
                new() { Chosen = "c", Rejected = "b" }
            },
            {
                "no model that can be read",
                new() { Stronger = "nowhere", Rejected = "b" }
            },
            {
                "one score alone",
                new()
                {
                    Chosen = "a",
                    Rejected = "b",
                    ChosenScore = "va",
                }
            },
            {
                "no column 'question'",
                new()
                {
                    Prompt = "question",
                    Chosen = "a",
                    Rejected = "b",
                }
            },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void What_does_not_fit_is_said(string message, DeltaPairsOptions options) =>
        Assert.Contains(message, Assert.Throws<AssayException>(() => Run(options)).Message);

    private static string Save(Pieces folder, string name, ulong seed)
    {
        TransformerConfig config = ModelSizes.Of("gpt-250k") with
        {
            HiddenSize = 16,
            Layers = 1,
            HeadSize = 4,
            IntermediateSize = 16,
            ContextLength = 40,
            TieEmbeddings = false,
        };
        string path = Path.Combine(folder.Folder, name);
        Directory.CreateDirectory(path);
        new LanguageModel(new Transformer(config, new RandomStream(seed, "model")), new ByteTokenizer()).Save(path);
        return path;
    }
}
