namespace Assay.Learning;

/// <summary>What can be read off rows x classes numbers.</summary>
public static class ClassScores
{
    /// <summary>The class with the largest score of each row; the lowest of those that tie.</summary>
    /// <param name="scores">Rows x classes numbers, row-major: probabilities, logits or margins.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    public static int[] Best(ReadOnlySpan<double> scores, int classes)
    {
        int[] best = new int[scores.Length / classes];
        for (int i = 0; i < best.Length; i++)
        {
            ReadOnlySpan<double> row = scores.Slice(i * classes, classes);
            for (int k = 1; k < classes; k++)
                if (row[k] > row[best[i]])
                    best[i] = k;
        }
        return best;
    }

    /// <summary>Turns logits into probabilities in place, row by row, without overflow.</summary>
    /// <param name="logits">Rows x classes numbers, row-major; negative infinity stands for an impossible class.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    public static void Softmax(Span<double> logits, int classes)
    {
        for (int start = 0; start < logits.Length; start += classes)
        {
            Span<double> row = logits.Slice(start, classes);
            double largest = double.NegativeInfinity,
                sum = 0;
            foreach (double logit in row)
                largest = Math.Max(largest, logit);
            foreach (ref double logit in row)
                sum += logit = Math.Exp(logit - largest);
            foreach (ref double logit in row)
                logit /= sum;
        }
    }
}
