using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Select;
using Assay.Value;

namespace Assay.Tests.Select;

public class MatesTests
{
    // Golden 3 of the method's file: predicted losses, so that values are their negatives.
    private static readonly double[] Predicted = [.8, -1.2, .1, -.4, 1.9, -.9, .3, -2, .6, -.1];
    private static readonly double[] Noise = [.2, 1.5, -.7, .9, .1, -.3, 2.2, .4, -1.1, 0];

    [Theory]
    [InlineData(0.5, GumbelRule.Released, "1 2 5 7")]
    [InlineData(0.5, GumbelRule.Textbook, "1 3 6 7")]
    [InlineData(2, GumbelRule.Released, "2 5 7 8")]
    [InlineData(2, GumbelRule.Textbook, "1 3 6 7")]
    public void BothRulesDrawTheirRows(double temperature, GumbelRule rule, string expected) =>
        Assert.Equal(expected, string.Join(' ', Draw(Predicted, 4, Noise, temperature, rule).Order()));

    [Theory]
    [InlineData(GumbelRule.Released, new[] { .6993, .2428, .0515, .0062, .0003 })]
    [InlineData(GumbelRule.Textbook, new[] { .6364, .2341, .0861, .0317, .0117 })]
    public void FirstDrawsFollowTheirRule(GumbelRule rule, double[] expected)
    {
        // The textbook rule is softmax(-pred / tau); the released frequencies are those of the file, of 200,000 draws.
        double[] predicted = [-1, -.5, 0, .5, 1],
            counts = new double[5];
        RandomStream random = new(7, "draws");
        const int draws = 60_000;
        for (int i = 0; i < draws; i++)
        {
            double[] noise = [.. Enumerable.Range(0, 5).Select(_ => GumbelTopK.Noise(random.NextDouble()))];
            counts[Draw(predicted, 1, noise, 0.5, rule)[0]]++;
        }
        for (int i = 0; i < 5; i++)
            Assert.Equal(expected[i], counts[i] / draws, 0.008);
    }

    [Fact]
    public void ColdIsTheTopHotIsAnySubsetAndAllIsAll()
    {
        Assert.Equal([7, 1, 5], Draw(Predicted, 3, Noise, 0));
        Assert.Equal(Enumerable.Range(0, 10), Draw(Predicted, 99, Noise, 0.5).Order());
        RandomStream random = new(7, "draws");
        double[] counts = new double[10];
        for (int i = 0; i < 4000; i++)
            foreach (
                int row in Draw(
                    Predicted,
                    3,
                    [.. Enumerable.Range(0, 10).Select(_ => GumbelTopK.Noise(random.NextDouble()))],
                    1e5
                )
            )
                counts[row]++;
        Assert.All(counts, count => Assert.InRange(count, 1060, 1340)); // 1200, and five standard deviations
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4_000, 5e-4)]
    [InlineData(8_000, 1e-3)]
    [InlineData(199_999, 1e-3)]
    [InlineData(200_200, 5e-4)]
    [InlineData(200_800, 6.25e-5)]
    public void TheRateIsThatOfTheReleasedScript(double time, double expected) =>
        Assert.Equal(expected, new WarmupStableDecay(1e-3, 8_000, 200_000, 200).At(time), 1e-15);

    [Fact]
    public void StagesTrainOnWhatIsChosenAndNothingElse()
    {
        (Transformer model, Optimiser optimiser, TokenRows rows) = Small();
        List<(int Stage, double Rate)> asked = [];
        int steps = 0;
        StagedTraining.Run(
            model,
            optimiser,
            rows,
            new()
            {
                Stages = 3,
                StepsPerStage = 4,
                Batch = 2,
                WarmUp = 2,
                DecaySteps = 3,
                Halving = 1,
                Rate = 0.01,
            },
            (stage, rate) =>
            {
                asked.Add((stage, rate));
                return [stage, 5];
            },
            done => steps = done
        );
        Assert.Equal([(0, 0.01), (1, 0.01), (2, 0.01)], asked);
        Assert.Equal(15, steps);
        Assert.Equal(15, optimiser.Steps);
        double[] losses = rows.RowLosses(model);
        Assert.Equal(5, Array.IndexOf(losses, losses.Min()));
    }

    [Fact]
    public void AStageScoresRowsByWhatOneStepOnThemDoes()
    {
        (Transformer model, Optimiser optimiser, TokenRows rows) = Small();
        TokenRows reference = new([.. Enumerable.Range(0, 4).Select(_ => rows[3].ToArray())]);
        OneStepProbe probe = new(optimiser, 0.01, row => rows.BatchLoss(model, [row]), () => reference.MeanLoss(model));
        float[] before = model.Snapshot();
        byte[][] texts = Texts();
        int[] probed = [.. Enumerable.Range(0, 40)];
        StageScores scores = StagedTraining.Score(probe, texts, probed, ScorerKind.Ridge, new(7, "scorer"));
        Assert.Equal(before, model.Snapshot());
        Assert.Equal(40, scores.Gains.Length);
        // Rows that say what the reference says help it most.
        Assert.Equal(3 % 4, Array.IndexOf(scores.Gains, scores.Gains.Max()) % 4);
        Assert.True(scores.Scorer.Spearman > 0.3, $"{scores.Scorer.Spearman}");
    }

    private static int[] Draw(
        double[] losses,
        int count,
        double[] noise,
        double temperature,
        GumbelRule rule = GumbelRule.Textbook
    ) => Mates.Draw([.. losses.Select(loss => -loss)], count, noise, temperature, rule);

    private static byte[][] Texts() =>
        [
            .. Enumerable
                .Range(0, 40)
                .Select(i =>
                    System.Text.Encoding.UTF8.GetBytes(
                        (i % 4) switch
                        {
                            0 => $"aaaa{i}",
                            1 => $"bcbc{i}",
                            2 => $"{i}zzxx",
                            _ => $"mnop{i}",
                        }
                    )
                ),
        ];

    private static (Transformer, Optimiser, TokenRows) Small()
    {
        Transformer model = new(
            ModelSizes.Of("gpt-250k") with
            {
                HiddenSize = 8,
                Layers = 1,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 4,
                IntermediateSize = 16,
            },
            new RandomStream(7, "model")
        );
        return (model, new(model.TrainableParameters(), new AdamW(0.9, 0.95), 0.1), TokenRows.Of(Texts(), context: 12));
    }
}
