namespace Assay.Learning;

/// <summary>A fitted regression tree; a leaf predicts the mean of its targets.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Features">Number of features of a row.</param>
public sealed record RegressionTreeModel(Tree Tree, int Features) : IRegressor
{
    /// <inheritdoc/>
    public double[] Predict(Matrix features)
    {
        features.Check(Features);
        double[] sums = new double[features.Rows];
        Tree.AddPredictions([Tree], features, 1, sums, 1, _ => 0);
        return sums;
    }
}
