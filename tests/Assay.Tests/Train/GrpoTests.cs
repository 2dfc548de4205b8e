using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Train;

namespace Assay.Tests.Train;

public sealed class GrpoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-grpo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly GrpoOptions Few = new()
    {
        Match = AnswerMatch.Contains,
        DemonstrationEpochs = 1,
        Iterations = 12,
        Prompts = 2,
        Group = 4,
        MaxTokens = 12,
        Minibatches = 2,
        Estimator = AdvantageRule.Canon,
        Measure = CompletionMeasure.Entropy,
        MuSchedule = MuShape.CosineRestarts,
    };

    // A model that has hardly learned anything says a 1 now and then: rewards differ from the first iteration on.
    private static View Ones(int from, int count) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(from, count)
                .Select(i => $$"""{"prompt": "{{10 + i}}=", "answer": "1", "completion": "312{{i}}"}"""),
        ]);

    private static View Sums(int from, int count) =>
        PreferenceTables.Of([
            .. Enumerable.Range(from, count).Select(i => $$"""{"prompt": "{{10 + i}}+{{10 + i * 7 % 80}}="}"""),
        ]);

    private static Trained Train(
        GrpoOptions options,
        Pieces pieces,
        int threads = 2,
        int stopAfter = 0,
        View? view = null,
        View? held = null
    )
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        using CancellationTokenSource stop = new();
        return new GrpoTrainer(options).Train(
            view ?? Ones(0, 40),
            held,
            new(pieces)
            {
                Random = new RandomStream(7, "train"),
                Threads = threads,
                Cancellation = stop.Token,
                Progress = new Listener(progress =>
                {
                    if (progress.Unit == "iterations" && progress.Done == stopAfter)
                        stop.Cancel();
                }),
            }
        );
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    private byte[] Saved(Trained trained, string name)
    {
        string folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        trained.Save(folder);
        return File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
    }

    [Fact]
    public void Stopped_or_on_other_threads_it_gives_the_same_numbers()
    {
        using Pieces whole = Pieces.Temporary(),
            parts = Pieces.Temporary();
        Trained once = Train(Few, whole, threads: 1, held: Ones(50, 6));
        Assert.Throws<OperationCanceledException>(() => Train(Few, parts, stopAfter: 8, held: Ones(50, 6)));
        Assert.NotEmpty(new TrainingCheckpoints(Path.Combine(parts.Folder, "checkpoints")).Steps);
        Trained resumed = Train(Few, parts, held: Ones(50, 6));
        Assert.Contains(
            once.Study!.Panels.OfType<TablePanel>().Last().Columns.Single(column => column.Name == "teaching").Numbers!,
            share => share > 0
        );
        Assert.Equal(Saved(once, "once"), Saved(resumed, "resumed"));
        Assert.Equal(once.Scores, resumed.Scores);
        Assert.Equal(Table(once), Table(resumed));

        static double?[] Table(Trained trained) =>
            [
                .. trained
                    .Study!.Panels.OfType<TablePanel>()
                    .Single(panel => panel.Title == "Iterations")
                    .Columns.SelectMany(column => column.Numbers!),
            ];
    }

    [Fact]
    public void It_measures_before_and_after_and_shows_what_happened()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Few, pieces, held: Ones(50, 6));
        Assert.Equal("gpt-250k, 254,720 parameters; CANON by entropy, scheduled mu", trained.Model);
        double Score(string metric) => trained.Scores.Single(score => score.Metric == metric).Value;
        Assert.InRange(Score("accuracy"), 0, 1);
        Assert.InRange(Score("tokens"), 1, 12);
        Assert.True(Score("entropy") > 0);
        Assert.True(Math.Abs(Score("kl")) > 1e-4, "twelve iterations moved it");
        Study study = trained.Study!;
        Assert.Contains("CANON by entropy", study.Answer);
        Assert.Equal(
            ["Accuracy", "Length", "Entropy", "What taught, and what was held", "Examples", "Iterations"],
            study.Panels.Select(panel => panel.Title)
        );
        // Mu as published: 1 - 0.6 / warm-up at the first iteration, with a fifth of the iterations to warm up.
        TableColumn mu = study.Panels.OfType<TablePanel>().Last().Columns.Single(column => column.Name == "mu");
        Assert.Equal(1 - 0.6 / 2, mu.Numbers![0]!.Value, 1e-12);
        Assert.Equal(12, trained.Curve!.Losses.Count / 2);
    }

    [Fact]
    public void Rows_with_answers_train_a_model_from_a_folder()
    {
        View rows = PreferenceTables.Of(
            """{"prompt": "2+2=", "answer": 4, "completion": "it is 4"}""",
            """{"prompt": "3+3=", "answer": 6, "completion": "it is 6"}"""
        );
        GrpoOptions answers = Few with { Match = AnswerMatch.Number };
        using Pieces first = Pieces.Temporary(),
            second = Pieces.Temporary();
        Trained start = Train(answers with { DemonstrationEpochs = 60, Iterations = 1 }, first, view: rows);
        Saved(start, "start");
        Trained trained = Train(
            answers with
            {
                Model = Path.Combine(_folder, "start"),
                DemonstrationEpochs = null,
                Iterations = 2,
            },
            second,
            view: rows
        );
        Assert.StartsWith("policy, 254,720 parameters", trained.Model);
        Assert.Empty(trained.Scores);
        Assert.Contains(trained.Study!.Notes, note => note.Contains("No rows were held out"));
        // Two rows that were shown sixty times: it says them.
        Assert.True(
            trained.Study.Panels.OfType<TablePanel>().Last().Columns[1].Numbers![0] > 0.3,
            "the demonstrations taught it"
        );
    }

    [Theory]
    [InlineData(AnswerMatch.Exact, "42", " 42\n", true)]
    [InlineData(AnswerMatch.Exact, "42", "42.", false)]
    [InlineData(AnswerMatch.Contains, "forty", "it is forty two", true)]
    [InlineData(AnswerMatch.Contains, "forty", "it is 42", false)]
    [InlineData(AnswerMatch.Number, "1250", "so $1,250.00 in all.", true)]
    [InlineData(AnswerMatch.Number, "1250", "1250, then 7", false)]
    [InlineData(AnswerMatch.Number, "-3", "the sum is -3", true)]
    [InlineData(AnswerMatch.Number, "3", "8-3", true)]
    [InlineData(AnswerMatch.Number, "3", "none", false)]
    public void Answers_are_matched(AnswerMatch match, string answer, string completion, bool right)
    {
        VerifiedTasks tasks = VerifiedTasks.Read(
            PreferenceTables.Of($$"""{"prompt": "q", "answer": "{{answer}}"}"""),
            new() { Match = match },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(right ? 1 : 0, tasks.Reward(0, Encoding.UTF8.GetBytes(completion)));
    }

    [Fact]
    public void Bad_rows_and_options_are_refused()
    {
        using Pieces pieces = Pieces.Temporary();
        AssayException Fails(GrpoOptions options, View view) =>
            Assert.Throws<AssayException>(() => Train(options, pieces, view: view));
        View sums = Sums(0, 3);
        Assert.Contains("no column 'answer'", Fails(Few, sums).Message);
        Assert.Contains(
            "no task",
            Fails(
                Few with
                {
                    Environment = TaskKind.Arithmetic,
                },
                PreferenceTables.Of("""{"prompt": "three and four"}""")
            ).Message
        );
        Assert.Contains(
            "no task",
            Fails(Few with { Environment = TaskKind.Rewriting }, PreferenceTables.Of("""{"prompt": "cab"}""")).Message
        );
        Assert.Contains(
            "remax",
            Fails(Few with { Estimator = AdvantageRule.Remax, SamplingRounds = 2 }, Ones(0, 3)).Message
        );
        Assert.Contains("dual-clip", Fails(Few with { DualClip = 0.5 }, Ones(0, 3)).Message);
        Assert.Contains(
            "empty answer",
            Fails(
                Few with
                {
                    Environment = TaskKind.Answers,
                },
                PreferenceTables.Of("""{"prompt": "a", "answer": " "}""")
            ).Message
        );
        Assert.Contains(
            "without a number",
            Fails(
                Few with
                {
                    Environment = TaskKind.Answers,
                    Match = AnswerMatch.Number,
                },
                PreferenceTables.Of("""{"prompt": "a", "answer": "b"}""")
            ).Message
        );
        string longPrompt = new('a', 300);
        Assert.Contains(
            "300",
            Fails(
                Few with
                {
                    Environment = TaskKind.Answers,
                },
                PreferenceTables.Of($$"""{"prompt": "{{longPrompt}}", "answer": "b"}""")
            )
                .Message.Replace("301", "300")
        );
        Assert.Contains("no model", Fails(Few with { Model = "./nowhere" }, Ones(0, 3)).Message);
    }
}
