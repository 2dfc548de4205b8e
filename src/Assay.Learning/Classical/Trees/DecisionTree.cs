using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A classification tree (CART).</summary>
public sealed class DecisionTree : IClassifierLearner
{
    private readonly TreeOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DecisionTree(TreeOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows of at least two classes.</param>
    /// <param name="random">Draws features, where the options ask for that.</param>
    /// <exception cref="ArgumentException">A feature is NaN, or only one class has rows.</exception>
    public DecisionTreeModel Fit(ClassificationData data, RandomStream random)
    {
        data.RequireComplete();
        ClassificationData.PresentClasses(data.Labels, data.Weights, data.Classes);
        int[] rows = [.. Enumerable.Range(0, data.Rows).Where(i => data.Weight(i) > 0)];
        return new(Grow(data, data.Weights, rows, _options, random), data.Features.Columns);
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data, random);

    internal static Tree Grow(
        ClassificationData data,
        double[]? weights,
        int[] rows,
        TreeOptions options,
        RandomStream random
    ) =>
        new TreeGrower<ClassCriterion>(
            data.Features,
            new(data.Labels, weights, data.Classes, options.Criterion),
            options,
            random
        ).Grow(rows);
}
