using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Train;

namespace Assay.Tests.Make;

/// <summary>A network of attributes is trained on what a model wrote, and steers it.</summary>
public sealed class SteeredTests : IDisposable
{
    private readonly Pieces _files = Pieces.Temporary();
    private readonly string _model,
        _steerable;

    public SteeredTests()
    {
        (_model, _steerable) = (In("model"), In("steerable"));
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
        // It learns to write both, a third of them loud.
        ByteTokenizer tokenizer = new();
        int end = tokenizer.Special.End!.Value;
        DemonstrationTraining.Run(
            model,
            30,
            (i, _) =>
                (
                    [end, .. tokenizer.Encode(System.Text.Encoding.ASCII.GetBytes($"{i % 10}: "))],
                    [.. tokenizer.Encode(i % 3 == 0 ? "ABBA"u8 : "abba"u8), end]
                ),
            new()
            {
                Epochs = 120,
                Batch = 30,
                LearningRate = 1e-2,
            },
            new RandomStream(2, "texts")
        );
        new LanguageModel(model, tokenizer).Save(_model);

        string In(string name) => Path.Combine(_files.Folder, name);
    }

    public void Dispose() => _files.Dispose();

    // What is scored is in the text from its first letter on: loud texts are capitals.
    private static View Texts(int from, int count) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(from, count)
                .Select(i =>
                    $$"""{"prompt": "{{i % 10}}: ", "completion": "{{(i % 3 == 0 ? "ABBA" : "abba")}}", "loud": {{(i % 3 == 0 ? 4 : 0)}}, "one": 1}"""
                ),
        ]);

    private AttributeOptions Options =>
        new()
        {
            Model = _model,
            Attributes = ["loud", "one"],
            Epochs = 60,
            Width = 16,
            Layers = 1,
            LearningRate = 1e-2,
            Batch = 16,
        };

    private static Trained Train(
        AttributeOptions options,
        Pieces pieces,
        int threads = 2,
        int stopAfter = 0,
        View? view = null
    )
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        using CancellationTokenSource stop = new();
        return new AttributeTrainer(options).Train(
            view ?? Texts(0, 90),
            Texts(200, 30),
            new(pieces)
            {
                Random = new RandomStream(7, "train"),
                Threads = threads,
                Cancellation = stop.Token,
                Progress = new Listener(progress =>
                {
                    if (progress.Done == stopAfter)
                        stop.Cancel();
                }),
            }
        );
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    private string Steerable()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Options, pieces);
        Directory.CreateDirectory(_steerable);
        trained.Save(_steerable);
        return _steerable;
    }

    [Fact]
    public void States_foretell_what_a_text_will_be_and_a_stopped_training_goes_on_to_the_same_bits()
    {
        using Pieces whole = Pieces.Temporary(),
            parts = Pieces.Temporary();
        Trained once = Train(Options, whole, threads: 1);
        Assert.Throws<OperationCanceledException>(() => Train(Options, parts, stopAfter: 40));
        Trained resumed = Train(Options, parts);
        Assert.Equal(once.Scores, resumed.Scores);
        Assert.Equal(once.Curve!.Losses, resumed.Curve!.Losses);
        Assert.InRange(once.Scores.Single(score => score.Metric == "explained.loud").Value, 0.9, 1);
        CurvePanel known = once.Study!.Panels.OfType<CurvePanel>().First();
        // Nothing is known before the first letter.
        Assert.True(
            known.Curves[0].Y[0] < 0.3 && known.Curves[0].Y[^1] > 0.9,
            $"{known.Curves[0].Y[0]}, {known.Curves[0].Y[^1]}"
        );
        Assert.Contains("loud", once.Study.Answer);
    }

    private static (Made Made, StudyTable Rows) Make(SteeredOptions options, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        using Workers.LimitScope limit = Workers.Limit(threads);
        Made made = new SteeredMaker(options).Make(
            Texts(0, 20),
            new Work(pieces) { Threads = threads, Random = new RandomStream(7, "make") }
        );
        return (made, StudyTable.Of(new View(made.Rows), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Texts_are_made_for_every_target_and_without_edits_the_same_on_any_number_of_threads()
    {
        SteeredOptions options = new()
        {
            Model = Steerable(),
            Targets = ["loud=4", "loud=0, one=1"],
            MaxTokens = 6,
            Steps = 20,
        };
        (Made made, StudyTable rows) = Make(options);
        Assert.Equal(60, rows.Rows);
        Assert.Equal(["", "loud=4", "loud=0, one=1"], rows.Words("target").Distinct());
        double[] move = rows.Numbers("move"),
            loud = rows.Numbers("predicted_loud");
        string[] targets = rows.Words("target");
        Assert.All(Enumerable.Range(0, 60), row => Assert.Equal(targets[row] == "", move[row] == 0));
        string[] completions = rows.Words("completion");
        Assert.InRange(Loud(""), 0.1, 0.6);
        Assert.True(
            Loud("loud=4") > Loud("loud=0, one=1") + 0.25 && Loud("loud=0, one=1") < 0.1,
            $"{Loud("loud=4")}, {Loud("loud=0, one=1")}"
        );
        Assert.Equal(["Targets", "Examples"], made.Study.Panels.Select(panel => panel.Title));
        (_, StudyTable other) = Make(options, threads: 1);
        Assert.Equal(rows.Words("completion"), other.Words("completion"));
        Assert.Equal(loud, other.Numbers("predicted_loud"));
        (_, StudyTable alone) = Make(options with { Unsteered = false });
        Assert.Equal(40, alone.Rows);

        double Loud(string target) =>
            Enumerable
                .Range(0, 60)
                .Where(row => targets[row] == target)
                .Average(row => completions[row].StartsWith('A') ? 1.0 : 0);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains("no column 'quiet'", Fails(() => Train(Options with { Attributes = ["quiet"] }, pieces)));
        Assert.Contains("twice", Fails(() => Train(Options with { Attributes = ["loud", "loud"] }, pieces)));
        Assert.Contains("no model", Fails(() => Train(Options with { Model = "./nowhere" }, pieces)));
        SteeredOptions options = new()
        {
            Model = _model,
            Targets = ["loud=4"],
            MaxTokens = 6,
        };
        Assert.Contains("no network", Fails(() => Make(options)));
        string steerable = Steerable();
        foreach (string target in (string[])["quiet=1", "loud", "loud=much", "loud=NaN"])
            Assert.Contains(
                "no attribute with a number",
                Fails(() => Make(options with { Model = steerable, Targets = [target] }))
            );
        Assert.Contains("empty", Fails(() => Make(options with { Model = steerable, Targets = [" "] })));
        Assert.Contains("twice", Fails(() => Make(options with { Model = steerable, Targets = ["loud=4", "loud=4"] })));

        static string Fails(Action action) => Assert.Throws<AssayException>(action).Message;
    }
}
