namespace Assay.Learning;

/// <summary>How far predicted numbers are from true ones. Definitions are scikit-learn's.</summary>
public static class RegressionMetrics
{
    /// <summary>The coefficient of determination: 1 minus squared error over squared deviation from the mean.</summary>
    /// <remarks>Where all true numbers are the same: 1 if the predictions are right, else 0.</remarks>
    /// <param name="truth">One finite number a row.</param>
    /// <param name="predicted">One finite number a row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">There is no row, lengths differ, or a number is not finite.</exception>
    public static double R2(
        ReadOnlySpan<double> truth,
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> weights = default
    )
    {
        Check(truth, predicted, weights);
        double mean = 0,
            total = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            mean += Weight(weights, i) * truth[i];
            total += Weight(weights, i);
        }
        mean /= total;
        double error = 0,
            spread = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            error += Weight(weights, i) * Math.Pow(truth[i] - predicted[i], 2);
            spread += Weight(weights, i) * Math.Pow(truth[i] - mean, 2);
        }
        return spread > 0 ? 1 - error / spread
            : error == 0 ? 1
            : 0;
    }

    /// <summary>The root of the weighted mean of the squared difference.</summary>
    /// <inheritdoc cref="R2"/>
    public static double RootMeanSquaredError(
        ReadOnlySpan<double> truth,
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> weights = default
    )
    {
        Check(truth, predicted, weights);
        double sum = 0,
            total = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            sum += Weight(weights, i) * Math.Pow(truth[i] - predicted[i], 2);
            total += Weight(weights, i);
        }
        return Math.Sqrt(sum / total);
    }

    /// <summary>The weighted mean of the absolute difference.</summary>
    /// <inheritdoc cref="R2"/>
    public static double MeanAbsoluteError(
        ReadOnlySpan<double> truth,
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> weights = default
    )
    {
        Check(truth, predicted, weights);
        double sum = 0,
            total = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            sum += Weight(weights, i) * Math.Abs(truth[i] - predicted[i]);
            total += Weight(weights, i);
        }
        return sum / total;
    }

    private static double Weight(ReadOnlySpan<double> weights, int row) => weights.IsEmpty ? 1 : weights[row];

    private static void Check(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights)
    {
        if (truth.IsEmpty)
            throw new ArgumentException("There is no row.");
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"{predicted.Length} predictions do not fit {truth.Length} rows.");
        RowWeights.Check(truth.Length, weights);
        for (int i = 0; i < truth.Length; i++)
            if (!double.IsFinite(truth[i]) || !double.IsFinite(predicted[i]))
                throw new ArgumentException($"Row {i} is {truth[i]}, predicted {predicted[i]}; both must be finite.");
    }
}
