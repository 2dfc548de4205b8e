namespace Assay.Learning;

/// <summary>Calibrates logits by dividing all of them by one number, which leaves the order of classes as it is.</summary>
/// <param name="Temperature">Above 0; above 1 where the logits are overconfident.</param>
/// <remarks>Guo et al., "On Calibration of Modern Neural Networks" (2017). Fit it on rows that the logits were not trained on.</remarks>
public sealed record TemperatureScaling(double Temperature)
{
    private const double Coldest = 1e-3,
        Hottest = 1e3;

    /// <summary>Finds the temperature of smallest log loss, in [0.001, 1000].</summary>
    /// <param name="logits">Rows x classes finite numbers, row-major.</param>
    /// <param name="labels">One class a row.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is out of its range.</exception>
    public static TemperatureScaling Fit(
        ReadOnlySpan<double> logits,
        int[] labels,
        int classes,
        ReadOnlySpan<double> weights = default
    )
    {
        ClassificationData.CheckLabels(labels.Length, labels, classes);
        if (logits.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{logits.Length} logits do not fit {labels.Length} rows of {classes}.");
        RowWeights.Check(labels.Length, weights);
        for (int i = 0; i < logits.Length; i++)
            if (!double.IsFinite(logits[i]))
                throw new ArgumentException($"Row {i / classes}, class {i % classes} has logit {logits[i]}.");
        // The loss is convex in the inverse temperature, so its derivative changes sign once.
        double low = 1 / Hottest,
            high = 1 / Coldest;
        for (int halving = 0; halving < 100 && high - low > 1e-14 * high; halving++)
        {
            double middle = Math.Sqrt(low * high);
            if (Slope(logits, labels, classes, weights, middle) < 0)
                low = middle;
            else
                high = middle;
        }
        return new(1 / high);
    }

    /// <summary>Probabilities of logits at this temperature.</summary>
    /// <param name="logits">Rows x classes numbers, row-major.</param>
    /// <param name="classes">Number of classes.</param>
    public double[] Probabilities(ReadOnlySpan<double> logits, int classes)
    {
        double[] scaled = logits.ToArray();
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] /= Temperature;
        ClassScores.Softmax(scaled, classes);
        return scaled;
    }

    // The derivative of the log loss by the inverse temperature.
    private static double Slope(
        ReadOnlySpan<double> logits,
        int[] labels,
        int classes,
        ReadOnlySpan<double> weights,
        double inverse
    )
    {
        double slope = 0;
        double[] p = new double[classes];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<double> z = logits.Slice(i * classes, classes);
            for (int k = 0; k < classes; k++)
                p[k] = z[k] * inverse;
            ClassScores.Softmax(p, classes);
            double mean = 0;
            for (int k = 0; k < classes; k++)
                mean += p[k] * z[k];
            slope += (weights.IsEmpty ? 1 : weights[i]) * (mean - z[labels[i]]);
        }
        return slope;
    }
}
