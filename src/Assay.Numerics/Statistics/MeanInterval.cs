namespace Assay.Numerics;

/// <summary>A mean and the interval that covers the true mean at the stated confidence.</summary>
/// <param name="Mean">The mean of the values.</param>
/// <param name="Low">Lower end; equal to <paramref name="Mean"/> when all values are equal.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Confidence in (0, 1); 1 for an exact number.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High, double Confidence)
{
    /// <summary>A number that is known exactly, or whose error is not known: an interval without width.</summary>
    public static MeanInterval Exact(double value) => new(value, value, value, 1);

    /// <summary>
    /// Student's interval: mean +- t(n - 1) s / sqrt(n) with the sample standard deviation s. Exact for independent values
    /// from one normal distribution.
    /// </summary>
    /// <param name="values">At least two finite values.</param>
    /// <param name="confidence">In (0, 1), such as 0.95.</param>
    public static MeanInterval Of(ReadOnlySpan<double> values, double confidence)
    {
        if (values.Length < 2)
            throw new ArgumentException("An interval needs at least two values.", nameof(values));
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies in (0, 1).");
        // Offsets from the first value, so that equal values have exactly themselves as mean and no spread.
        double offset = 0;
        foreach (double value in values)
            offset += double.IsFinite(value)
                ? (value - values[0]) / values.Length
                : throw new ArgumentException($"A value is {value}; values must be finite.", nameof(values));
        double mean = values[0] + offset;
        double squares = 0;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        double standardError = Math.Sqrt(squares / (values.Length - 1) / values.Length);
        double half = StudentT.Quantile((1 + confidence) / 2, values.Length - 1) * standardError;
        return new(mean, mean - half, mean + half, confidence);
    }
}
