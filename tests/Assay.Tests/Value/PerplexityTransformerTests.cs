using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Recipes;
using Assay.Tests.Recipes;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>The golden numbers and properties of methods/points.md on perplexity, and the transformers of value/perplexity.</summary>
public sealed class PerplexityTransformerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-perplexity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Perplexity(params double[] probabilities) =>
        new TextCost(-probabilities.Sum(Math.Log2), 0, probabilities.Length).Perplexity;

    [Fact]
    public void GoldenPerplexities()
    {
        Assert.Equal(4, Perplexity(0.5, 0.25, 0.125), 12);
        Assert.Equal(7, Perplexity(1 / 7.0, 1 / 7.0), 12);
        // Not 2.1805604, which rounding the probabilities to bfloat16 gives.
        Assert.Equal(2.1821789, Perplexity(0.3, 0.7), 7);
        Tensor losses = Functional.CrossEntropyRows(
            Tensor.Of([2f, 1, 0, 0, 0, 3, 1, -1, 0.5f], 3, 3),
            (int[])[0, 2, 1]
        );
        double[] expected = [0.4076059, 0.0949229, 2.5549569];
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected[i], losses.Data[i], 1e-6);
        double mean = losses.ToArray().Average(loss => (double)loss);
        Assert.Equal(2.7708716, Math.Exp(mean), 1e-6);
        // Scores of a sequence said twice are those of it once; at least 1.
        Assert.Equal(Perplexity(0.3, 0.7), Perplexity(0.3, 0.7, 0.3, 0.7), 12);
        Assert.True(Perplexity(1, 0.999) >= 1);
    }

    private string Folder(bool trained = false)
    {
        Transformer model = new(ModelSizes.Of("gpt-250k"), new RandomStream(1, "model"));
        if (!trained)
        {
            // Larger weights than a new model has, so that a context matters.
            RandomStream random = new(2, "noise");
            model.Restore([.. model.Snapshot().Select(weight => weight + 0.1f * (float)random.NextGaussian())]);
        }
        string folder = Path.Combine(_folder, "model");
        new LanguageModel(model, new ByteTokenizer()).Save(folder);
        return folder;
    }

    private static IReadOnlyList<Signal> Value(
        View view,
        PerplexityOptions options,
        int threads = 2,
        Pieces? pieces = null,
        View? reference = null
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return new Assay.Value.Perplexity(options).Value(
            view,
            new(pieces ?? temporary)
            {
                Threads = threads,
                Random = new RandomStream(7, "value/perplexity"),
                Datasets = reference is null ? new Dictionary<string, View>() : new() { ["reference"] = reference },
            }
        );
    }

    private static View Rows() =>
        new(
            Tests.Rows.Of(
                5,
                2,
                (builder, row) =>
                {
                    if (row != 3)
                        builder.Column("question").Set("How does it go on? "u8);
                    builder
                        .Column("text")
                        .Set(
                            System.Text.Encoding.UTF8.GetBytes(
                                row == 4 ? "" : $"answer {row}" + new string('!', row * 150)
                            )
                        );
                }
            )
        );

    [Fact]
    public void AModelFolderScoresEachRowGivenItsContext()
    {
        string folder = Folder();
        View rows = Rows();
        PerplexityOptions plain = new() { Model = folder };
        IReadOnlyList<Signal> found = Value(rows, plain);
        // By hand: the end mark, the bytes, in windows of half a context.
        Transformer model = Transformer.Load(folder);
        double Cost(byte[] context, byte[] text)
        {
            int[] before = [257, .. context.Select(b => (int)b)],
                own = [.. text.Select(b => (int)b)];
            using var noGrad = Tensor.NoGrad();
            return -model
                .TokenLogProbabilities(TokenBatch.OfCompletions((before, own)))
                .ToArray()
                .Sum(value => (double)value);
        }
        byte[] question = "How does it go on? "u8.ToArray();
        byte[] first = "answer 0"u8.ToArray();
        Assert.Equal(Math.Exp(Cost([], first) / first.Length), found[0].Values[0], 4);
        Assert.Equal(Cost([], first) / Math.Log(2) / first.Length, found[1].Values[0], 4);
        Assert.True(double.IsNaN(found[0].Values[4]) && double.IsNaN(found[2].Values[4]));

        IReadOnlyList<Signal> given = Value(rows, plain with { Context = "question" });
        Assert.Equal(Math.Exp(Cost(question, first) / first.Length), given[0].Values[0], 4);
        Assert.NotEqual(found[0].Values[0], given[0].Values[0]);
        Assert.Equal(found[0].Values[3], given[0].Values[3], 6); // it has no context
        IReadOnlyList<Signal> prompted = Value(rows, plain with { Prompt = "How does it go on? " });
        Assert.Equal(given[0].Values[0], prompted[0].Values[0], 5);

        // A long row is read in windows: all its bytes count, and the number of threads changes nothing.
        Assert.Equal(found[0].Values, Value(rows, plain, threads: 1)[0].Values);
        using Pieces pieces = Pieces.Temporary();
        Value(rows, plain, pieces: pieces);
        File.Delete(pieces.PathOf("scoring", 1));
        Assert.Equal(found[0].Values, Value(rows, plain, pieces: pieces)[0].Values);
    }

    [Fact]
    public void ATransformerIsTrainedOnAReference()
    {
        View reference = new(Dataset.OfTexts(Enumerable.Range(0, 60).Select(i => $"the cat sat on mat {i % 5}")));
        View rows = new(Dataset.OfTexts(["the cat sat on mat 3", "zqxj vwky pfgh zzzz"]));
        PerplexityOptions options = new()
        {
            Model = "gpt-250k",
            From = "reference",
            ModelEpochs = 8,
        };
        IReadOnlyList<Signal> found = Value(rows, options, reference: reference);
        Assert.True(found[0].Values[0] < 0.5 * found[0].Values[1]);
        Assert.Null(new Assay.Value.Perplexity(options).Model);
        Assert.Equal("gpt-250k", new Assay.Value.Perplexity(options with { From = null }).Model!.Options.Model);
        Assert.Null(new Assay.Value.Perplexity(new()).Model);
        Assert.Null(new Assay.Value.Perplexity(new() { Model = "./model" }).Model);
    }

    [Fact]
    public void RanksWithinRowsOfLikeLength()
    {
        // Twenty lengths, two rows of each; one of the two is stranger.
        View rows = new(
            Dataset.OfTexts(
                Enumerable
                    .Range(0, 40)
                    .Select(i => string.Concat(Enumerable.Repeat(i % 2 == 0 ? "aa " : "q7 ", 1 + i / 2)))
            )
        );
        IReadOnlyList<Signal> found = Value(rows, new() { Unit = NGramUnit.Bytes, Model = "ngram-3" });
        Assert.Equal("perplexity-for-length", found[2].Name);
        Assert.Equal(10, found[2].Values.Count(value => value == 0)); // the lowest of each of ten groups
        for (int group = 0; group < 10; group++)
        {
            int[] own = [.. Enumerable.Range(4 * group, 4)];
            Assert.Equal(own.OrderBy(row => found[0].Values[row]), own.OrderBy(row => found[2].Values[row]));
        }
    }

    [Fact]
    public void ARecipeTrainsTheModelOnceAndASharedFolderIsPartOfTheKey()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(
            Path.Combine(_folder, "in", "a.txt"),
            Enumerable.Range(0, 30).Select(i => $"row {i} of some text")
        );
        string folder = Folder();
        string recipe = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(
            recipe,
            $$"""
            assay: 1
            data: { pool: { path: {{_folder}}/in/*.txt } }
            steps:
              - value/perplexity: { model: gpt-250k, model-epochs: 0.5 }
              - value/perplexity: { model: {{folder}} }
              - select/top: { by: perplexity, lowest: true, keep: 20% }
            """
        );
        RunReport Run() => new Runner(Recipe.Load(recipe), Path.Combine(_folder, "store")).Run();
        RunReport first = Run();
        Assert.Equal(
            ["train/lm", "value/perplexity", "value/perplexity", "select/top"],
            first.Steps.Select(step => step.Method)
        );
        Assert.Equal(first.Steps[^1].RowsIn / 5, first.Steps[^1].RowsOut); // floor(0.2 n)
        Assert.All(Run().Steps, step => Assert.True(step.Cached));
        Folder(trained: true); // another model in the same folder
        Assert.Equal([true, true, false], Run().Steps.Take(3).Select(step => step.Cached));
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        Assert.Contains(
            "no model that can be read",
            Assert.Throws<AssayException>(() => Value(Rows(), new() { Model = _folder + "/none" })).Message
        );
        Assert.Contains(
            "no column 'answer'",
            Assert.Throws<AssayException>(() => Value(Rows(), new() { Model = Folder(), Context = "answer" })).Message
        );
        Assert.Contains(
            "reads no 'context'",
            Assert.Throws<AssayException>(() => new Assay.Value.Perplexity(new() { Context = "question" })).Message
        );
    }
}
