using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Tests.Preferences;
using Assay.Train;

namespace Assay.Tests.Train;

/// <summary>Reward models of pairs and PPO against them, from folder to folder.</summary>
public sealed class ReinforcementTests : IDisposable
{
    private readonly Pieces _files = Pieces.Temporary();
    private readonly string _model,
        _reward;

    public ReinforcementTests()
    {
        _model = Path.Combine(_files.Folder, "model");
        _reward = Path.Combine(_files.Folder, "reward");
        TransformerConfig config = ModelSizes.Of("gpt-250k", 259) with
        {
            HiddenSize = 16,
            Heads = 2,
            KeyValueHeads = 2,
            HeadSize = 8,
            IntermediateSize = 32,
            Layers = 1,
            ContextLength = 24,
        };
        new LanguageModel(new Transformer(config, new RandomStream(1, "model")), new ByteTokenizer()).Save(_model);
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Pairs of which the answer in capitals is preferred.</summary>
    private static View Pairs(int from, int to) =>
        PreferenceTables.Of([
            .. Enumerable
                .Range(from, to - from)
                .Select(i =>
                    $$"""{"prompt": "{{i % 7}}: ", "chosen": "{{Word(i).ToUpperInvariant()}}", "rejected": "{{Word(i + 3)}}", "margin": {{i % 3}}}"""
                ),
        ]);

    private static string Word(int i) =>
        string.Concat(Enumerable.Range(0, 2 + i % 4).Select(k => (char)('a' + (i * 5 + k * 3) % 26)));

    private static View Prompts(int count) =>
        PreferenceTables.Of([.. Enumerable.Range(0, count).Select(i => $$"""{"prompt": "{{i % 7}}: "}""")]);

    private Trained TrainReward(
        RewardOptions options,
        View? held = null,
        Pieces? pieces = null,
        CancellationToken stop = default
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return new RewardTrainer(options).Train(
            Pairs(0, 120),
            held,
            new Work(pieces ?? temporary) { Random = new RandomStream(7, "reward"), Cancellation = stop }
        );
    }

    private RewardOptions Reward =>
        new()
        {
            Model = _model,
            Epochs = 3,
            Batch = 16,
            LearningRate = 3e-3,
        };

    private PpoTrainerOptions Ppo =>
        new()
        {
            Model = _model,
            Reward = _reward,
            MaxTokens = 6,
            Iterations = 6,
            Rollouts = 16,
            Minibatch = 8,
            LearningRate = 1e-3,
        };

    private static (Trained Trained, float[] Weights) TrainPpo(
        PpoTrainerOptions options,
        View? held = null,
        Pieces? pieces = null,
        Work? work = null
    )
    {
        using Pieces temporary = Pieces.Temporary(),
            saved = Pieces.Temporary();
        Trained trained = new PpoTrainer(options).Train(
            Prompts(20),
            held,
            work ?? new Work(pieces ?? temporary) { Random = new RandomStream(7, "ppo") }
        );
        trained.Save(saved.Folder);
        return (trained, LanguageModel.Load(saved.Folder).Transformer.Snapshot());
    }

    [Fact]
    public void A_reward_model_learns_what_is_preferred_and_scores_zero_on_average()
    {
        Trained trained = TrainReward(Reward, Pairs(120, 160));
        Assert.True(trained.Scores.Single(score => score.Metric == "accuracy").Value > 0.9);
        trained.Save(_reward);
        (RewardModel model, _) = RewardModel.Load(_reward);
        double[] scores = model.Score([.. new[] { "QX", "qx" }.Select(answer => Tokens("1: " + answer))]);
        Assert.True(scores[0] > scores[1], string.Join(", ", scores));
        Assert.Contains("40 held-out pairs", trained.Study!.Answer);
        Assert.Equal(2, trained.Study.Panels.Count);
        double mean = model
            .Score([.. Enumerable.Range(0, 120).Select(i => Tokens($"{i % 7}: {Word(i).ToUpperInvariant()}"))])
            .Average();
        Assert.Equal(0, mean, 1e-4);
    }

    private static int[] Tokens(string text) => [257, .. text.Select(letter => (int)letter), 257];

    [Fact]
    public void Margins_and_seeds_and_pairs_that_are_too_long_are_heard()
    {
        Trained plain = TrainReward(Reward),
            margins = TrainReward(Reward with { Margins = true }),
            seeds = TrainReward(Reward with { Seeds = 2 });
        Assert.NotEqual(plain.Curve!.Losses, margins.Curve!.Losses);
        double Loss(Trained of) => of.Chosen!.Single(score => score.Metric == "validation-loss").Value;
        Assert.True(Loss(seeds) <= Loss(plain));
        Assert.Empty(plain.Scores);
        Trained dropped = TrainReward(Reward with { DropLong = true, Context = 9 }),
            cut = TrainReward(Reward with { Context = 9 });
        Assert.Contains(dropped.Study!.Notes, note => note.StartsWith("60 pairs did not fit"));
        Assert.Contains(cut.Study!.Notes, note => note.StartsWith("60 of 120 pairs were cut"));
        Assert.Throws<AssayException>(() => TrainReward(Reward with { Context = 4 }));
    }

    [Fact]
    public void A_stopped_reward_training_goes_on_to_the_same_numbers()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained whole = TrainReward(Reward);
        using CancellationTokenSource stop = new();
        RewardOptions options = Reward;
        Work work = new(pieces)
        {
            Random = new RandomStream(7, "reward"),
            Cancellation = stop.Token,
            Progress = new Immediate(progress =>
            {
                if (progress.Done == 12)
                    stop.Cancel();
            }),
        };
        Assert.Throws<OperationCanceledException>(() => new RewardTrainer(options).Train(Pairs(0, 120), null, work));
        Trained resumed = TrainReward(Reward, pieces: pieces);
        Assert.Equal(whole.Curve!.Losses, resumed.Curve!.Losses);
        Assert.Equal(whole.Chosen, resumed.Chosen);
    }

    [Fact]
    public void Ppo_raises_the_score_and_a_stopped_run_goes_on_to_the_same_bits()
    {
        TrainReward(Reward).Save(_reward);
        (Trained trained, float[] whole) = TrainPpo(Ppo with { Iterations = 40, Kl = 0.01 }, Prompts(30));
        double Of(string metric) => trained.Scores.Single(score => score.Metric == metric).Value;
        Assert.True(Of("score") > Of("score-before") + 0.1, string.Join(", ", trained.Scores));
        Assert.True(Of("kl") > 0);
        Assert.Contains("held-out prompts", trained.Study!.Answer);

        using Pieces pieces = Pieces.Temporary();
        using CancellationTokenSource stop = new();
        Work work = new(pieces)
        {
            Random = new RandomStream(7, "ppo"),
            Cancellation = stop.Token,
            Progress = new Immediate(progress =>
            {
                Assert.Contains("kl", progress.Note);
                if (progress.Done == 21)
                    stop.Cancel();
            }),
        };
        PpoTrainerOptions options = Ppo with { Iterations = 40, Kl = 0.01 };
        Assert.Throws<OperationCanceledException>(() => TrainPpo(options, work: work));
        using (Workers.Limit(1))
            Assert.Equal(whole, TrainPpo(options, Prompts(30), pieces).Weights);
    }

    [Fact]
    public void A_check_of_a_program_is_a_reward_too()
    {
        using Pieces temporary = Pieces.Temporary();
        View sums = PreferenceTables.Of("""{"prompt": "37+48="}""", """{"prompt": "12+10="}""");
        Trained trained = new PpoTrainer(
            Ppo with
            {
                Reward = "",
                Environment = CheckedTask.Arithmetic,
                Iterations = 1,
            }
        ).Train(sums, sums, new Work(temporary) { Random = new RandomStream(7, "ppo") });
        Assert.StartsWith("Share of right answers", trained.Study!.Answer);
        AssayException wrong = Assert.Throws<AssayException>(() =>
            TrainPpo(Ppo with { Reward = "", Environment = CheckedTask.Arithmetic })
        );
        Assert.Contains("no sum", wrong.Message);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_to_do()
    {
        TrainReward(Reward with { Epochs = 1 }).Save(_reward);
        Assert.Contains("one reward", Assert.Throws<AssayException>(() => TrainPpo(Ppo with { Reward = "" })).Message);
        Assert.Throws<AssayException>(() => TrainPpo(Ppo with { Environment = CheckedTask.Arithmetic }));
        Assert.Contains(
            "no reward.safetensors",
            Assert.Throws<AssayException>(() => TrainPpo(Ppo with { Reward = _model })).Message
        );
        Assert.Contains(
            "leave no room",
            Assert.Throws<AssayException>(() => TrainPpo(Ppo with { MaxTokens = 24 })).Message
        );
        Assert.Throws<AssayException>(() => TrainPpo(Ppo with { Prompt = "other" }));
        Assert.Throws<AssayException>(() => TrainReward(new() { Model = _files.Folder }));
    }

    private sealed class Immediate(Action<Progress> report) : IProgress<Progress>
    {
        public void Report(Progress value) => report(value);
    }
}
