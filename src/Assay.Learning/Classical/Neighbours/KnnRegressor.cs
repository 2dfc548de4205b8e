using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Regression by the weighted mean of the nearest rows' targets.</summary>
public sealed class KnnRegressor : IRegressorLearner
{
    private readonly NeighbourOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KnnRegressor(NeighbourOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbours, 1);
        _options = options;
    }

    /// <summary>Keeps the rows of positive weight.</summary>
    /// <param name="data">Complete rows.</param>
    /// <exception cref="ArgumentException">A feature is NaN.</exception>
    public KnnRegressorModel Fit(RegressionData data)
    {
        data.RequireComplete();
        if (data.Weights is not null && data.Weights.Contains(0))
            data = data.Take([.. Enumerable.Range(0, data.Rows).Where(i => data.Weight(i) > 0)]);
        return new(data, _options);
    }

    IRegressor IRegressorLearner.Fit(RegressionData data, RandomStream random) => Fit(data);
}
