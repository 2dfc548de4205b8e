namespace Assay.Learning;

/// <summary>A fitted forest of regression trees, which predicts their mean.</summary>
/// <param name="Trees">The trees.</param>
/// <param name="OutOfBag">For each tree, the training rows that it did not learn from, ascending; none without bootstrap.</param>
/// <param name="Features">Number of features of a row.</param>
public sealed record RandomForestRegressionModel(IReadOnlyList<Tree> Trees, IReadOnlyList<int[]> OutOfBag, int Features)
    : IRegressor
{
    /// <inheritdoc/>
    public double[] Predict(Matrix features)
    {
        features.Check(Features);
        double[] sums = new double[features.Rows];
        Tree.AddPredictions(Trees, features, 1.0 / Trees.Count, sums, 1, _ => 0);
        return sums;
    }
}
