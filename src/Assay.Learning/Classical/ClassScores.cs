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

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>log(1 + exp(x)), without overflow and exact for small terms.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    // double.LogP1 is the logarithm of the rounded sum; this keeps what the sum loses (Higham, "Accuracy and Stability of
    // Numerical Algorithms", section 1.14.1).
    private static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }
}
