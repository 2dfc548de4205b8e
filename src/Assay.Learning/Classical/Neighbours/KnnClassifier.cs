using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Classification by the weights of the nearest rows' classes.</summary>
public sealed class KnnClassifier : IClassifierLearner
{
    private readonly NeighbourOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KnnClassifier(NeighbourOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbours, 1);
        _options = options;
    }

    /// <summary>Keeps the rows of positive weight. One class is enough.</summary>
    /// <param name="data">Complete rows.</param>
    /// <exception cref="ArgumentException">A feature is NaN.</exception>
    public KnnClassifierModel Fit(ClassificationData data)
    {
        data.RequireComplete();
        if (data.Weights is not null && data.Weights.Contains(0))
            data = data.Take([.. Enumerable.Range(0, data.Rows).Where(i => data.Weight(i) > 0)]);
        return new(data, _options);
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data);
}
