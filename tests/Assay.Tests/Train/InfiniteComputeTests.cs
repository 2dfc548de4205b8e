using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Tests.Train;

/// <summary>The trainers of "Pre-training under infinite compute": ensembles, searched regularisation, distillation.</summary>
public sealed class InfiniteComputeTests : IDisposable
{
    private static readonly string[] Lines =
    [
        .. Enumerable.Range(0, 60).Select(i => $"the cat {(i % 3 == 0 ? "sat" : "ran")} on mat number {i % 7}"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-ensemble-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static View Rows(int from, int to) => new(Dataset.OfTexts(Lines[from..to], rowsPerTable: 20));

    private static readonly EnsembleOptions Few = new()
    {
        Model = "gpt-250k",
        Context = 32,
        Batch = 4,
        Epochs = 0.5,
        Members = 3,
    };

    private static readonly RegularisedOptions Grid = new()
    {
        Model = "gpt-250k",
        Context = 32,
        Batch = 4,
        Epochs = 0.2,
        WeightDecay = 0.1,
        EpochGrid = [0.2, 0.4],
        RateGrid = [1e-3, 4e-3],
        DecayGrid = [0.1, 1.6],
    };

    private static Trained Train(
        ITrainer trainer,
        Pieces pieces,
        int threads = 2,
        View? view = null,
        View? held = null,
        int stopAfter = 0
    )
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        using CancellationTokenSource stop = new();
        int steps = 0;
        return trainer.Train(
            view ?? Rows(0, 48),
            held ?? Rows(48, 60),
            new(pieces)
            {
                Random = new RandomStream(7, "train"),
                Threads = threads,
                Cancellation = stop.Token,
                Progress = new Listener(progress =>
                {
                    if (progress.Unit == "steps" && ++steps == stopAfter)
                        stop.Cancel();
                }),
            }
        );
    }

    private sealed class Listener(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }

    private string Save(Trained trained, string name)
    {
        string folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        trained.Save(folder);
        return folder;
    }

    private static byte[][] Files(string folder) =>
        [
            .. Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes),
        ];

    private static double ScoreOf(Trained trained, string metric) =>
        trained.Scores.Single(score => score.Metric == metric).Value;

    [Fact]
    public void An_ensemble_is_saved_opened_and_no_worse_than_its_members()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(new EnsembleTrainer(Few), pieces);
        Assert.Equal("3 of gpt-250k, 254,720 parameters each", trained.Model);
        double bits = ScoreOf(trained, "bits-per-byte");
        Assert.InRange(bits, 0.5, ScoreOf(trained, "bits-per-byte-of-one-member"));
        Assert.InRange(ScoreOf(trained, "bits-per-byte-of-mean-of-probabilities"), 0.5, 8);

        string folder = Save(trained, "ensemble");
        ModelEnsemble read = ModelEnsemble.Read(folder);
        Assert.Equal(3, read.Members.Count);
        TokenStream held = TokenStream.Of(Rows(48, 60), TestContext.Current.CancellationToken);
        EnsembleLosses losses = LanguageModelFit.Losses(read.Logits, 32, held, TestContext.Current.CancellationToken);
        Assert.Equal(bits, losses.OfLogitMeans[^1] / Math.Log(2) / held.Bytes, 1e-9);
        string[] table = File.ReadAllLines(Path.Combine(folder, "losses.csv"));
        Assert.Equal("recipe,members,parameters,tokens,loss", table[0]);
        Assert.StartsWith("ensemble,3,254720,", table[3]);
        Assert.EndsWith(bits.ToString("R"), table[3]);

        // One model of it is a model as any other, and a folder of one model an ensemble of one.
        Assert.Single(ModelEnsemble.Read(Path.Combine(folder, "member-2")).Members);
        AssayException several = Assert.Throws<AssayException>(() => ModelFolder.Read(folder));
        Assert.Contains("distil", several.Hint);
    }

    [Fact]
    public void A_member_is_the_same_whatever_their_number()
    {
        using Pieces one = Pieces.Temporary(),
            three = Pieces.Temporary();
        string alone = Save(Train(new EnsembleTrainer(Few with { Members = 1 }), one), "one"),
            among = Save(Train(new EnsembleTrainer(Few), three), "three");
        Assert.Equal(Files(Path.Combine(alone, "member-1")), Files(Path.Combine(among, "member-1")));
        Assert.NotEqual(Files(Path.Combine(among, "member-1")), Files(Path.Combine(among, "member-2")));
    }

    [Theory]
    [InlineData("ensemble", 6)]
    [InlineData("regularised", 12)]
    [InlineData("distil", 5)]
    public void Stopped_or_on_other_threads_the_same_bytes_come_out(string method, int stopAfter)
    {
        string teacher = Path.Combine(_folder, "teacher");
        if (method == "distil")
        {
            using Pieces pieces = Pieces.Temporary();
            Save(Train(new EnsembleTrainer(Few with { Members = 2, Epochs = 0.3 }), pieces), "teacher");
        }
        ITrainer Trainer() =>
            method switch
            {
                "ensemble" => new EnsembleTrainer(Few),
                "regularised" => new RegularisedTrainer(Grid),
                _ => new DistilTrainer(
                    new()
                    {
                        Model = "gpt-250k",
                        Context = 32,
                        Batch = 4,
                        Epochs = 0.3,
                        Teacher = teacher,
                        Share = 0.5,
                    }
                ),
            };
        using Pieces whole = Pieces.Temporary(),
            stopped = Pieces.Temporary();
        Trained expected = Train(Trainer(), whole, threads: 1);
        Assert.ThrowsAny<OperationCanceledException>(() => Train(Trainer(), stopped, stopAfter: stopAfter));
        Trained resumed = Train(Trainer(), stopped, threads: 2);
        Assert.Equal(expected.Model, resumed.Model);
        Assert.Equal(expected.Scores, resumed.Scores);
        Assert.Equal(Files(Save(expected, "whole")), Files(Save(resumed, "resumed")));
    }

    [Fact]
    public void The_search_finds_what_is_best_on_rows_that_it_does_not_train_on()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(new RegularisedTrainer(Grid), pieces);
        string[] table = File.ReadAllLines(Path.Combine(Save(trained, "search"), "search.csv"));
        Assert.Equal("epochs,learning_rate,weight_decay,bits_per_byte,chosen", table[0]);
        string[][] trials = [.. table.Skip(1).Select(line => line.Split(','))];
        string[] chosen = Assert.Single(trials, trial => trial[4] == "true");
        Assert.Equal(trials.Min(trial => double.Parse(trial[3])), double.Parse(chosen[3]));
        Assert.Equal(double.Parse(chosen[3]), Assert.Single(trained.Chosen!).Value);
        Assert.Contains($"{chosen[0]} epochs, rate {chosen[1]}, weight decay {chosen[2]} (no neighbour", trained.Model);
        Assert.Equal("0.4", chosen[0]); // twice the steps of a model that has hardly begun
        Assert.Equal("bits-per-byte", Assert.Single(trained.Scores).Metric);
        // All else but the best model's checkpoints is gone.
        Assert.Single(Directory.GetDirectories(pieces.Folder, "checkpoints-*"));
    }

    [Fact]
    public void A_search_that_may_not_go_on_says_so()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(new RegularisedTrainer(Grid with { Trials = 2 }), pieces);
        Assert.Contains("not searched to the end, 2 trials", trained.Model);
    }

    [Theory]
    [InlineData(800, 16, 0.9, 128_000)]
    [InlineData(800, 16, 0.75, 51_200)]
    [InlineData(800, 16, 0, 12_800)]
    [InlineData(800, 0.5, 0.5, 800)]
    public void Steps_of_a_distillation(int perEpoch, double epochs, double share, long expected) =>
        Assert.Equal(expected, DistilTrainer.Steps(perEpoch, epochs, share));

    [Fact]
    public void The_corpus_is_gone_through_as_often_beside_other_text()
    {
        TokenStream corpus = new(),
            other = new();
        corpus.Add(Enumerable.Repeat((byte)'c', 79).ToArray()); // 5 blocks of 16 with its end
        other.Add(Enumerable.Repeat((byte)'o', 159).ToArray());
        const int context = 16,
            batch = 4;
        BlockBatches batches = new(corpus, context, batch, new RandomStream(1, "order"), new(other, 0.75));
        Assert.Equal(20, batches.StepsOf(4));
        int[] inputs = new int[batch * context],
            targets = new int[batch * context];
        int own = 0,
            others = 0;
        for (long step = 0; step < 20; step++)
        {
            batches.Fill(step, inputs, targets);
            for (int i = 0; i < batch; i++)
                if (inputs[i * context + 1] == 'c')
                    own++;
                else
                    others++;
            Assert.Equal((step + 1) * batch / 4, own);
        }
        Assert.Equal((20, 60), (own, others));
    }

    [Fact]
    public void A_share_of_nothing_is_the_training_of_the_corpus_alone()
    {
        using Pieces one = Pieces.Temporary(),
            two = Pieces.Temporary();
        string teacher = Save(Train(new EnsembleTrainer(Few with { Members = 1, Epochs = 0.1 }), one), "teacher");
        Trained student = Train(
            new DistilTrainer(
                new()
                {
                    Model = "gpt-250k",
                    Context = 32,
                    Batch = 4,
                    Epochs = 0.3,
                    Teacher = teacher,
                    Share = 0,
                }
            ),
            two
        );
        LanguageModelFit alone = LanguageModelFit.Of(
            new()
            {
                Model = "gpt-250k",
                Context = 32,
                Batch = 4,
                Epochs = 0.3,
            },
            TokenStream.Of(Rows(0, 48), TestContext.Current.CancellationToken),
            new RandomStream(7, "train").Child("student"),
            cancellation: TestContext.Current.CancellationToken
        );
        Assert.Equal(alone.Result.Losses, student.Curve!.Losses);
        Assert.Contains("teacher of 1", student.Model);
    }

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        using Pieces pieces = Pieces.Temporary();
        View empty = new(Dataset.OfTexts(["", ""]));
        string Of(ITrainer trainer, View view) =>
            Assert.Throws<AssayException>(() => Train(trainer, pieces, view: view)).Message;
        Assert.Contains("train/ensemble: the rows have no text", Of(new EnsembleTrainer(Few), empty));
        Assert.Contains("train/regularised: the rows have no text", Of(new RegularisedTrainer(Grid), empty));
        Assert.Contains("1 rows cannot be divided", Of(new RegularisedTrainer(Grid), Rows(0, 1)));
        Assert.Contains(
            "decay-grid does not ascend",
            Of(new RegularisedTrainer(Grid with { DecayGrid = [1, 0.5] }), Rows(0, 48))
        );
        Assert.Contains(
            "no model that can be read",
            Of(new DistilTrainer(new() { Teacher = Path.Combine(_folder, "nowhere") }), Rows(0, 48))
        );
    }

    [Theory]
    [InlineData("{", "cannot be read|can be read")]
    [InlineData("""{ "average": "logits", "members": [] }""", "has no members")]
    [InlineData("""{ "average": "probabilities", "members": ["member-1"] }""", "averages something else")]
    [InlineData("""{ "average": "logits", "members": ["../elsewhere"] }""", "does not lie in this folder")]
    [InlineData("""{ "average": "logits", "members": ["member-9"] }""", "no model that can be read")]
    public void A_folder_that_is_no_ensemble_is_refused(string json, string said)
    {
        File.WriteAllText(Path.Combine(_folder, ModelEnsemble.FileName), json);
        string message = Assert.Throws<AssayException>(() => ModelEnsemble.Read(_folder)).Message;
        Assert.Contains(said.Split('|'), part => message.Contains(part));
    }
}
