namespace Assay.Learning;

/// <summary>How good predicted probabilities are.</summary>
public static class ProbabilityMetrics
{
    /// <summary>The weighted mean of -log(probability of the true class), in nats.</summary>
    /// <param name="probabilities">Rows x classes numbers in [0, 1], row-major.</param>
    /// <param name="labels">One class a row.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <param name="clip">Probabilities are held within [clip, 1 - clip]; 0 to let the loss become infinite. Default: 2^-52.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is out of its range.</exception>
    public static double LogLoss(
        ReadOnlySpan<double> probabilities,
        int[] labels,
        int classes,
        ReadOnlySpan<double> weights = default,
        double clip = 2.220446049250313e-16
    )
    {
        Check(probabilities, labels, classes, weights);
        double sum = 0,
            total = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i],
                p = Math.Clamp(probabilities[i * classes + labels[i]], clip, 1 - clip);
            total += weight;
            if (weight > 0)
                sum -= weight * Math.Log(p);
        }
        return sum / total;
    }

    /// <summary>The weighted mean of the squared difference of the probability of class 1 and the label.</summary>
    /// <param name="probabilities">The probability of class 1 for each row.</param>
    /// <param name="labels">0 or 1 for each row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is out of its range.</exception>
    public static double Brier(
        ReadOnlySpan<double> probabilities,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights = default
    )
    {
        BinaryRows.Check(probabilities, labels, weights);
        double sum = 0,
            total = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            CheckProbability(probabilities[i], i);
            double weight = weights.IsEmpty ? 1 : weights[i],
                difference = probabilities[i] - labels[i];
            total += weight;
            sum += weight * difference * difference;
        }
        return sum / total;
    }

    /// <summary>
    /// The expected calibration error: rows are put in bins of equal width by the probability of their predicted class, and
    /// the gaps between its mean and the share that is right are averaged, by the weight of the bins.
    /// </summary>
    /// <remarks>Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3; bins are (a, b], the first holds 0 too.</remarks>
    /// <param name="probabilities">Rows x classes numbers in [0, 1], row-major.</param>
    /// <param name="labels">One class a row.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="bins">Number of bins, at least 1. Default: 15.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is out of its range.</exception>
    public static double ExpectedCalibrationError(
        ReadOnlySpan<double> probabilities,
        int[] labels,
        int classes,
        int bins = 15,
        ReadOnlySpan<double> weights = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        Check(probabilities, labels, classes, weights);
        int[] predicted = ClassScores.Best(probabilities, classes);
        double[] gaps = new double[bins]; // confidence minus correctness, summed
        double total = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i],
                confidence = probabilities[i * classes + predicted[i]];
            int bin = Math.Clamp((int)Math.Ceiling(confidence * bins) - 1, 0, bins - 1);
            gaps[bin] += weight * (confidence - (predicted[i] == labels[i] ? 1 : 0));
            total += weight;
        }
        return gaps.Sum(Math.Abs) / total;
    }

    private static void Check(
        ReadOnlySpan<double> probabilities,
        int[] labels,
        int classes,
        ReadOnlySpan<double> weights
    )
    {
        ClassificationData.CheckLabels(labels.Length, labels, classes);
        if (probabilities.Length != (long)labels.Length * classes)
            throw new ArgumentException(
                $"{probabilities.Length} probabilities do not fit {labels.Length} rows of {classes}."
            );
        RowWeights.Check(labels.Length, weights);
        for (int i = 0; i < probabilities.Length; i++)
            CheckProbability(probabilities[i], i / classes);
    }

    private static void CheckProbability(double p, int row)
    {
        if (!(p >= 0 && p <= 1 + 1e-6))
            throw new ArgumentException($"Row {row} has probability {p}; probabilities lie in [0, 1].");
    }
}
