using Assay.Learning;
using Assay.Numerics;
using Assay.Plan.Labels;
using FsCheck.Fluent;

namespace Assay.Tests.Plan.Labels;

/// <summary>The parts of label planning against the figures of the official code.</summary>
public sealed class LabelPartsTests
{
    private static readonly double[] Shares = [0.8, 0.6, 0.4, 0.2, 0.05];

    [Theory]
    [InlineData(16, new[] { 40, 70, 100, 130, 160 }, new[] { 12, 9, 6, 3, 0 })]
    [InlineData(64, new[] { 130, 260, 390, 520, 610 }, new[] { 51, 38, 25, 12, 3 })]
    [InlineData(256, new[] { 520, 1030, 1540, 2050, 2440 }, new[] { 204, 153, 102, 51, 12 })]
    [InlineData(1024, new[] { 2050, 4100, 6150, 8200, 9730 }, new[] { 819, 614, 409, 204, 51 })]
    [InlineData(4096, new[] { 8200, 16390, 24580, 32770, 38920 }, new[] { 3276, 2457, 1638, 819, 204 })]
    public void The_grid_of_budgets(double budget, int[] weak, int[] gold)
    {
        LabelSplit[] splits = [.. Shares.Select(share => LabelSplit.Of(budget, share, 0.1))];
        Assert.Equal(weak, splits.Select(split => split.Weak));
        Assert.Equal(gold, splits.Select(split => split.Gold));
        Assert.All(splits, split => Assert.InRange(split.Cost(0.1), budget - 0.1 - 1e-9, budget + 1e-9));
    }

    [Theory]
    [InlineData(0, 0.65294743)]
    [InlineData(50, 0.61669749)]
    [InlineData(100, 0.58044749)]
    [InlineData(200, 0.50794750)]
    [InlineData(400, 0.50794750)]
    public void The_log_confidence_loss(int step, double expected)
    {
        // Logits of two classes; what counts is their difference.
        double[] odds = [1.1 - 0.2, -0.3 - 1.5, 0.6 + 0.4, 0.8 - 0.9],
            labels = [0.9, 0.2, 0.35, 0.6];
        Assert.Equal(expected, LogConfidence.Loss(odds, LogConfidence.Targets(odds, labels, step)), 1e-7);
        if (step == 0)
            Assert.Equal(labels, LogConfidence.Targets(odds, labels, step));
    }

    [Fact]
    public void With_one_row_the_hardened_class_is_always_the_first()
    {
        double[] odds = [-0.7 - 0.3];
        Assert.Equal(0.71326166, LogConfidence.Loss(odds, LogConfidence.Targets(odds, [0.8], 200)), 1e-7);
    }

    [Fact]
    public void Weights_of_uncertain_rows()
    {
        double[] entropies = UncertainRows.Entropies([0.5, 0.9, 0.99, 0.2, 0.7]);
        double[] weights = UncertainRows.Weights(entropies, 1);
        double[] expected = [0.31715749, 0.14874546, 0.02562415, 0.22896490, 0.27950801];
        for (int i = 0; i < 5; i++)
            Assert.Equal(expected[i], weights[i], 1e-7);
        int[] least = UncertainRows.Choose([0.5, 0.9, 0.99, 0.2, 0.7], 3, 0, new(1, "choice"));
        Assert.Equal([0, 3, 4], least.Order());
        double[] sure = UncertainRows.Weights([.. entropies.Select(entropy => 1 - entropy)], 1);
        double[] opposite = [0, 0.28749682, 0.4976777, 0.15055391, 0.06427157];
        for (int i = 0; i < 5; i++)
            Assert.Equal(opposite[i], sure[i], 1e-7);
    }

    // 20,000 draws of one row: a share of p has a deviation of 0.0035 at most, so five of them are a false alarm in two million.
    [Fact]
    public void Rows_are_drawn_by_their_weights()
    {
        int[] counts = new int[3];
        RandomStream random = new(9, "draws");
        for (int i = 0; i < 20_000; i++)
            counts[UncertainRows.Choose([0.5, 0.9, 0.99], 1, 1, random)[0]]++;
        double[] weights = UncertainRows.Weights(UncertainRows.Entropies([0.5, 0.9, 0.99]), 1);
        for (int i = 0; i < 3; i++)
            Assert.Equal(weights[i], counts[i] / 20_000.0, 0.018);
    }

    [Theory]
    [InlineData(0.01, 0.002, new[] { 0, 4, 5, 7, 8 })]
    [InlineData(0.05, 0.002, new[] { 0, 4, 5, 7, 8 })]
    [InlineData(0, 0, new[] { 0, 2, 3, 4, 5, 7, 8, 9 })]
    public void The_frontier_of_the_notebook(double costTolerance, double accuracyTolerance, int[] expected)
    {
        double[] costs = [16, 16, 17, 64, 64.5, 256, 1024, 1030, 4096, 8192],
            accuracies = [0.60, 0.58, 0.601, 0.70, 0.705, 0.74, 0.739, 0.82, 0.87, 0.8715];
        Assert.Equal(expected, CostFrontier.Of(costs, accuracies, costTolerance, accuracyTolerance));
    }

    [Fact]
    public void Without_tolerances_the_frontier_is_what_nothing_dominates() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "runs");
                    int n = 1 + random.NextInt32(12);
                    double[] costs = [.. Enumerable.Range(0, n).Select(_ => 1.0 + random.NextInt32(6))],
                        accuracies = [.. Enumerable.Range(0, n).Select(_ => random.NextInt32(8) / 8.0)];
                    IReadOnlyList<int> frontier = CostFrontier.Of(costs, accuracies, 0, 0);
                    bool isRising = frontier
                        .Zip(frontier.Skip(1))
                        .All(pair =>
                            costs[pair.First] < costs[pair.Second] && accuracies[pair.First] < accuracies[pair.Second]
                        );
                    bool IsDominated(int i) =>
                        Enumerable
                            .Range(0, n)
                            .Any(other =>
                                costs[other] <= costs[i]
                                && accuracies[other] >= accuracies[i]
                                && (costs[other] < costs[i] || accuracies[other] > accuracies[i])
                            );
                    var front = Enumerable
                        .Range(0, n)
                        .Where(i => !IsDominated(i))
                        .Select(i => (costs[i], accuracies[i]))
                        .Distinct();
                    return isRising
                        && front.Order().SequenceEqual(frontier.Select(i => (costs[i], accuracies[i])).Order());
                }
            )
            .Holds();

    [Fact]
    public void A_mix_counts_only_beyond_the_noise()
    {
        double[] weak = [0.70, 0.71, 0.72],
            gold = [0.60, 0.61, 0.62];
        Assert.Equal(LabelRegime.QuantityDominant, LabelRegimes.Of(weak, gold, [0.715, 0.72, 0.725]).Regime);
        Assert.Equal(LabelRegime.Mixed, LabelRegimes.Of(weak, gold, [0.80, 0.81, 0.82]).Regime);
        Assert.Equal(LabelRegime.QualityDominant, LabelRegimes.Of(gold, weak, []).Regime);
        Assert.Equal(-0.1, LabelRegimes.Of(weak, gold, []).Lead, 9);
    }

    [Fact]
    public void Labels_are_bought_once_counted_exactly_and_never_of_tested_rows()
    {
        (Matrix rows, int[] gold, double[] weak) = Data(200);
        LabelTrial trial = new(rows, gold, weak, 0.25, new() { Steps = 20 });
        foreach (GoldRows choice in Enum.GetValues<GoldRows>())
        {
            RandomStream random = new(4, "trial");
            trial.Run(new(60, 30, 0, 0), choice, 0.25, random, out IReadOnlyList<int> bought);
            int[] order = [.. Enumerable.Range(0, 200)];
            random.Child("rows").Shuffle<int>(order);
            Assert.Equal(30, bought.Distinct().Count());
            Assert.Empty(bought.Intersect(order[..60]).Concat(bought.Intersect(order[150..])));
        }
        Assert.Throws<ArgumentException>(() => trial.Run(new(100, 60, 0, 0), GoldRows.Random, 1, new(1, "x")));
    }

    [Fact]
    public void Correct_labels_in_numbers_teach_the_task_and_no_labels_teach_nothing()
    {
        (Matrix rows, int[] gold, double[] weak) = Data(400);
        LabelTrial trial = new(rows, gold, weak, 0.25, new());
        RandomStream random = new(5, "trial");
        Assert.True(trial.Run(new(0, 250, 0, 1), GoldRows.Random, 1, random).Accuracy > 0.93);
        Assert.Equal(0.5, trial.Run(new(0, 0, 0, 1), GoldRows.Random, 1, random).Area, 9);
        LabelTrial validated = new(rows, gold, weak, 0.25, new() { Validation = 0.2 });
        // What is chosen is the order of rows, not where they are cut in two.
        Assert.True(validated.Run(new(0, 250, 0, 1), GoldRows.Random, 1, random).Area > 0.97);
    }

    [Fact]
    public void Gradients_are_those_of_the_loss()
    {
        // One plain step from zero moves each weight against its gradient, by the rate: AdamW's first step has length 1.
        (Matrix rows, int[] gold, _) = Data(8);
        int[] which = [.. Enumerable.Range(0, 8)];
        double[] labels = [.. gold.Select(label => 0.1 + 0.8 * label)];
        TwoStageModel model = new(2);
        model.Train(rows, which, labels, new() { Steps = 1, Decay = 0 }, new(1, "order"));
        for (int j = 0; j < 2; j++)
        {
            double gradient = which.Average(row => (0.5 - labels[row]) * rows[row, j]);
            float[] unit = [0, 0],
                zero = [0, 0];
            unit[j] = 1;
            Assert.Equal(-Math.Sign(gradient), Math.Sign(model.LogOdds(unit) - model.LogOdds(zero)));
        }
    }

    internal static (Matrix Rows, int[] Gold, double[] Weak) Data(int count)
    {
        RandomStream random = new(2, "rows");
        float[] values = new float[2 * count];
        int[] gold = new int[count];
        double[] weak = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[2 * i] = (float)random.NextGaussian();
            values[2 * i + 1] = (float)random.NextGaussian();
            gold[i] = values[2 * i] + values[2 * i + 1] > 0 ? 1 : 0;
            weak[i] = random.NextDouble() < 0.8 ? gold[i] : 1 - gold[i];
        }
        return (new(values, 2), gold, weak);
    }
}
