using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Preferences;
using Assay.Tests.Studies;
using Assay.Train;
using Assay.Value;

namespace Assay.Tests.Train;

public sealed class DpoTests : IDisposable
{
    private readonly string _model = TinyPolicies.Folder();

    public void Dispose() => Directory.Delete(_model, recursive: true);

    private DpoOptions Options =>
        new()
        {
            Model = _model,
            Context = 48,
            Batch = 8,
            Epochs = 6,
            LearningRate = 5e-3,
            Samples = 4,
            SampleTokens = 8,
        };

    [Fact]
    public void ItLearnsThePreferenceAndSavesAModelThatWrites()
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Options, pieces);
        Dictionary<string, double> scores = trained.Scores.ToDictionary(score => score.Metric, score => score.Value);
        Assert.Equal(1, scores["reward-accuracy"]);
        Assert.True(scores["reward-margin"] > 0.2);
        Assert.True(scores["divergence"] > 0.01);
        Assert.True(trained.Curve!.Losses[^1] < 0.6);
        string folder = Directory.CreateTempSubdirectory("assay-trained-").FullName;
        try
        {
            trained.Save(folder);
            LanguageModel model = LanguageModel.Load(folder);
            Assert.NotEmpty(model.Generate(["Q1: "], new() { MaxTokens = 5 }, new RandomStream(1, "text"))[0].Tokens);
            Study ranking = new RankingStudy(
                new()
                {
                    Model = folder,
                    Reference = _model,
                    Context = 48,
                }
            ).Run(TinyPolicies.Pairs(20, from: 100));
            Assert.Contains(ranking.Panels, panel => panel.Title == "Rankings turned");
            Assert.Equal(5, ranking.Facts.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ItsPageShowsPairsTrainingAndAnswers()
    {
        using Pieces pieces = Pieces.Temporary();
        Study study = Train(Options, pieces).Study!;
        string[] titles = [.. study.Panels.Select(panel => panel.Title)];
        Assert.Equal(
            [
                "Rewards",
                "Accuracy",
                "Accuracy by divergence",
                "Difficulty of the pairs",
                "Rankings turned",
                "What it writes",
                "Lengths in bytes",
            ],
            titles[..7]
        );
        Assert.Contains("has learnt to tell chosen from rejected", study.Answer);
        TablePanel flips = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Rankings turned");
        Assert.Equal(60, flips.Columns[2].Numbers!.Sum(count => count!.Value));
    }

    [Fact]
    public void AKilledTrainingGoesOnToTheSameModel()
    {
        using Pieces whole = Pieces.Temporary(),
            killed = Pieces.Temporary();
        byte[] expected = TinyPolicies.Saved(Train(Options, whole));
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Train(
                Options,
                killed,
                new Stopper(progress =>
                {
                    if (progress.Stage == "pairs" && progress.Done == 31)
                        stop.Cancel();
                }),
                stop.Token
            )
        );
        Assert.Equal(expected, TinyPolicies.Saved(Train(Options, killed)));
        Assert.Equal(expected, TinyPolicies.Saved(Train(Options, whole, threads: 1)));
    }

    [Theory]
    [InlineData(PreferenceObjective.Kto)]
    [InlineData(PreferenceObjective.Simpo)]
    [InlineData(PreferenceObjective.Orpo)]
    [InlineData(PreferenceObjective.BetaDpo)]
    public void OtherLossesLearnItToo(PreferenceObjective loss)
    {
        using Pieces pieces = Pieces.Temporary();
        Trained trained = Train(Options with { Loss = loss }, pieces);
        Assert.True(trained.Scores[0].Value > 0.9, $"{loss}: {trained.Scores[0].Value}");
    }

    [Fact]
    public void SingleLabelsNeedALossForThem()
    {
        View singles = PreferenceTables.Of([
            .. Enumerable
                .Range(0, 40)
                .Select(i =>
                    $$"""{"prompt": "Q{{i % 7}}: ", "completion": "{{(i % 2 == 0 ? "yes please" : "no way")}}", "label": {{(i % 2 == 0 ? "true" : "false")}}}"""
                ),
        ]);
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains(
            "kto or bco",
            Assert.Throws<AssayException>(() => new DpoTrainer(Options).Train(singles, null, new(pieces))).Hint
        );
        Trained trained = new DpoTrainer(Options with { Loss = PreferenceObjective.Kto }).Train(
            singles,
            null,
            new(pieces)
        );
        Assert.True(trained.Curve!.Losses[^1] < 0.45);
        Assert.Contains(trained.Study!.Notes, note => note.Contains("No pairs were held out"));
    }

    [Fact]
    public void WhatIsWrongIsSaid()
    {
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains(
            "there is no model 'nowhere'",
            Assert.Throws<AssayException>(() => Train(Options with { Model = "nowhere" }, pieces)).Message
        );
        Assert.Contains(
            "exo needs a smoothing above 0",
            Assert
                .Throws<AssayException>(() =>
                    Train(Options with { Loss = PreferenceObjective.Exo, Smoothing = 0 }, pieces)
                )
                .Message
        );
    }

    [Fact]
    public void DifficultyIsTheReferencesMistake()
    {
        using Pieces pieces = Pieces.Temporary();
        View view = TinyPolicies.Pairs(10);
        IReadOnlyList<Signal> signals = new PairDifficulty(
            new()
            {
                Model = _model,
                Context = 48,
                Beta = 0.5,
            }
        ).Value(view, new(pieces));
        Assert.Equal(
            ["difficulty", "difficulty-threshold", "ref_chosen_logps", "ref_rejected_logps"],
            signals.Select(signal => signal.Name)
        );
        for (int row = 0; row < 10; row++)
        {
            double difficulty = signals[3].Values[row] - signals[2].Values[row];
            Assert.Equal(difficulty, signals[0].Values[row], 9);
            Assert.Equal(Logistic.Softplus(-0.5 * difficulty), signals[1].Values[row], 9);
        }
    }

    [Fact]
    public void TheReferenceOfTheRowsIsTakenIfItIsThisModels()
    {
        using Pieces valuing = Pieces.Temporary(),
            first = Pieces.Temporary(),
            second = Pieces.Temporary();
        IReadOnlyList<Signal> signals = new PairDifficulty(new() { Model = _model, Context = 48 }).Value(
            TinyPolicies.Pairs(24),
            new(valuing)
        );
        View With(double shift) =>
            PreferenceTables.Of([
                .. Enumerable
                    .Range(0, 24)
                    .Select(i =>
                        FormattableString.Invariant(
                            $$"""{"prompt": "Q{{i % 9}}: ", "chosen": "yes please {{i % 5}}", "rejected": "no way {{i % 4}}", "ref_chosen_logps": {{signals[2].Values[i] + shift}}, "ref_rejected_logps": {{signals[3].Values[i]}}}"""
                        )
                    ),
            ]);
        Trained plain = new DpoTrainer(Options).Train(TinyPolicies.Pairs(24), null, new(first)),
            given = new DpoTrainer(Options).Train(With(0), null, new(second));
        Assert.True(first.Has("reference", 0));
        Assert.False(second.Has("reference", 0));
        Assert.Equal(plain.Curve!.Losses, given.Curve!.Losses);
        Assert.Contains(
            "are not those of this model: row 1 has",
            Assert.Throws<AssayException>(() => new DpoTrainer(Options).Train(With(2), null, new(second))).Message
        );
    }

    [Fact]
    public void RowsCountAsTheirColumnOfWeightsSays()
    {
        View With(Func<int, double> weight) =>
            PreferenceTables.Of([
                .. Enumerable
                    .Range(0, 24)
                    .Select(i =>
                        FormattableString.Invariant(
                            $$"""{"prompt": "Q{{i % 9}}: ", "chosen": "yes please {{i % 5}}", "rejected": "no way {{i % 4}}", "w": {{weight(i)}}}"""
                        )
                    ),
            ]);
        double[] Losses(View view, string weights)
        {
            using Pieces pieces = Pieces.Temporary();
            return [.. new DpoTrainer(Options with { Weights = weights }).Train(view, null, new(pieces)).Curve!.Losses];
        }
        double[] plain = Losses(With(_ => 1), ""),
            ones = Losses(With(_ => 1), "w"),
            halves = Losses(With(_ => 0.5), "w");
        Assert.Equal(plain, ones);
        Assert.Equal(plain[0] / 2, halves[0], 6);
        Assert.NotEqual(plain[^1], Losses(With(i => i % 2), "w")[^1]);
        Assert.Contains("below 0", Assert.Throws<AssayException>(() => Losses(With(_ => -1), "w")).Message);
        Assert.Contains("no column 'h'", Assert.Throws<AssayException>(() => Losses(With(_ => 1), "h")).Message);
    }

    private Trained Train(
        DpoOptions options,
        Pieces pieces,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default,
        int threads = 2
    )
    {
        using Workers.LimitScope limit = Workers.Limit(threads);
        return new DpoTrainer(options).Train(
            TinyPolicies.Pairs(60),
            TinyPolicies.Pairs(20, from: 100),
            new(pieces)
            {
                Random = new RandomStream(7, "dpo"),
                Progress = progress,
                Cancellation = cancellation,
            }
        );
    }
}
