using Assay.Numerics;

namespace Assay.Learning.Tests;

public class RidgeAndSvmTests
{
    [Fact]
    public void RidgeAgreesWithScikitLearn()
    {
        RidgeModel model = new RidgeRegression(new() { Alpha = 2 }).Fit(
            GoldenRows.RegressionData.WithWeights(GoldenRows.Weights)
        );
        GoldenRows.Near([2.3641064006, 0.911611371793, -0.993928601051, 0.156993155768], model.Coefficients, 1e-9);
        Assert.Equal(2.95540084385, model.Intercept, 1e-9);
        model = new RidgeRegression(new() { Alpha = 0 }).Fit(GoldenRows.RegressionData);
        GoldenRows.Near([2.47566652387, 0.921613531158, -1.0495656856, 0.19701383861], model.Coefficients, 1e-9);
        Assert.Equal(2.96434498101, model.Intercept, 1e-9);
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.5, false)]
    [InlineData(0, true)]
    public void FewRowsAndManyFeaturesGiveWhatTheNormalEquationsGive(double alpha, bool intercept)
    {
        // Rows repeated until they outnumber the features: the same optimum by the other way.
        RegressionData few = GoldenRows.RegressionData.Take([1, 4, 9]).WithWeights([2, 1, 4]);
        RegressionData many = GoldenRows.RegressionData.Take([1, 1, 4, 9, 9, 9, 9]);
        RidgeRegression learner = new(new() { Alpha = alpha, Intercept = intercept });
        RidgeModel byRows = learner.Fit(few),
            byFeatures = learner.Fit(many);
        GoldenRows.Near(byFeatures.Coefficients, byRows.Coefficients, 1e-7);
        Assert.Equal(byFeatures.Intercept, byRows.Intercept, 1e-7);
        if (alpha == 0)
            GoldenRows.Near(few.Targets, byRows.Predict(few.Features), 1e-7);
    }

    [Fact]
    public void FarFromTheOriginNothingIsLost()
    {
        float[] far = [.. GoldenRows.Features.Values.ToArray().Select(value => MathF.Round(value * 64) + 16384)];
        float[] near = [.. far.Select(value => value - 16384)];
        RidgeRegression learner = new(new() { Alpha = 1 });
        RidgeModel expected = learner.Fit(new(new(near, 4), GoldenRows.Targets)),
            found = learner.Fit(new(new(far, 4), GoldenRows.Targets));
        GoldenRows.Near(expected.Coefficients, found.Coefficients, 1e-12);
    }

    [Fact]
    public void SupportVectorMachinesAgreeWithLiblinear()
    {
        LinearSvmOptions options = new()
        {
            C = 0.5,
            Tolerance = 1e-9,
            MaxIterations = 100_000,
        };
        ClassificationData weighted = GoldenRows.BinaryData.WithWeights(GoldenRows.Weights);
        LinearSvmModel model = new LinearSvm(options).Fit(weighted, new(1, "svm"));
        Assert.True(model.Converged);
        GoldenRows.Near([1.39723550907, 0.822809216374, -0.776652221993, 0.134415227134], model.Coefficients, 1e-6);
        Assert.Equal(-0.0520506693596, model.Intercepts[0], 1e-6);

        model = new LinearSvm(options with { SquaredHinge = false }).Fit(weighted, new(1, "svm"));
        GoldenRows.Near([1.77294752399, 0.949824799643, -1.44487419752, 0.166976257197], model.Coefficients, 1e-5);
        Assert.Equal(-0.18098699638, model.Intercepts[0], 1e-5);

        model = new LinearSvm(options).Fit(GoldenRows.ThreeData, new(1, "svm"));
        GoldenRows.Near([-0.666608796037, -0.159091493921, -0.756617418343], model.Intercepts, 1e-6);
        GoldenRows.Near([-1.68050532339, -0.274965722582], model.Coefficients.AsSpan(0, 2), 1e-6);
    }

    [Fact]
    public void TheOrderOfRowsDoesNotChangeTheMachine()
    {
        LinearSvm learner = new(new() { Tolerance = 1e-10, MaxIterations = 100_000 });
        LinearSvmModel first = learner.Fit(GoldenRows.BinaryData, new(1, "svm")),
            second = learner.Fit(GoldenRows.BinaryData, new(2, "svm"));
        GoldenRows.Near(first.Coefficients, second.Coefficients, 1e-7);
        Assert.Equal(GoldenRows.Rows, first.Predict(GoldenRows.Features).Length);
        RandomStream again = new(1, "svm");
        Assert.Equal(first.Coefficients, learner.Fit(GoldenRows.BinaryData, again).Coefficients);
    }
}
