namespace Assay.Learning;

/// <summary>How well predicted classes agree with true ones. Definitions and names are scikit-learn's.</summary>
public static class ClassificationMetrics
{
    /// <summary>The weighted share of rows whose class is right.</summary>
    /// <param name="truth">The class of each row.</param>
    /// <param name="predicted">The predicted class of each row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">There is no row, or lengths differ.</exception>
    public static double Accuracy(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        ReadOnlySpan<double> weights = default
    )
    {
        Check(truth, predicted, weights);
        double right = 0,
            total = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            total += weight;
            right += truth[i] == predicted[i] ? weight : 0;
        }
        return right / total;
    }

    /// <summary>The mean over classes that have rows of the share of their rows whose class is right.</summary>
    /// <param name="truth">The class of each row, 0 to classes - 1.</param>
    /// <param name="predicted">The predicted class of each row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">There is no row, lengths differ, or a class is out of range.</exception>
    public static double BalancedAccuracy(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        int classes,
        ReadOnlySpan<double> weights = default
    )
    {
        double[] confusion = Confusion(truth, predicted, classes, weights);
        double sum = 0;
        int present = 0;
        for (int k = 0; k < classes; k++)
        {
            double rows = RowSum(confusion, classes, k);
            if (rows == 0)
                continue;
            present++;
            sum += confusion[k * classes + k] / rows;
        }
        return sum / present;
    }

    /// <summary>The weight of rows of every true class (rows of the result) and predicted class (columns).</summary>
    /// <returns>Classes x classes numbers, row-major.</returns>
    /// <inheritdoc cref="BalancedAccuracy"/>
    public static double[] Confusion(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        int classes,
        ReadOnlySpan<double> weights = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Check(truth, predicted, weights);
        double[] confusion = new double[checked(classes * classes)];
        for (int i = 0; i < truth.Length; i++)
        {
            if ((uint)truth[i] >= (uint)classes || (uint)predicted[i] >= (uint)classes)
                throw new ArgumentException(
                    $"Row {i} is of class {truth[i]}, predicted {predicted[i]}; classes go from 0 to {classes - 1}."
                );
            confusion[truth[i] * classes + predicted[i]] += weights.IsEmpty ? 1 : weights[i];
        }
        return confusion;
    }

    /// <summary>Precision, recall and F1 of class 1 against class 0.</summary>
    /// <inheritdoc cref="Accuracy"/>
    public static PrecisionRecall Binary(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        ReadOnlySpan<double> weights = default
    ) => OfClass(Confusion(truth, predicted, 2, weights), 2, 1);

    /// <summary>The plain mean over classes of precision, recall and F1.</summary>
    /// <remarks>Over classes that have rows or are predicted, as scikit-learn does.</remarks>
    /// <inheritdoc cref="BalancedAccuracy"/>
    public static PrecisionRecall Macro(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        int classes,
        ReadOnlySpan<double> weights = default
    )
    {
        double[] confusion = Confusion(truth, predicted, classes, weights);
        return Mean(
            confusion,
            classes,
            k => RowSum(confusion, classes, k) + ColumnSum(confusion, classes, k) > 0 ? 1 : 0
        );
    }

    /// <summary>The mean over classes of precision, recall and F1, weighted by the weight of their rows.</summary>
    /// <inheritdoc cref="BalancedAccuracy"/>
    public static PrecisionRecall Weighted(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        int classes,
        ReadOnlySpan<double> weights = default
    )
    {
        double[] confusion = Confusion(truth, predicted, classes, weights);
        return Mean(confusion, classes, k => RowSum(confusion, classes, k));
    }

    /// <summary>Precision, recall and F1 of all decisions together; with one class a row, each equals accuracy.</summary>
    /// <inheritdoc cref="Accuracy"/>
    public static PrecisionRecall Micro(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        ReadOnlySpan<double> weights = default
    )
    {
        double accuracy = Accuracy(truth, predicted, weights);
        return new(accuracy, accuracy, accuracy);
    }

    private static PrecisionRecall Mean(double[] confusion, int classes, Func<int, double> weight)
    {
        double precision = 0,
            recall = 0,
            f1 = 0,
            total = 0;
        for (int k = 0; k < classes; k++)
        {
            PrecisionRecall own = OfClass(confusion, classes, k);
            double share = weight(k);
            precision += share * own.Precision;
            recall += share * own.Recall;
            f1 += share * own.F1;
            total += share;
        }
        return new(precision / total, recall / total, f1 / total);
    }

    private static PrecisionRecall OfClass(double[] confusion, int classes, int k)
    {
        double right = confusion[k * classes + k],
            predicted = ColumnSum(confusion, classes, k),
            actual = RowSum(confusion, classes, k);
        return new(
            predicted > 0 ? right / predicted : 0,
            actual > 0 ? right / actual : 0,
            predicted + actual > 0 ? 2 * right / (predicted + actual) : 0
        );
    }

    private static double RowSum(double[] confusion, int classes, int row)
    {
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += confusion[row * classes + k];
        return sum;
    }

    private static double ColumnSum(double[] confusion, int classes, int column)
    {
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += confusion[k * classes + column];
        return sum;
    }

    private static void Check(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights)
    {
        if (truth.IsEmpty)
            throw new ArgumentException("There is no row.");
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"{predicted.Length} predictions do not fit {truth.Length} rows.");
        RowWeights.Check(truth.Length, weights);
    }
}
