using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>A regressor, measured on test rows with their numbers.</summary>
internal sealed class RegressionTask : ITask
{
    private const int PermutedModels = 100;
    private readonly RegressionData _data;
    private readonly Matrix _test;
    private readonly double[] _truth;
    private readonly IRegressorLearner _learner;
    private readonly WorthMetric _metric;
    private readonly RandomStream _random;

    /// <summary>Takes the parts.</summary>
    /// <exception cref="AssayException">The metric does not suit.</exception>
    public RegressionTask(
        RegressionData data,
        Matrix test,
        double[] truth,
        IRegressorLearner learner,
        WorthMetric metric,
        RandomStream random
    )
    {
        (_data, _test, _truth, _learner, _random) = (data, test, truth, learner, random);
        _metric = metric == WorthMetric.Auto ? WorthMetric.R2 : metric;
        if (_metric is not (WorthMetric.R2 or WorthMetric.SquaredError))
            throw new AssayException(
                $"the metric {_metric} is one of classes, and the label is a number",
                hint: "Choose r2 or squared-error, or 'task: classification'."
            );
    }

    public int Rows => _data.Rows;

    public int TestRows => _truth.Length;

    public bool CanTrain(ReadOnlySpan<int> rows) => rows.Length > 0;

    public double[] Predict(ReadOnlySpan<int> rows, ref object? model)
    {
        IRegressor fitted = _learner.Fit(_data.Take(rows), _random.Child("model"));
        model = fitted;
        return fitted.Predict(_test);
    }

    public double Score(double[] predictions, ReadOnlySpan<int> sample)
    {
        double[] truth = new double[sample.Length],
            own = new double[sample.Length];
        for (int i = 0; i < truth.Length; i++)
            (truth[i], own[i]) = (_truth[sample[i]], predictions[sample[i]]);
        return _metric == WorthMetric.R2
            ? RegressionMetrics.R2(truth, own)
            : -Math.Pow(RegressionMetrics.RootMeanSquaredError(truth, own), 2);
    }

    public double Untrained(RandomStream random)
    {
        int[] all = [.. Enumerable.Range(0, TestRows)];
        double[] scores = new double[PermutedModels];
        Workers.For(
            scores.Length,
            i =>
            {
                double[] targets = [.. _data.Targets];
                random.Child(i).Shuffle(targets.AsSpan());
                IRegressor model = _learner.Fit(new(_data.Features, targets), _random.Child("model"));
                scores[i] = Score(model.Predict(_test), all);
            }
        );
        return scores.Average();
    }
}
