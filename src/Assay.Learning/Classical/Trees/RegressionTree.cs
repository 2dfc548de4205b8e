using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A regression tree (CART, squared error).</summary>
public sealed class RegressionTree : IRegressorLearner
{
    private readonly TreeOptions _options;

    /// <summary>Checks the options; the criterion plays no part.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RegressionTree(TreeOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows.</param>
    /// <param name="random">Draws features, where the options ask for that.</param>
    /// <exception cref="ArgumentException">A feature is NaN.</exception>
    public RegressionTreeModel Fit(RegressionData data, RandomStream random)
    {
        data.RequireComplete();
        int[] rows = [.. Enumerable.Range(0, data.Rows).Where(i => data.Weight(i) > 0)];
        return new(Grow(data, data.Weights, rows, _options, random), data.Features.Columns);
    }

    IRegressor IRegressorLearner.Fit(RegressionData data, RandomStream random) => Fit(data, random);

    internal static Tree Grow(
        RegressionData data,
        double[]? weights,
        int[] rows,
        TreeOptions options,
        RandomStream random
    ) => new TreeGrower<SquaredCriterion>(data.Features, new(data.Targets, weights), options, random).Grow(rows);
}
