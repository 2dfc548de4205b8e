using Assay.Numerics;

namespace Assay.Learning.Tests;

public class GradientBoostingTests
{
    private static readonly BoostingOptions Golden = new()
    {
        Rounds = 5,
        LearningRate = 0.3,
        MaxLeaves = 6,
        MinLeafRows = 4,
        L2 = 0.5,
    };

    private static RandomStream Random => new(1, "boosting");

    private static Matrix WithMissing
    {
        get
        {
            float[] values = GoldenRows.Features.Values.ToArray();
            for (int i = 0; i < GoldenRows.Rows; i += 7)
                values[i * 4 + 1] = float.NaN;
            return new(values, 4);
        }
    }

    [Fact]
    public void RegressionAgreesWithScikitLearn()
    {
        Matrix six = GoldenRows.Features.Take([0, 1, 2, 3, 4, 5]);
        GradientBoostingRegressionModel model = new GradientBoostingRegression(Golden).Fit(
            GoldenRows.RegressionData.WithWeights(GoldenRows.UnevenWeights),
            Random
        );
        GoldenRows.Near(
            [0.898702427147, 3.44015950122, 2.47750853651, 1.04354451735, 2.84756935137, 4.8501320541],
            model.Predict(six),
            1e-5 // its derivatives are float32
        );
        model = new GradientBoostingRegression(Golden with { MissingValues = true }).Fit(
            new(WithMissing, GoldenRows.Targets, GoldenRows.UnevenWeights),
            Random
        );
        GoldenRows.Near(
            [0.894073608126, 3.70012353693, 2.2203346143, 0.894073608126, 3.26195143737, 4.92800434849],
            model.Predict(WithMissing.Take([0, 1, 2, 3, 4, 5])),
            1e-5
        );
    }

    [Fact]
    public void ClassesAgreeWithScikitLearn()
    {
        int[] four = [0, 1, 2, 3];
        IClassifierLearner complete = new GradientBoosting(Golden),
            missing = new GradientBoosting(Golden with { MissingValues = true });
        Matrix features = GoldenRows.Features;
        GoldenRows.Near(
            [
                0.849939212047,
                0.150060787953,
                0.150795771631,
                0.849204228369,
                0.797718169918,
                0.202281830082,
                0.866345469681,
                0.133654530319,
            ],
            complete
                .Fit(GoldenRows.BinaryData.WithWeights(GoldenRows.UnevenWeights), Random)
                .Probabilities(features.Take(four)),
            1e-5
        );
        GoldenRows.Near(
            [
                0.857336381697,
                0.142663618303,
                0.171703655493,
                0.828296344507,
                0.805124137284,
                0.194875862716,
                0.877133549369,
                0.122866450631,
            ],
            missing
                .Fit(new(WithMissing, GoldenRows.Binary, 2, GoldenRows.UnevenWeights), Random)
                .Probabilities(WithMissing.Take(four)),
            1e-5
        );
        GoldenRows.Near(
            [
                0.951097163022,
                0.0267428544363,
                0.022159982542,
                0.0296240696263,
                0.844118089379,
                0.126257840995,
                0.0265808045723,
                0.948344852676,
                0.0250743427516,
                0.954943991919,
                0.0268510191846,
                0.0182049888964,
            ],
            complete
                .Fit(GoldenRows.ThreeData.WithWeights(GoldenRows.UnevenWeights), Random)
                .Probabilities(features.Take(four)),
            1e-5
        );
    }

    [Fact]
    public void MissingValuesAreAnErrorUnlessAllowed()
    {
        RegressionData data = new(WithMissing, GoldenRows.Targets);
        Assert.Contains(
            "Row 0, column 1 is NaN",
            Assert.Throws<ArgumentException>(() => new GradientBoostingRegression(Golden).Fit(data, Random)).Message
        );
        GradientBoostingRegressionModel complete = new GradientBoostingRegression(Golden).Fit(
            GoldenRows.RegressionData,
            Random
        );
        Assert.Throws<ArgumentException>(() => complete.Predict(WithMissing));
    }

    [Fact]
    public void ThatAValueIsMissingCanBeWhatCounts()
    {
        float[] values = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? float.NaN : i)];
        double[] targets = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? 10.0 : 0)];
        BoostingOptions options = new()
        {
            Rounds = 1,
            LearningRate = 1,
            MaxLeaves = 2,
            MinLeafRows = 1,
            MissingValues = true,
        };
        GradientBoostingRegressionModel model = new GradientBoostingRegression(options).Fit(
            new(new(values, 1), targets),
            Random
        );
        GoldenRows.Near([10, 0, 0], model.Predict(new([float.NaN, 1e30f, -5], 1)), 1e-9);
    }

    [Fact]
    public void EveryNodeOfAFirstTreeIsTheMeanOfItsRows()
    {
        BoostingOptions options = new()
        {
            Rounds = 1,
            LearningRate = 1,
            MaxLeaves = 12,
            MinLeafRows = 1,
        };
        RegressionData data = GoldenRows.RegressionData.WithWeights(GoldenRows.UnevenWeights);
        foreach (bool leafWise in new[] { true, false })
        {
            GradientBoostingRegressionModel model = new GradientBoostingRegression(
                options with
                {
                    LeafWise = leafWise,
                }
            ).Fit(data, Random);
            Tree tree = model.Trees[0];
            Assert.Equal(12, tree.Leaves);
            int[] leaves = [.. Enumerable.Range(0, data.Rows).Select(i => tree.LeafOf(data.Features.Row(i)))];
            foreach (IGrouping<int, int> rows in Enumerable.Range(0, data.Rows).GroupBy(i => leaves[i]))
            {
                double weight = rows.Sum(data.Weight),
                    mean = rows.Sum(i => data.Weight(i) * data.Targets[i]) / weight;
                Assert.Equal(weight, tree.Cover[rows.Key], 1e-9);
                Assert.Equal(mean, model.Start + tree.Values[rows.Key], 1e-9);
            }
            if (!leafWise)
                Assert.Equal(4, tree.Depth);
        }
    }

    [Fact]
    public void CopiesAreWeightsAndThreadsChangeNothing()
    {
        BoostingOptions options = Golden with { MinLeafRows = 1, MinLeafHessian = 0 };
        double[] weights = [.. Enumerable.Range(0, GoldenRows.Rows).Select(i => (double)(i % 3))];
        int[] copies = [.. Enumerable.Range(0, GoldenRows.Rows).SelectMany(i => Enumerable.Repeat(i, i % 3))];
        GradientBoosting learner = new(options);
        double[] weighted = learner
            .Fit(GoldenRows.ThreeData.WithWeights(weights), Random)
            .Probabilities(GoldenRows.Features);
        double[] copied = learner.Fit(GoldenRows.ThreeData.Take(copies), Random).Probabilities(GoldenRows.Features);
        GoldenRows.Near(weighted, copied, 1e-9);

        ClassificationData data = LogisticRegressionTests.Blobs(600, 8, 3, out _);
        GradientBoosting sampled = new(
            new()
            {
                Rounds = 10,
                Subsample = 0.5,
                MaxBins = 16,
            }
        );
        double[] one,
            two;
        using (Workers.Limit(1))
            one = sampled.Fit(data, Random).Probabilities(data.Features);
        using (Workers.Limit(2))
            two = sampled.Fit(data, Random).Probabilities(data.Features);
        Assert.Equal(one, two);
        Assert.True(ClassificationMetrics.Accuracy(data.Labels, ClassScores.Best(one, 3)) > 0.8);
    }

    [Fact]
    public void BinsHoldWhatIsAtMostTheirThreshold()
    {
        RandomStream random = new(2, "bins");
        float[] values = [.. Enumerable.Range(0, 5000).Select(_ => (float)random.NextGaussian())];
        values[17] = float.NaN;
        FeatureBins bins = FeatureBins.Of(new(values, 1), 100);
        double[] cuts = bins.Thresholds[0];
        Assert.InRange(cuts.Length, 90, 99);
        int[] counts = new int[100];
        for (int i = 0; i < values.Length; i++)
        {
            int bin = bins.Of(0)[i];
            if (i == 17)
            {
                Assert.Equal(FeatureBins.Missing, bin);
                continue;
            }
            Assert.True(bin == cuts.Length || values[i] <= cuts[bin]);
            Assert.True(bin == 0 || values[i] > cuts[bin - 1]);
            counts[bin]++;
        }
        Assert.InRange(counts.Take(cuts.Length + 1).Max(), 45, 60);
    }

    [Fact]
    public void AClassWithoutRowsHasProbabilityZero()
    {
        ClassificationData data = new(GoldenRows.Features, [.. GoldenRows.Binary.Select(k => 2 * k)], 3);
        double[] three = new GradientBoosting(Golden).Fit(data, Random).Probabilities(data.Features),
            two = new GradientBoosting(Golden).Fit(GoldenRows.BinaryData, Random).Probabilities(data.Features);
        for (int i = 0; i < data.Rows; i++)
            Assert.Equal((two[2 * i], 0, two[2 * i + 1]), (three[3 * i], three[3 * i + 1], three[3 * i + 2]));
    }
}
