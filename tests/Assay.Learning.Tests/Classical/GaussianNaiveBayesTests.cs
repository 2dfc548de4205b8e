namespace Assay.Learning.Tests;

public class GaussianNaiveBayesTests
{
    [Fact]
    public void AgreesWithScikitLearn()
    {
        GaussianNaiveBayesModel model = new GaussianNaiveBayes().Fit(
            GoldenRows.ThreeData.WithWeights(GoldenRows.Weights)
        );
        GoldenRows.Near(
            [0.982337945735, 0.017621829801, 4.02244637342e-05, 0.29903830458, 0.604514981117, 0.0964467143028],
            model.Probabilities(GoldenRows.Features.Take([0, 1])),
            1e-9
        );
        GoldenRows.Near(
            [0.0970698205199, 0.271071137087, 0.39441788316, 0.271443523845],
            model.Variances.AsSpan(0, 4),
            1e-10
        );
    }

    [Fact]
    public void AConstantFeatureOfAClassAllowsItsOwnValueOnly()
    {
        ClassificationData data = new(new([1, 1, 5, 7], 1), [0, 0, 1, 1], 2);
        GaussianNaiveBayesModel model = new GaussianNaiveBayes(smoothing: 0).Fit(data);
        GoldenRows.Near([0, 1], model.Probabilities(new([2], 1)), 0);
        ClassificationData points = new(new([1, 2], 1), [0, 1], 2, [1, 3]);
        model = new GaussianNaiveBayes(smoothing: 0).Fit(points);
        GoldenRows.Near([1, 0, 0, 1, 0.25, 0.75], model.Probabilities(new([1, 2, 3], 1)), 1e-15);
    }

    [Fact]
    public void AClassWithoutRowsHasProbabilityZero()
    {
        ClassificationData data = new(new([1, 2, 5, 7], 1), [0, 0, 2, 2], 3);
        double[] p = new GaussianNaiveBayes().Fit(data).Probabilities(new([1.5f, 4], 1));
        Assert.Equal((0.0, 0.0), (p[1], p[4]));
        Assert.Equal(1, p[3] + p[5], 1e-12);
    }
}
