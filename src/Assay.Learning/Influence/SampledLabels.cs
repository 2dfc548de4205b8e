using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Labels drawn from what a model predicts: with them, gradients are those of the true Fisher matrix, not of the empirical one.</summary>
public static class SampledLabels
{
    /// <summary>Draws a class for each row.</summary>
    /// <param name="logits">[.., classes], finite.</param>
    /// <param name="stream">One number a row, in order.</param>
    /// <param name="targets">The data's labels, one a row, of which only <paramref name="ignore"/> is kept; or empty.</param>
    /// <param name="ignore">The label of rows that do not count: padding.</param>
    /// <returns>A class for each row, or <paramref name="ignore"/>.</returns>
    /// <exception cref="ArgumentException">There are no classes, or not as many targets as rows.</exception>
    public static int[] Of(Tensor logits, RandomStream stream, ReadOnlySpan<int> targets = default, int ignore = -100)
    {
        if (logits.Rank == 0 || logits.Shape[^1] == 0)
            throw new ArgumentException(
                $"Logits are [.., classes], not {TensorShape.Text(logits.Shape)}.",
                nameof(logits)
            );
        int classes = logits.Shape[^1];
        int[] labels = new int[logits.Length / classes];
        if (!targets.IsEmpty && targets.Length != labels.Length)
            throw new ArgumentException(
                $"{targets.Length} targets for {labels.Length} rows of logits.",
                nameof(targets)
            );
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<float> values = logits.Data.Slice(row * classes, classes);
            double largest = double.NegativeInfinity,
                sum = 0;
            foreach (float value in values)
                largest = Math.Max(largest, value);
            foreach (float value in values)
                sum += Math.Exp(value - largest);
            double left = stream.NextDouble() * sum;
            int label = 0;
            while (label < classes - 1 && (left -= Math.Exp(values[label] - largest)) >= 0)
                label++;
            labels[row] = !targets.IsEmpty && targets[row] == ignore ? ignore : label;
        }
        return labels;
    }
}
