using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;

namespace Assay.Tests.Make;

public sealed class BestOfNTests : IDisposable
{
    private static readonly View Prompts = PreferenceTables.Of([
        .. Enumerable.Range(0, 9).Select(i => $$"""{"prompt": "{{i}}: "}"""),
    ]);
    private readonly Pieces _files = Pieces.Temporary();
    private readonly string _model,
        _reward,
        _judge;

    public BestOfNTests()
    {
        (_model, _reward, _judge) = (In("model"), In("reward"), In("judge"));
        Transformer model = new(
            ModelSizes.Of("gpt-250k", 259) with
            {
                HiddenSize = 16,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 8,
                IntermediateSize = 32,
                Layers = 1,
                ContextLength = 24,
            },
            new RandomStream(1, "model")
        );
        new LanguageModel(model, new ByteTokenizer()).Save(_model);
        RewardModel.Of(model, new RandomStream(2, "reward")).Save(_reward, new ByteTokenizer());
        RewardModel.Of(model, new RandomStream(3, "judge")).Save(_judge, new ByteTokenizer());

        string In(string name) => Path.Combine(_files.Folder, name);
    }

    public void Dispose() => _files.Dispose();

    private BestOfNOptions Options =>
        new()
        {
            Model = _model,
            Reward = _reward,
            N = 6,
            MaxTokens = 5,
        };

    private static (Made Made, StudyTable Rows) Make(BestOfNOptions options, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        using Workers.LimitScope limit = Workers.Limit(threads);
        Made made = new BestOfNMaker(options).Make(
            Prompts,
            new Work(pieces) { Threads = threads, Random = new RandomStream(7, "make") }
        );
        return (made, StudyTable.Of(new View(made.Rows), default));
    }

    [Fact]
    public void The_best_the_worst_and_all_samples_are_the_same_samples()
    {
        StudyTable best = Make(Options).Rows,
            all = Make(Options with { Keep = KeptSamples.All }).Rows,
            pairs = Make(Options with { Keep = KeptSamples.Pairs }).Rows;
        Assert.Equal((9, 54, 9), (best.Rows, all.Rows, pairs.Rows));
        double[] scores = all.Numbers("score"),
            kept = best.Numbers("score"),
            means = best.Numbers("mean_score"),
            margins = pairs.Numbers("margin");
        for (int prompt = 0; prompt < 9; prompt++)
        {
            double[] own = scores[(prompt * 6)..(prompt * 6 + 6)];
            Assert.Equal(own.OrderDescending(), own);
            Assert.Equal(own[0], kept[prompt]);
            Assert.Equal(own.Average(), means[prompt], 1e-9);
            Assert.Equal(own[0] - own[^1], margins[prompt], 1e-9);
        }
        Assert.Equal(best.Words("completion"), pairs.Words("chosen"));
        Assert.Equal([.. Enumerable.Range(0, 9).Select(i => $"{i}: ")], best.Words("prompt"));
    }

    [Fact]
    public void The_table_has_the_divergence_and_the_mean_of_the_best_of_every_n()
    {
        (Made made, _) = Make(Options with { Judge = _judge });
        TablePanel table = made.Study.Panels.OfType<TablePanel>().First();
        double?[] Column(string name) => [.. table.Columns.Single(column => column.Name == name).Numbers!];
        Assert.Equal([1.0, 2, 4, 6], Column("N"));
        Assert.Equal(Math.Log(6) - 5.0 / 6, Column("divergence")[^1]!.Value, 1e-12);
        StudyTable rows = Make(Options with { Keep = KeptSamples.All, Judge = _judge }).Rows;
        Assert.Equal(rows.Numbers("score").Average(), Column("score")[0]!.Value, 1e-9);
        Assert.Equal(Make(Options).Rows.Numbers("score").Average(), Column("score")[^1]!.Value, 1e-9);
        Assert.Equal(rows.Numbers("judged").Average(), Column("judged")[0]!.Value, 1e-9);
        Assert.Contains("By the judge", made.Study.Answer);
        Assert.DoesNotContain("judge", Make(Options).Made.Study.Answer);
    }

    [Fact]
    public void Threads_and_kills_change_nothing()
    {
        StudyTable whole = Make(Options, threads: 1).Rows;
        using Pieces pieces = Pieces.Temporary();
        using CancellationTokenSource stop = new();
        BestOfNOptions options = Options;
        Work work = new(pieces)
        {
            Threads = 1,
            Random = new RandomStream(7, "make"),
            Cancellation = stop.Token,
            Progress = new Immediate(_ => stop.Cancel()),
        };
        Assert.Throws<OperationCanceledException>(() => new BestOfNMaker(options).Make(Prompts, work));
        Assert.True(pieces.Has("samples", 0) && !pieces.Has("samples", 2));
        Made resumed = new BestOfNMaker(options).Make(
            Prompts,
            new Work(pieces) { Threads = 2, Random = new RandomStream(7, "make") }
        );
        StudyTable rows = StudyTable.Of(new View(resumed.Rows), default);
        Assert.Equal(whole.Words("completion"), rows.Words("completion"));
        Assert.Equal(whole.Numbers("score"), rows.Numbers("score"));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<AssayException>(() => Make(Options with { Reward = "" }));
        Assert.Throws<AssayException>(() => Make(Options with { Judge = _model }));
        Assert.Throws<AssayException>(() => Make(Options with { MaxTokens = 24 }));
        Assert.Throws<AssayException>(() => Make(Options with { Environment = CheckedTask.Arithmetic, Reward = "" }));
    }

    private sealed class Immediate(Action<Progress> report) : IProgress<Progress>
    {
        public void Report(Progress value) => report(value);
    }
}
