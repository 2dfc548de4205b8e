namespace Assay.Learning;

/// <summary>A score that is a sum over trees: one output of boosted trees, one class of a forest, a single tree.</summary>
public sealed record AdditiveTrees
{
    /// <summary>The trees.</summary>
    public required IReadOnlyList<Tree> Trees { get; init; }

    /// <summary>Number of features of a row.</summary>
    public required int Features { get; init; }

    /// <summary>Which of the numbers of a leaf counts, from 0.</summary>
    public int Output { get; init; }

    /// <summary>The score before the first tree.</summary>
    public double Start { get; init; }

    /// <summary>What a leaf's number is multiplied with.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>An output of boosted trees: the log-odds of the second class present, or the logit of a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public static AdditiveTrees Of(GradientBoostingModel model, int output = 0)
    {
        int outputs = model.Start.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, outputs);
        return new()
        {
            Trees = [.. model.Trees.Where((_, t) => t % outputs == output)],
            Features = model.Features,
            Start = model.Start[output],
        };
    }

    /// <summary>What boosted trees predict.</summary>
    public static AdditiveTrees Of(GradientBoostingRegressionModel model) =>
        new()
        {
            Trees = model.Trees,
            Features = model.Features,
            Start = model.Start,
        };

    /// <summary>The probability of a class by a forest.</summary>
    public static AdditiveTrees Of(RandomForestModel model, int @class) =>
        Class(model.Trees, model.Features, model.Classes, @class);

    /// <summary>The probability of a class by a tree.</summary>
    public static AdditiveTrees Of(DecisionTreeModel model, int @class) =>
        Class([model.Tree], model.Features, model.Classes, @class);

    /// <summary>What a forest predicts.</summary>
    public static AdditiveTrees Of(RandomForestRegressionModel model) => Class(model.Trees, model.Features, 1, 0);

    /// <summary>What a tree predicts.</summary>
    public static AdditiveTrees Of(RegressionTreeModel model) => Class([model.Tree], model.Features, 1, 0);

    /// <summary>The score of every row.</summary>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is infinite.</exception>
    public double[] Scores(Matrix rows)
    {
        rows.Check(Features, missing: true);
        double[] scores = new double[rows.Rows];
        Numerics.Workers.For(
            rows.Rows,
            i =>
            {
                double sum = 0;
                foreach (Tree tree in Trees)
                    sum += tree.Value(tree.LeafOf(rows.Row(i)))[Output];
                scores[i] = Start + Scale * sum;
            }
        );
        return scores;
    }

    private static AdditiveTrees Class(IReadOnlyList<Tree> trees, int features, int classes, int @class)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(@class);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(@class, classes);
        return new()
        {
            Trees = trees,
            Features = features,
            Output = @class,
            Scale = 1.0 / trees.Count,
        };
    }
}
