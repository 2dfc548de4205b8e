using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A random forest of regression trees.</summary>
/// <remarks>Breiman, "Random Forests" (2001); streams as in <see cref="RandomForest"/>.</remarks>
public sealed class RandomForestRegression : IRegressorLearner
{
    private readonly ForestOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RandomForestRegression(ForestOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows.</param>
    /// <param name="random">Draws rows and features.</param>
    /// <exception cref="ArgumentException">A feature is NaN.</exception>
    public RandomForestRegressionModel Fit(RegressionData data, RandomStream random)
    {
        data.RequireComplete();
        Tree[] trees = new Tree[_options.Trees];
        int[][] outOfBag = new int[_options.Trees][];
        Workers.For(
            trees.Length,
            t =>
            {
                RandomStream own = random.Child(t);
                Bootstrap draw = Bootstrap.Draw(data.Rows, data.Weights, _options.Bootstrap, own);
                outOfBag[t] = draw.OutOfBag;
                trees[t] = RegressionTree.Grow(data, draw.Weights, draw.Rows, _options.Tree, own);
            }
        );
        return new(trees, outOfBag, data.Features.Columns);
    }

    IRegressor IRegressorLearner.Fit(RegressionData data, RandomStream random) => Fit(data, random);
}
