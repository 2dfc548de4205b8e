namespace Assay.Learning;

/// <summary>A fitted classification tree; a leaf predicts the shares of its classes.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Features">Number of features of a row.</param>
public sealed record DecisionTreeModel(Tree Tree, int Features) : IClassifier
{
    /// <inheritdoc/>
    public int Classes => Tree.Outputs;

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features)
    {
        features.Check(Features);
        double[] sums = new double[checked(features.Rows * Classes)];
        Tree.AddPredictions([Tree], features, 1, sums, Classes, _ => 0);
        return sums;
    }
}
