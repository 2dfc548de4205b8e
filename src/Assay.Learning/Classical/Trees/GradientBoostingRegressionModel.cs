namespace Assay.Learning;

/// <summary>Fitted gradient-boosted trees for numbers.</summary>
/// <param name="Start">What is predicted before the first tree.</param>
/// <param name="Trees">The trees; what they predict is added.</param>
/// <param name="Features">Number of features of a row.</param>
/// <param name="MissingValues">Whether NaN is allowed.</param>
public sealed record GradientBoostingRegressionModel(
    double Start,
    IReadOnlyList<Tree> Trees,
    int Features,
    bool MissingValues
) : IRegressor
{
    /// <inheritdoc/>
    public double[] Predict(Matrix features)
    {
        features.Check(Features, MissingValues);
        double[] sums = new double[features.Rows];
        Array.Fill(sums, Start);
        Tree.AddPredictions(Trees, features, 1, sums, 1, _ => 0);
        return sums;
    }
}
