namespace Assay.Learning;

/// <summary>Probabilities from scores by a fitted sigmoid: P(class 1) = 1 / (1 + exp(a score + b)).</summary>
/// <param name="A">Slope; negative where larger scores mean class 1.</param>
/// <param name="B">Offset.</param>
/// <remarks>
/// Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with his smoothed targets, fitted by the Newton method
/// of Lin, Lin and Weng (2007). Fit it on rows that the scores were not trained on.
/// </remarks>
public sealed record PlattScaling(double A, double B)
{
    /// <summary>Fits to scores of rows of both classes.</summary>
    /// <param name="scores">One finite score a row.</param>
    /// <param name="labels">0 or 1 for each row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, a value is out of its range, or only one class has rows.</exception>
    public static PlattScaling Fit(
        ReadOnlySpan<double> scores,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights = default
    )
    {
        BinaryRows.Check(scores, labels, weights);
        (double negative, double positive) = BinaryRows.ClassWeights(labels, weights);
        // A larger sum of weights may be of copies: only their ratio to the smoothing of one row counts.
        double high = (positive + 1) / (positive + 2),
            low = 1 / (negative + 2);
        double a = 0,
            b = Math.Log((negative + 1) / (positive + 1));
        double value = Loss(scores, labels, weights, high, low, a, b);
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double ga = 0,
                gb = 0,
                haa = 1e-12,
                hab = 0,
                hbb = 1e-12;
            for (int i = 0; i < scores.Length; i++)
            {
                double weight = weights.IsEmpty ? 1 : weights[i],
                    z = a * scores[i] + b,
                    p = Logistic.Sigmoid(-z),
                    curvature = weight * p * Logistic.Sigmoid(z),
                    difference = weight * ((labels[i] == 1 ? high : low) - p);
                ga += difference * scores[i];
                gb += difference;
                haa += curvature * scores[i] * scores[i];
                hab += curvature * scores[i];
                hbb += curvature;
            }
            if (Math.Max(Math.Abs(ga), Math.Abs(gb)) < 1e-10 * (negative + positive))
                break;
            double determinant = haa * hbb - hab * hab,
                da = -(hbb * ga - hab * gb) / determinant,
                db = -(haa * gb - hab * ga) / determinant,
                slope = ga * da + gb * db,
                step = 1;
            double found = Loss(scores, labels, weights, high, low, a + da, b + db);
            while (!(found < value + 1e-4 * step * slope) && step > 1e-10)
            {
                step /= 2;
                found = Loss(scores, labels, weights, high, low, a + step * da, b + step * db);
            }
            if (step <= 1e-10)
                break;
            (a, b, value) = (a + step * da, b + step * db, found);
        }
        return new(a, b);
    }

    /// <summary>The probability of class 1 for a score.</summary>
    public double Probability(double score) => Logistic.Sigmoid(-(A * score + B));

    private static double Loss(
        ReadOnlySpan<double> scores,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights,
        double high,
        double low,
        double a,
        double b
    )
    {
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double z = a * scores[i] + b,
                target = labels[i] == 1 ? high : low;
            sum += (weights.IsEmpty ? 1 : weights[i]) * (target * z + Logistic.Softplus(-z));
        }
        return sum;
    }
}
