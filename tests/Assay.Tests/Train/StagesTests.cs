using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Train;

namespace Assay.Tests.Train;

public sealed class StagesTests : IDisposable
{
    private readonly string _model = TinyPolicies.Folder();

    public void Dispose() => Directory.Delete(_model, recursive: true);

    private StagesOptions Options =>
        new()
        {
            Model = _model,
            Context = 48,
            MaxTokens = 8,
            Stages =
            [
                "lm 30 general batch=16 rate=1e-2",
                "sft 60 shout=50% general=50% batch=16 rate=1e-2",
                "wpo 10 shout batch=8",
                "grpo 4 shout batch=16",
            ],
        };

    [Fact]
    public void A_stage_is_written_in_a_line()
    {
        Stage stage = Stage.Parse("SFT 300 translation=22% general=.78 batch=64 rate=1e-3");
        Assert.Equal((StageLoss.Sft, 300, 64, 1e-3), (stage.Loss, stage.Steps, stage.Batch, stage.Rate));
        Assert.Equal([("translation", 0.22), ("general", 0.78)], stage.Mix.Select(pool => (pool.Key, pool.Value)));
        Stage plain = Stage.Parse("wpo 5 pairs");
        Assert.Equal((1, 32, null, 0.1), (plain.Mix[0].Value, plain.Batch, plain.Rate, plain.Beta));
        foreach (
            string wrong in (string[])
                [
                    "",
                    "sft",
                    "sft 10",
                    "sft 0 a",
                    "sft x a",
                    "nothing 10 a",
                    "1 10 a",
                    "sft 10 a=b",
                    "sft 10 a=-1",
                    "sft 10 a=0",
                    "sft 10 a a",
                    "sft 10 a=1=2",
                    "sft 10 a batch=0",
                    "sft 10 a batch=1.5",
                    "sft 10 batch=4",
                ]
        )
            Assert.Throws<AssayException>(() => Stage.Parse(wrong));
    }

    [Fact]
    public void Pools_are_drawn_as_often_as_their_weights_say()
    {
        double[] weights = [0.66, 0.33, 0.01];
        PoolSampler sampler = new([10, 20, 1], weights, new RandomStream(3, "pools"));
        (int Pool, int Row)[] drawn = new (int, int)[100_000];
        sampler.Fill(0, drawn);
        double[] bounds = [0.0045, 0.0045, 0.00095];
        for (int pool = 0; pool < 3; pool++)
            Assert.Equal(weights[pool], drawn.Count(one => one.Pool == pool) / 1e5, bounds[pool]);
        Assert.All(
            drawn,
            one =>
                Assert.InRange(
                    one.Row,
                    0,
                    one.Pool == 0 ? 9
                        : one.Pool == 1 ? 19
                        : 0
                )
        );
        (int, int)[] again = new (int, int)[100];
        sampler.Fill(7, again);
        (int, int)[] other = new (int, int)[100];
        new PoolSampler([10, 20, 1], weights, new RandomStream(3, "pools")).Fill(7, other);
        Assert.Equal(again, other); // by its number alone
        // By tokens: rows of the first pool are four times as long.
        PoolSampler byTokens = new([10, 20], [0.5, 0.5], new RandomStream(3, "pools"), [40, 10]);
        Assert.Equal([0.2, 0.8], byTokens.Shares.Select(share => Math.Round(share, 12)));
        Assert.Equal([0.0, 1.0], new PoolSampler([0, 1], [0, 2], new RandomStream(3, "pools")).Shares);
        Assert.Throws<ArgumentException>(() => new PoolSampler([0, 1], [1, 1], new RandomStream(3, "pools")));
        Assert.Throws<ArgumentException>(() => new PoolSampler([1], [0], new RandomStream(3, "pools")));
        Assert.Throws<ArgumentException>(() => new PoolSampler([1], [double.NaN], new RandomStream(3, "pools")));
        Assert.Throws<ArgumentException>(() => new PoolSampler([1, 1], [1], new RandomStream(3, "pools")));
    }

    [Fact]
    public void A_pair_that_the_policy_would_write_has_the_loss_of_the_official_code()
    {
        // Both completions are as likely as what the policy writes, so that the weight is 1.
        PairLosses losses = new PreferenceLoss(new() { Beta = 0.1 }).Of(
            new()
            {
                Chosen = [-0.920425849],
                Rejected = [-0.306355712],
                ReferenceChosen = [-2],
                ReferenceRejected = [-1],
                ChosenTokens = [2],
                RejectedTokens = [1],
                Weights = [1],
            }
        );
        Assert.Equal(0.674036853, losses.Mean, 5e-9);
    }

    [Fact]
    public void The_front_and_its_hypervolume()
    {
        TwoAxes[] models = [new("a", 80, 20), new("b", 84, 33), new("c", 83, 54), new("d", 70, 50)];
        Assert.Equal([false, true, true, false], TwoAxes.Front(models));
        Assert.Equal(4515, TwoAxes.Hypervolume(models), 9);
        Assert.Equal(33 / 20.0, models[1].Retention(models[0]), 12);
        Assert.Equal(4, models[1].Gain(models[0]), 12);
    }

    [Fact]
    public void A_speciality_is_won_and_every_stage_says_what_it_cost()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Options, pieces, held: Rows(12, from: 100));
        Study study = trained.Study!;
        TablePanel stages = study.Panels.OfType<TablePanel>().First();
        Assert.Equal(["start", "1 lm", "2 sft", "3 wpo", "4 grpo"], stages.Columns[0].Words!);
        double[] shout = [.. Column(stages, "loss of shout")],
            general = [.. Column(stages, "loss of general")];
        Assert.True(general[1] < general[0] - 0.5); // pre-training
        Assert.True(shout[2] < shout[1] - 0.5); // the speciality
        Assert.True(general[2] < general[1] + 0.2); // and the rest is kept beside it
        Assert.Equal(["loss@general", "loss@shout"], trained.Scores.Select(score => score.Metric).Order());
        Assert.NotNull(study.Panels.OfType<PointsPanel>().Single());
        TablePanel mixes = study.Panels.OfType<TablePanel>().Last();
        Assert.Equal([1, 0.5, 0.5, 1, 1], mixes.Columns[2].Numbers!.Select(share => share!.Value));
        Assert.NotEqual(0.5, mixes.Columns[3].Numbers![1]); // answers differ in length
        string folder = Directory.CreateTempSubdirectory("assay-trained-").FullName;
        try
        {
            trained.Save(folder);
            Assert.NotEmpty(
                LanguageModel.Load(folder).Generate(["say 1"], new() { MaxTokens = 4 }, new RandomStream(1, "t"))
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_killed_training_goes_on_to_the_same_bits_on_one_thread_or_two()
    {
        using Pieces whole = Pieces.Temporary(),
            cut = Pieces.Temporary(),
            single = Pieces.Temporary();
        double[] expected = Losses(Train(Options, whole));
        using CancellationTokenSource stop = new();
        int reports = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Train(
                Options,
                cut,
                progress: new Counted(() =>
                {
                    if (++reports == 70)
                        stop.Cancel();
                }),
                cancellation: stop.Token
            )
        );
        Assert.Equal(expected, Losses(Train(Options, cut)));
        Assert.Equal(expected, Losses(Train(Options, single, threads: 1)));

        static double[] Losses(Trained trained) =>
            [.. Column(trained.Study!.Panels.OfType<TablePanel>().First(), "loss of shout")];
    }

    [Fact]
    public void The_reward_of_an_answer_is_its_likeness_and_the_check()
    {
        // With a check that nothing can pass the reward is half; it shows in the loss that is reported as the negative mean reward.
        Dictionary<string, IReadOnlyList<PooledRow>> pools = new() { ["p"] = [new([1, 2], [3, 4], [], "x")] };
        Transformer policy = LanguageModel.Load(_model).Transformer;
        List<double> seen = [];
        StageTraining training = new(policy, pools)
        {
            Reward = (row, rollout) => row.Text == "x" && rollout.Completion.Length > 0 ? 0.25 : 0,
            Sampling = new() { MaxTokens = 3 },
            Stepped = step => seen.Add(step.Loss),
        };
        training.Run(Stage.Parse("grpo 2 p batch=8"), new RandomStream(1, "grpo"));
        Assert.Equal([-0.25, -0.25], seen);
        Assert.Throws<ArgumentException>(() => training.Run(Stage.Parse("wpo 2 p"), new RandomStream(1, "wpo")));
        Assert.Throws<ArgumentException>(() => training.Run(Stage.Parse("sft 2 q"), new RandomStream(1, "sft")));
        Assert.Throws<ArgumentException>(() =>
            new StageTraining(policy, pools).Run(Stage.Parse("grpo 2 p"), new RandomStream(1, "grpo"))
        );
    }

    [Fact]
    public void What_does_not_suit_is_refused()
    {
        Assert.Contains("no pool 'nowhere'", Refused(Options with { Stages = ["sft 2 nowhere"] }));
        Assert.Contains(
            "There is no pool 'nowhere'",
            Refused(Options with { Stages = ["sft 2 nowhere shout=0"], Specialised = "shout" })
        );
        Assert.Contains("no row with a rejected", Refused(Options with { Stages = ["dpo 2 general"] }));
        Assert.Contains("no model 'gpt-9'", Refused(Options with { Model = "gpt-9" }));
        Assert.Contains("no regular expression", Refused(Options with { Check = "(" }));
        Assert.Contains("no column 'pool'", Refused(Options, PreferenceTables.Of(["{\"text\": \"x\"}"])));

        string Refused(StagesOptions options, View? rows = null)
        {
            using Pieces pieces = Pieces.Temporary();
            return Assert
                .Throws<AssayException>(() => new StagesTrainer(options).Train(rows ?? Rows(8), null, new(pieces)))
                .Message;
        }
    }

    private static IEnumerable<double> Column(TablePanel table, string name) =>
        table.Columns.Single(column => column.Name == name).Numbers!.Select(number => number!.Value);

    private static Trained Train(
        StagesOptions options,
        Pieces pieces,
        View? held = null,
        int threads = 2,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        return new StagesTrainer(options).Train(
            Rows(40),
            held,
            new(pieces)
            {
                Random = new RandomStream(5, "stages"),
                Threads = threads,
                Progress = progress,
                Cancellation = cancellation,
            }
        );
    }

    // A speciality that shouts, with worse answers beside it; and texts to be kept.
    private static View Rows(int count, int from = 0) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(from, count)
                .SelectMany(i =>
                    (string[])
                        [
                            $$"""{"pool": "shout", "prompt": "say {{i % 7}}: ", "completion": "HEY {{i % 7}}!", "rejected": "hm {{i % 3}}"}""",
                            $$"""{"pool": "general", "prompt": "", "completion": "once upon a time there {{(i % 2 == 0 ? "was" : "were")}}", "rejected": ""}""",
                        ]
                ),
        ]);

    private sealed class Counted(Action report) : IProgress<Progress>
    {
        public void Report(Progress value) => report();
    }
}
