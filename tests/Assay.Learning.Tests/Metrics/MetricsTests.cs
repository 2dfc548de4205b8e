using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class MetricsTests
{
    private static readonly double[] Probability =
    [
        .. Enumerable
            .Range(0, GoldenRows.Rows)
            .Select(i => 1 / (1 + Math.Exp(-2 * (GoldenRows.Features[i, 0] + 0.5 * GoldenRows.Features[i, 1])))),
    ];

    private static readonly double[] Rounded = [.. Probability.Select(p => Math.Round(p * 10) / 10)];

    private static readonly double[] ThreeProbabilities = ThreeClasses();

    [Fact]
    public void RankingAgreesWithScikitLearn()
    {
        int[] labels = GoldenRows.Binary;
        double[] weights = GoldenRows.Weights;
        Assert.Equal(0.899888765295, RankingMetrics.RocAuc(Probability, labels), 1e-10);
        Assert.Equal(0.907132867133, RankingMetrics.RocAuc(Rounded, labels, weights), 1e-10);
        Assert.Equal(0.894779005375, RankingMetrics.AveragePrecision(Probability, labels), 1e-10);
        Assert.Equal(0.883377867019, RankingMetrics.AveragePrecision(Rounded, labels, weights), 1e-10);
        int[] three = GoldenRows.Three;
        Assert.Equal(0.22531771363, RankingMetrics.RocAucOneVersusRest(ThreeProbabilities, three, 3), 1e-10);
        Assert.Equal(
            0.251431211065,
            RankingMetrics.RocAucOneVersusRest(ThreeProbabilities, three, 3, byShare: true),
            1e-10
        );
        Assert.Equal(0.206480625594, RankingMetrics.RocAucOneVersusRest(ThreeProbabilities, three, 3, weights), 1e-10);
    }

    [Fact]
    public void ProbabilitiesAgreeWithScikitLearn()
    {
        double[] both = [.. Probability.SelectMany(p => new[] { 1 - p, p })];
        Assert.Equal(0.43029101687, ProbabilityMetrics.LogLoss(both, GoldenRows.Binary, 2), 1e-10);
        Assert.Equal(
            2.13855525731,
            ProbabilityMetrics.LogLoss(ThreeProbabilities, GoldenRows.Three, 3, GoldenRows.Weights),
            1e-10
        );
        Assert.Equal(0.136523375377, ProbabilityMetrics.Brier(Probability, GoldenRows.Binary), 1e-10);
        Assert.Equal(
            0.130581179733,
            ProbabilityMetrics.Brier(Probability, GoldenRows.Binary, GoldenRows.Weights),
            1e-10
        );
        Assert.Equal(-Math.Log(2.220446049250313e-16), ProbabilityMetrics.LogLoss([1, 0], [1], 2), 1e-9);
        Assert.Throws<ArgumentException>(() => ProbabilityMetrics.LogLoss([1.5, 0], [1], 2));
    }

    [Fact]
    public void CalibrationErrorIsWorkedOutByHand()
    {
        // Two bins, (0, 0.5] and (0.5, 1]: confidences 0.5 (right), 0.9 (right), 0.7 (wrong), 0.8 (right).
        double[] p = [0.5, 0.5, 0.1, 0.9, 0.7, 0.3, 0.2, 0.8];
        int[] labels = [0, 1, 1, 1];
        double expected = 0.25 * Math.Abs(0.5 - 1) + 0.75 * Math.Abs(0.8 - 2.0 / 3);
        Assert.Equal(expected, ProbabilityMetrics.ExpectedCalibrationError(p, labels, 2, bins: 2), 1e-12);
        double weighted = (2 * Math.Abs(0.5 - 1) + Math.Abs(0.9 + 0.7 + 0.8 - 2)) / 5;
        Assert.Equal(
            weighted,
            ProbabilityMetrics.ExpectedCalibrationError(p, labels, 2, bins: 2, weights: [2, 1, 1, 1]),
            1e-12
        );
    }

    [Fact]
    public void ClassesAgreeWithScikitLearn()
    {
        int[] three = GoldenRows.Three,
            predicted = ClassScores.Best(ThreeProbabilities, 3);
        double[] weights = GoldenRows.Weights;
        Assert.Equal(0.116666666667, ClassificationMetrics.Accuracy(three, predicted, weights), 1e-10);
        Assert.Equal(0.0933333333333, ClassificationMetrics.BalancedAccuracy(three, predicted, 3), 1e-10);
        Assert.Equal(0.0952380952381, ClassificationMetrics.BalancedAccuracy(three, predicted, 3, weights), 1e-10);
        Same(
            new(0.126126126126, 0.0952380952381, 0.108527131783),
            ClassificationMetrics.Macro(three, predicted, 3, weights)
        );
        Same(
            new(0.116666666667, 0.116666666667, 0.116666666667),
            ClassificationMetrics.Micro(three, predicted, weights)
        );
        Same(
            new(0.154504504505, 0.116666666667, 0.132945736434),
            ClassificationMetrics.Weighted(three, predicted, 3, weights)
        );
        int[] two = [.. Probability.Select(p => p > 0.5 ? 1 : 0)];
        Same(new(0.75, 0.818181818182, 0.782608695652), ClassificationMetrics.Binary(GoldenRows.Binary, two, weights));
        Same(new(0, 0, 0), ClassificationMetrics.Binary([0, 0], [0, 0]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy([0], [0, 1]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy([], []));

        static void Same(PrecisionRecall expected, PrecisionRecall found) =>
            GoldenRows.Near(
                [expected.Precision, expected.Recall, expected.F1],
                [found.Precision, found.Recall, found.F1],
                1e-10
            );
    }

    [Fact]
    public void RegressionAgreesWithScikitLearn()
    {
        double[] truth = GoldenRows.Targets,
            predicted = [.. truth.Select((y, i) => y + GoldenRows.Features[i, 3])],
            weights = GoldenRows.Weights;
        Assert.Equal(0.890110055608, RegressionMetrics.R2(truth, predicted), 1e-10);
        Assert.Equal(0.901479311123, RegressionMetrics.R2(truth, predicted, weights), 1e-10);
        Assert.Equal(0.554815284392, RegressionMetrics.RootMeanSquaredError(truth, predicted, weights), 1e-10);
        Assert.Equal(0.480000000199, RegressionMetrics.MeanAbsoluteError(truth, predicted, weights), 1e-10);
        Assert.Equal(0, RegressionMetrics.R2([1, 1], [1, 2]));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.R2([1], [double.NaN]));
        double[] scores = [.. GoldenRows.Scores];
        Assert.Equal(0.865839229777, RankCorrelation.Spearman(Rounded, scores), 1e-10);
        Assert.Equal(0.712633283388, RankCorrelation.Kendall(Rounded, scores), 1e-10);
    }

    [Fact]
    public void TheAreaIsTheShareOfPairsInOrder() =>
        Prop.ForAll<(byte Score, bool Positive, byte Weight)[]>(rows =>
            {
                double[] scores = [.. rows.Select(row => row.Score % 8.0)],
                    weights = [.. rows.Select(row => row.Weight % 4.0)];
                int[] labels = [.. rows.Select(row => row.Positive ? 1 : 0)];
                double inOrder = 0,
                    all = 0;
                for (int i = 0; i < rows.Length; i++)
                for (int j = 0; j < rows.Length; j++)
                {
                    if (labels[i] != 1 || labels[j] != 0)
                        continue;
                    double pair = weights[i] * weights[j];
                    all += pair;
                    inOrder += pair * (Math.Sign(scores[i] - scores[j]) + 1) / 2;
                }
                return all == 0 || Math.Abs(inOrder / all - RankingMetrics.RocAuc(scores, labels, weights)) < 1e-12;
            })
            .Holds();

    private static double[] ThreeClasses()
    {
        double[] logits = new double[GoldenRows.Rows * 3];
        for (int at = 0; at < logits.Length; at++)
            logits[at] = 2 * GoldenRows.Features[at / 3, at % 3];
        ClassScores.Softmax(logits, 3);
        return logits;
    }
}
