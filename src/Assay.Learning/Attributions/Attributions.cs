namespace Assay.Learning;

/// <summary>What each feature adds to a model's score, row by row: base plus a row's numbers is its score.</summary>
/// <remarks>
/// Shapley values of the features (Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions", 2017). They speak of the model, not of
/// causes.
/// </remarks>
/// <param name="Base">The score of a row of which nothing is known.</param>
/// <param name="Values">Rows x features numbers, row-major.</param>
/// <param name="Features">Number of features, at least 1.</param>
public sealed record Attributions(double Base, double[] Values, int Features)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Values.Length / Features;

    /// <summary>What a feature adds in a row.</summary>
    public double this[int row, int feature] => Values[row * Features + feature];

    /// <summary>What the features add in a row.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Features, Features);

    /// <summary>The mean magnitude of each feature over the rows: how much the model looks at it.</summary>
    public double[] MeanMagnitudes()
    {
        double[] sums = new double[Features];
        for (int at = 0; at < Values.Length; at++)
            sums[at % Features] += Math.Abs(Values[at]);
        for (int j = 0; j < sums.Length; j++)
            sums[j] /= Math.Max(1, Rows);
        return sums;
    }
}
