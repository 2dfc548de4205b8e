using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A random forest of classification trees.</summary>
/// <remarks>
/// Breiman, "Random Forests" (2001). Tree t has the stream t of the given one, so a forest is the same for any number of
/// threads, and its first trees are those of a smaller forest.
/// </remarks>
public sealed class RandomForest : IClassifierLearner
{
    private readonly ForestOptions _options;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RandomForest(ForestOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>Fits a model.</summary>
    /// <param name="data">Complete rows of at least two classes.</param>
    /// <param name="random">Draws rows and features.</param>
    /// <exception cref="ArgumentException">A feature is NaN, or only one class has rows.</exception>
    public RandomForestModel Fit(ClassificationData data, RandomStream random)
    {
        data.RequireComplete();
        ClassificationData.PresentClasses(data.Labels, data.Weights, data.Classes);
        Tree[] trees = new Tree[_options.Trees];
        int[][] outOfBag = new int[_options.Trees][];
        TreeOptions tree = _options.Tree with
        {
            FeaturesPerSplit = _options.Tree.FeaturesPerSplit ?? Math.Max(1, (int)Math.Sqrt(data.Features.Columns)),
        };
        Workers.For(
            trees.Length,
            t =>
            {
                RandomStream own = random.Child(t);
                Bootstrap draw = Bootstrap.Draw(data.Rows, data.Weights, _options.Bootstrap, own);
                outOfBag[t] = draw.OutOfBag;
                trees[t] = DecisionTree.Grow(data, draw.Weights, draw.Rows, tree, own);
            }
        );
        return new(trees, outOfBag, data.Features.Columns);
    }

    IClassifier IClassifierLearner.Fit(ClassificationData data, RandomStream random) => Fit(data, random);
}
