using Assay.Data;
using Assay.Models;
using Assay.Order;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Value;

namespace Assay.Tests.Recipes;

/// <summary>Small recipes run from end to end, in process.</summary>
public sealed class RunningTests : IDisposable
{
    private static readonly MethodCatalogue Catalogue = new([
        .. typeof(MethodCatalogue).Assembly.GetTypes(),
        .. typeof(RunningTests).GetNestedTypes(),
    ]);

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public RunningTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(
            Path.Combine(_folder, "in", "sea.txt"),
            Enumerable.Range(0, 60).Select(i => $"the tide of day {i} is high and the sea is wide")
        );
        File.WriteAllLines(
            Path.Combine(_folder, "in", "law.txt"),
            Enumerable.Range(0, 30).Select(i => $"case {i}: the court finds")
        );
        ModelCounter.Opened = 0;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheReportSaysWhatWasChosenFromWhere()
    {
        RunReport report = Run(
            "candidates: { all: [select/top: { by: bytes, keep: 100% }], long: [select/top: { by: bytes, keep: 60 }] }"
        );
        Assert.Equal("source file", report.Domains!.By);
        Assert.Equal(["sea.txt", "law.txt"], report.Domains.Domains);
        Assert.Equal([60, 30], report.Domains.Rows);
        Assert.Equal([60, 30], report.Domains.Chosen[0]);
        Assert.Equal([60, 0], report.Domains.Chosen[1]);
    }

    [Theory]
    [InlineData(5, "../a/x.txt", "../a/y.txt")]
    [InlineData(2, "a/b/x", "a/c/y", "a/b/z")]
    [InlineData(0, "/x", "b")]
    [InlineData(0, "ab/x", "a/x")]
    [InlineData(2, "a/x")]
    [InlineData(0)]
    public void FilesAreNamedWithoutTheFolderThatAllAreIn(int expected, params string[] names) =>
        Assert.Equal(expected, CompareStep.SharedFolder(names));

    [Fact]
    public void TheReportSaysHowFarSignalsAgreeAndShowsTheRowsAtBothEnds()
    {
        RunReport report = Run(
            "steps: [value/ordinal: { name: up }, value/ordinal: { name: down, down: true }]\n"
                + "candidates: { a: [value/ordinal: { name: up }, select/random: { keep: 10 }] }"
        );
        Assert.Equal(["up", "down"], report.Agreement!.Names); // the candidate's is the shared one
        Assert.Equal([1, -1], report.Agreement.Correlations[0]);
        Assert.Equal(90, report.Agreement.Rows);
        SignalReport up = report.Steps[0].Signals[0];
        Assert.Equal([89.0, 88, 87, 86], up.Highest.Select(row => row.Value));
        Assert.Equal([0.0, 1, 2, 3], up.Lowest.Select(row => row.Value));
        Assert.Equal("case 0: the court finds", up.Lowest[0].Row.Text);
    }

    [Fact]
    public void AnOrderIsKeptAsItStands()
    {
        RunReport report = Run(
            "candidates: { a: [order/backwards], b: [order/backwards, select/top: { by: bytes, keep: 20 }] }\n"
                + "export: { candidate: a, to: out, ids: false }"
        );
        string[] lines = File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"));
        Assert.Equal(90, lines.Length);
        Assert.Contains("day 59", lines[0]);
        Assert.Contains("case 0:", lines[^1]);
        Assert.Equal(20, report.Candidates[1].Rows);
    }

    [Fact]
    public void ParquetIsWrittenWithItsCard()
    {
        const string recipe =
            "candidates: { a: [order/backwards] }\nexport: { candidate: a, to: out, format: parquet, card: true }";
        RunReport report = Run(recipe);
        string path = Path.Combine(_folder, "out", "train.parquet");
        Assert.Equal(path, report.Export!.Files[0]);
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal(bytes[..4], bytes[^4..]);
        Assert.Contains("    path: train.parquet\n", File.ReadAllText(Path.Combine(_folder, "out", "README.md")));
        Directory.Delete(Path.Combine(_folder, "out"), recursive: true);
        Run(recipe);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void AnOrderGoesByTheSignalThatWasComputedLast()
    {
        Run(
            "steps: [value/ordinal: { name: up }, value/ordinal: { name: down, down: true }]\n"
                + "candidates: { a: [order/sort], b: [value/ordinal: { name: up }, order/sort] }\n"
                + "export: { candidate: a, to: out, ids: false }"
        );
        Assert.Contains("day 59", File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"))[0]);
        Run(
            "steps: [value/ordinal: { name: up }, value/ordinal: { name: down, down: true }, value/ordinal: { name: up }]\n"
                + "candidates: { a: [order/sort] }\nexport: { candidate: a, to: out, ids: false }"
        );
        Assert.Contains("case 0:", File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"))[0]);
    }

    [Fact]
    public void OfSeveralSignalsOfAMethodTheFirstIsTheOneToOrderBy()
    {
        Run(
            "candidates: { a: [value/two-signals, order/sort: { descending: true }] }\n"
                + "export: { candidate: a, to: out, ids: false }"
        );
        Assert.Contains("day 59", File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"))[0]);
    }

    [Fact]
    public void PartsOfADatasetAreDisjointAndWhole()
    {
        string[] Part(string part)
        {
            Run("export: { candidate: best, to: out, ids: false }", $", part: {part}");
            return File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"));
        }
        string[] first = Part("1/2"),
            second = Part("2/2");
        Assert.Equal(90, first.Union(second).Count());
        Assert.Equal(90, first.Length + second.Length);
        Assert.InRange(first.Length, 27, 63); // 3.8 standard deviations of a fair deal
        AssayException wrong = Assert.Throws<AssayException>(() => Part("3/2"));
        Assert.Contains("no part 3/2", wrong.Message);
    }

    [Fact]
    public void AModelIsTrainedOnceForAllThatAskForIt()
    {
        const string recipe =
            "steps: [value/model-counter: { name: shared }]\n"
            + "candidates: { a: [value/model-counter: { name: one }, select/random: { keep: 50 }], b: [value/model-counter: { name: two }, select/random: { keep: 50 }] }";
        RunPlan plan = Plan(recipe);
        Assert.Single(plan.Parts, part => part.Method == "train/lm");
        Assert.Equal(
            "gpt-250k, 3 checkpoints, for value/model-counter",
            plan.Parts.First(part => part.Method == "train/lm").Written
        );
        RunReport report = Run(recipe);
        StepReport[] trained =
        [
            .. report.Steps.Concat(report.Candidates.SelectMany(c => c.Steps)).Where(step => step.Method == "train/lm"),
        ];
        Assert.Equal([false, true, true], trained.Select(step => step.Cached));
        Assert.Equal(3, ModelCounter.Opened);
        Run(recipe); // all is known: nothing is opened
        Assert.Equal(3, ModelCounter.Opened);
    }

    private RunReport Run(string rest, string source = "") => Runner(rest, source).Run();

    private RunPlan Plan(string rest) => Runner(rest).Plan();

    private Runner Runner(string rest, string source = "")
    {
        string path = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(
            path,
            $"assay: 1\nseed: 1\ndata: {{ pool: {{ path: {_folder}/in/*.txt{source} }} }}\n{rest}\n".Replace(
                "to: out",
                "to: " + Path.Combine(_folder, "out")
            )
        );
        return new(Recipe.Load(path, catalogue: Catalogue), Path.Combine(_folder, "store"));
    }

    /// <summary>Adds the row's place in the dataset.</summary>
    [Method("value/ordinal")]
    public sealed class Ordinal(OrdinalOptions options) : IValuer
    {
        public IReadOnlyList<Signal> Value(View view, Work work) =>
            [
                new(
                    options.Name,
                    [.. Enumerable.Range(0, view.Dataset.RowCount).Select(row => options.Down ? -(double)row : row)]
                ),
            ];
    }

    public sealed record OrdinalOptions
    {
        public string Name { get; init; } = "";

        public bool Down { get; init; }
    }

    /// <summary>A signal, and beside it one that not all rows have.</summary>
    [Method("value/two-signals")]
    public sealed class TwoSignals : IValuer
    {
        public IReadOnlyList<Signal> Value(View view, Work work) =>
            [
                new("score", [.. Enumerable.Range(0, view.Dataset.RowCount).Select(row => (double)row)]),
                new("score-validation", [.. Enumerable.Repeat(double.NaN, view.Dataset.RowCount)]),
            ];
    }

    /// <summary>The last row first.</summary>
    [Method("order/backwards")]
    public sealed class Backwards : IOrderer
    {
        public int[] Order(View view, Work work) => [.. Enumerable.Range(0, view.Selection.Count).Reverse()];
    }

    /// <summary>Asks for a model and looks at its snapshots.</summary>
    [Method("value/model-counter")]
    public sealed class ModelCounter(ModelCounterOptions options) : IValuer, IModelUser
    {
        public static int Opened { get; set; }

        public ModelRequest? Model =>
            new(
                new()
                {
                    Model = "gpt-250k",
                    Context = 16,
                    Batch = 2,
                    Epochs = 0.2,
                },
                3
            );

        public IReadOnlyList<Signal> Value(View view, Work work)
        {
            Opened++;
            TrainedModel model = TrainedModel.Open(work);
            Assert.Equal(3, model.Steps.Count);
            ModelSnapshot last = model.At(model.Steps[^1]);
            Assert.Equal(model.Steps[^1], last.Optimiser.Steps);
            Assert.True(last.Rate > 0);
            float[] trained = model.Transformer().TrainableParameters().First().Tensor.ToArray();
            Assert.Equal(trained, last.Model.TrainableParameters().First().Tensor.ToArray());
            Assert.NotEqual(trained, model.At(model.Steps[0]).Model.TrainableParameters().First().Tensor.ToArray());
            double[] values = new double[view.Dataset.RowCount];
            values[0] = options.Name.Length;
            return [new(options.Name, values)];
        }
    }

    public sealed record ModelCounterOptions
    {
        public string Name { get; init; } = "";
    }
}

/// <summary>Runs a recipe in a store.</summary>
internal sealed class Runner(Recipe recipe, string store)
{
    public RunReport Run()
    {
        using Store kept = Store.Open(store);
        return new RecipeRunner(recipe, kept, new() { Threads = 2 }, new Silent()).Run();
    }

    public RunPlan Plan()
    {
        using Store kept = Store.Open(store);
        return new RecipeRunner(recipe, kept, new() { Threads = 2 }, new Silent()).Plan();
    }
}

/// <summary>Hears a run and says nothing.</summary>
internal sealed class Silent : IRunObserver
{
    public void CandidateStarted(string name) { }

    public void StepStarted(string method, string written, bool cached) { }

    public void StepFinished(StepReport report) { }

    public void Report(Progress value) { }
}
