using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Recipes;
using Assay.Select;
using Assay.Tests.Recipes;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>Methods that score a sample of rows by a trained model, and the others by a regression.</summary>
public sealed class ModelScoreTests : IClassFixture<ModelScoreTests.Trained>
{
    private readonly Trained _trained;

    public ModelScoreTests(Trained trained) => _trained = trained;

    public static TheoryData<string> Names => ["pds", "lqs", "probe"];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSampleIsScoredAndTheOthersArePredicted(string name)
    {
        IReadOnlyList<Signal> signals = Value(name);
        Assert.Equal([name, name + "-exact", name + "-validation"], signals.Select(signal => signal.Name));
        Assert.Equal(2, signals[2].Values.Count(double.IsFinite));
        View view = _trained.View;
        for (int row = 0; row < view.Dataset.RowCount; row++)
            Assert.Equal(row % 10 == 3, double.IsNaN(signals[0].Values[row])); // what is not in view
        int[] sample =
        [
            .. Enumerable.Range(0, view.Dataset.RowCount).Where(row => double.IsFinite(signals[1].Values[row])),
        ];
        Assert.Equal(24, sample.Length);
        Assert.True(sample.Select(row => signals[1].Values[row]).Distinct().Count() > 12);
        Assert.True(signals[0].Values.Where(double.IsFinite).Distinct().Count() > 30);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ASampleOfAllRowsNeedsNoRegression(string name)
    {
        IReadOnlyList<Signal> signals = Value(name, sample: 10_000);
        Assert.Equal([name, name + "-exact"], signals.Select(signal => signal.Name));
        double[] exact = [.. signals[1].Values.Where(double.IsFinite)];
        Assert.Equal(_trained.View.DistinctRows.Length, exact.Length);
        double[] standard = TextScorer.Standardise(exact),
            found = [.. signals[0].Values.Where(double.IsFinite)];
        for (int i = 0; i < exact.Length; i++)
            Assert.Equal(standard[i], found[i], 1e-9); // summed in another order
    }

    [Theory]
    [InlineData("pds", ScorerKind.Ridge)]
    [InlineData("lqs", ScorerKind.Ridge)]
    [InlineData("probe", ScorerKind.Ridge)]
    [InlineData("probe", ScorerKind.Encoder)]
    public void ThreadsAndKillsChangeNothing(string name, ScorerKind scorer)
    {
        IReadOnlyList<Signal> expected = Value(name, threads: 1, scorer: scorer);
        Same(expected, Value(name, threads: 2, scorer: scorer));
        using Pieces pieces = Pieces.Temporary();
        int runs = 0;
        for (bool done = false; !done; runs++)
        {
            using CancellationTokenSource stop = new();
            int heard = 0;
            Stopper progress = new(() =>
            {
                if (++heard == 3 + 4 * runs)
                    stop.Cancel();
            });
            try
            {
                Same(expected, Value(name, 2, 24, pieces, progress, stop.Token, scorer));
                done = true;
            }
            catch (OperationCanceledException) { }
        }
        Assert.InRange(runs, 2, 20);
    }

    [Fact]
    public void AnEncoderCanPredictToo()
    {
        IReadOnlyList<Signal> signals = Value("probe", scorer: ScorerKind.Encoder);
        Assert.Equal(_trained.View.DistinctRows.Length, signals[0].Values.Count(double.IsFinite));
    }

    [Fact]
    public void MatesKeepsItsShareAndMoreOnlyAddsRows()
    {
        int[] few = Select(new() { Keep = Amount.Share(0.2) }).Kept.Rows,
            more = Select(new() { Keep = Amount.Count(50) }).Kept.Rows;
        Assert.Equal(_trained.View.DistinctRows.Length / 5, few.Length);
        Assert.Equal(50, more.Length);
        Assert.Empty(few.Except(more));
        Selected top = Select(new() { Keep = Amount.Count(10), Temperature = 0 });
        Assert.True(top.Complements(_trained.View));
        Assert.Equal(["mates.not_drawn"], top.Drops.Reasons);
        Assert.NotEqual(few, Select(new() { Keep = Amount.Share(0.2), Rule = GumbelRule.Released }).Kept.Rows);
    }

    [Fact]
    public void TooLittleMemoryIsSaidBeforeAnythingIsComputed()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces)
        {
            ModelFolder = _trained.Folder,
            MemoryBytes = 32 << 20,
            Datasets = new Dictionary<string, View> { ["target"] = _trained.View },
        };
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Pds(new() { Target = "target", Sample = 20 }).Value(_trained.View, work)
        );
        Assert.Contains("takes", failure.Message);
        Assert.Contains("'model'", failure.Hint);
    }

    [Fact]
    public void TheTargetMustHaveRows()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces)
        {
            ModelFolder = _trained.Folder,
            Datasets = new Dictionary<string, View> { ["target"] = new(Dataset.OfTexts([])) },
        };
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Probe(new() { Target = "target", Sample = 20 }).Value(_trained.View, work)
        );
        Assert.Contains("has no rows", failure.Message);
    }

    [Fact]
    public void ARecipeScoresSelectsAndOrders()
    {
        string folder = Path.Combine(_trained.Folder, "recipe");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "pool.txt"), Trained.Texts);
        string text = $$"""
            assay: 1
            seed: 3
            data: { pool: { path: {{folder}}/pool.txt } }
            steps:
              - select/holdout: { size: 8, as: held }
              - value/lqs: { target: held, target-rows: 4, sample: 24, steps: 3, interval: 2, rate: 0.05, batch: 4 }
            candidates:
              folded: [ order/folding: { by: lqs, folds: 2 } ]
              mates: [ select/mates: { target: held, target-rows: 4, sample: 24, keep: 30% }, order/shuffle ]
            export: { candidate: folded, to: {{folder}}/out, ids: false }
            """;
        RunReport report = new Runner(Recipe.Parse(text), Path.Combine(folder, "store")).Run();
        StepReport[] steps = [.. report.Steps.Concat(report.Candidates.SelectMany(candidate => candidate.Steps))];
        // LQS and MATES look at the same rows: one model serves both.
        Assert.Equal([false, true], steps.Where(step => step.Method == "train/lm").Select(step => step.Cached));
        Assert.Equal(112, report.Candidates[0].Rows);
        Assert.Equal(33, report.Candidates[1].Rows);
        // Exported as trained on: two passes over the same order.
        string[] lines = File.ReadAllLines(Path.Combine(folder, "out", "train.jsonl"));
        Assert.Equal(112, lines.Length);
        SignalReport lqs = report.Steps.Single(step => step.Method == "value/lqs").Signals[0];
        Assert.Contains(lqs.Lowest[0].Row.Text, lines[0]);
        Assert.Contains(lqs.Lowest[1].Row.Text, lines[56]);
        Assert.Contains(lqs.Highest[0].Row.Text, lines[^1]);
    }

    private Selected Select(MatesOptions options)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Mates(options with { Target = "target", TargetRows = 4, Sample = 24 }).Select(
            _trained.View,
            WorkOf(pieces, 2)
        );
    }

    private IReadOnlyList<Signal> Value(
        string name,
        int threads = 2,
        int sample = 24,
        Pieces? pieces = null,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default,
        ScorerKind scorer = ScorerKind.Ridge
    )
    {
        using Pieces own = Pieces.Temporary();
        LqsOptions control = new()
        {
            Target = "target",
            TargetRows = 4,
            Sample = sample,
            Steps = 3,
            Interval = 2,
            Rate = 0.05,
            Batch = 4,
        };
        IValuer valuer = name switch
        {
            "pds" => new Pds(control),
            "lqs" => new Lqs(control),
            _ => new Probe(
                new()
                {
                    Target = "target",
                    TargetRows = 4,
                    TargetTail = 5,
                    Sample = sample,
                    Scorer = scorer,
                }
            ),
        };
        return valuer.Value(_trained.View, WorkOf(pieces ?? own, threads, progress, cancellation));
    }

    private Work WorkOf(
        Pieces pieces,
        int threads,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default
    ) =>
        new(pieces)
        {
            Random = new(7, "step"),
            Threads = threads,
            Progress = progress,
            Cancellation = cancellation,
            ModelFolder = _trained.Folder,
            Datasets = new Dictionary<string, View>
            {
                ["target"] = new(Dataset.OfTexts(["the cat sat", "the mat", "a cat", "the cat on a mat", "sat"])),
            },
        };

    private static void Same(IReadOnlyList<Signal> expected, IReadOnlyList<Signal> found) =>
        Assert.Equal(expected.Select(signal => signal.Values), found.Select(signal => signal.Values));

    private sealed class Stopper(Action hear) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            lock (this)
                hear();
        }
    }

    /// <summary>A model that was trained on rows, with its optimiser.</summary>
    public sealed class Trained : IDisposable
    {
        public static readonly string[] Texts =
        [
            .. Enumerable
                .Range(0, 120)
                .Select(i =>
                    i % 3 == 0 ? $"zq{i * 7919 % 1000}xj{i}" : $"the cat {(i % 2 == 0 ? "sat" : "ran")} {i % 7}"
                ),
        ];

        public Trained()
        {
            Dataset dataset = Dataset.OfTexts(Texts, rowsPerTable: 25);
            View = new(dataset, Selection.All(dataset).Where(row => row % 10 != 3));
            LanguageModelFit fit = LanguageModelFit.Of(
                new()
                {
                    Model = "gpt-250k",
                    Context = 32,
                    Batch = 4,
                },
                TokenStream.Of(View, CancellationToken.None),
                new RandomStream(7, "model"),
                snapshots: new(Folder, 1)
            );
            new LanguageModel(fit.Model, TokenStream.Tokenizer).Save(Folder);
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("assay-test-").FullName;

        public View View { get; }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
