namespace Assay.Learning;

/// <summary>A fitted forest of classification trees, which predicts the mean of their class shares.</summary>
/// <param name="Trees">The trees.</param>
/// <param name="OutOfBag">For each tree, the training rows that it did not learn from, ascending; none without bootstrap.</param>
/// <param name="Features">Number of features of a row.</param>
public sealed record RandomForestModel(IReadOnlyList<Tree> Trees, IReadOnlyList<int[]> OutOfBag, int Features)
    : IClassifier
{
    /// <inheritdoc/>
    public int Classes => Trees[0].Outputs;

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features)
    {
        features.Check(Features);
        double[] sums = new double[checked(features.Rows * Classes)];
        Tree.AddPredictions(Trees, features, 1.0 / Trees.Count, sums, Classes, _ => 0);
        return sums;
    }

    /// <summary>For every training row, the mean class shares of the trees that did not learn from it; NaN if there is none.</summary>
    /// <param name="features">The features that the forest was fitted on.</param>
    /// <returns>Rows x classes numbers, row-major.</returns>
    /// <exception cref="ArgumentException">The features are not those of the training rows.</exception>
    public double[] OutOfBagProbabilities(Matrix features)
    {
        features.Check(Features);
        double[] sums = new double[checked(features.Rows * Classes)];
        int[] trees = new int[features.Rows];
        for (int t = 0; t < Trees.Count; t++)
            foreach (int row in OutOfBag[t])
            {
                if (row >= features.Rows)
                    throw new ArgumentException($"There is no row {row}, which tree {t} did not learn from.");
                trees[row]++;
                MixedProducts.AddScaled(
                    sums.AsSpan(row * Classes, Classes),
                    1,
                    Trees[t].Value(Trees[t].LeafOf(features.Row(row)))
                );
            }
        for (int at = 0; at < sums.Length; at++)
            sums[at] /= trees[at / Classes];
        return sums;
    }
}
