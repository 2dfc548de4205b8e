namespace Assay.Learning;

/// <summary>The checks of scores with classes 0 and 1 that calibration and metrics share.</summary>
internal static class BinaryRows
{
    /// <summary>Checks that lengths agree, scores are finite, labels 0 or 1 and weights proper, and that there is a row.</summary>
    public static void Check(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, ReadOnlySpan<double> weights)
    {
        if (scores.IsEmpty)
            throw new ArgumentException("There is no row.");
        if (labels.Length != scores.Length)
            throw new ArgumentException($"{labels.Length} labels do not fit {scores.Length} scores.");
        RowWeights.Check(scores.Length, weights);
        for (int i = 0; i < scores.Length; i++)
        {
            if (!double.IsFinite(scores[i]))
                throw new ArgumentException($"The score of row {i} is {scores[i]}; it must be finite.");
            if (labels[i] is not (0 or 1))
                throw new ArgumentException($"The label of row {i} is {labels[i]}; it must be 0 or 1.");
        }
    }

    /// <summary>The total weights of both classes, each above 0.</summary>
    public static (double Negative, double Positive) ClassWeights(
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights
    )
    {
        double negative = 0,
            positive = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            if (labels[i] == 1)
                positive += weight;
            else
                negative += weight;
        }
        return negative > 0 && positive > 0
            ? (negative, positive)
            : throw new ArgumentException($"No row of positive weight is of class {(positive > 0 ? 0 : 1)}.");
    }
}
