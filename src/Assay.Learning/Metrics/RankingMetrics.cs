namespace Assay.Learning;

/// <summary>How well scores put rows of class 1 before rows of class 0. Definitions are scikit-learn's.</summary>
public static class RankingMetrics
{
    /// <summary>The area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counting half.</summary>
    /// <param name="scores">One finite score a row.</param>
    /// <param name="labels">0 or 1 for each row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, a value is out of its range, or only one class has rows.</exception>
    public static double RocAuc(
        ReadOnlySpan<double> scores,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights = default
    )
    {
        BinaryRows.Check(scores, labels, weights);
        (double negatives, double positives) = BinaryRows.ClassWeights(labels, weights);
        double area = 0,
            above = 0; // weight of class 1 with higher scores
        foreach ((double negative, double positive) in Groups(scores, labels, weights))
        {
            area += negative * (above + positive / 2);
            above += positive;
        }
        return area / negatives / positives;
    }

    /// <summary>The mean over classes of the area under the ROC curve of each class against the rest.</summary>
    /// <param name="scores">Rows x classes finite numbers, row-major.</param>
    /// <param name="labels">One class a row; each class must have a row of positive weight.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <param name="byShare">Whether classes count by the weight of their rows instead of equally.</param>
    /// <exception cref="ArgumentException">Lengths differ, a value is out of its range, or a class has no row.</exception>
    public static double RocAucOneVersusRest(
        ReadOnlySpan<double> scores,
        int[] labels,
        int classes,
        ReadOnlySpan<double> weights = default,
        bool byShare = false
    )
    {
        ClassificationData.CheckLabels(labels.Length, labels, classes);
        if (scores.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{scores.Length} scores do not fit {labels.Length} rows of {classes}.");
        double[] own = new double[labels.Length];
        int[] isOwn = new int[labels.Length];
        double sum = 0,
            total = 0;
        for (int k = 0; k < classes; k++)
        {
            double share = 0;
            for (int i = 0; i < own.Length; i++)
            {
                own[i] = scores[i * classes + k];
                isOwn[i] = labels[i] == k ? 1 : 0;
                share += isOwn[i] * (weights.IsEmpty ? 1 : weights[i]);
            }
            share = byShare ? share : 1;
            sum += share * RocAuc(own, isOwn, weights);
            total += share;
        }
        return sum / total;
    }

    /// <summary>Average precision: precision at each score, summed over the recall gained there; no interpolation.</summary>
    /// <inheritdoc cref="RocAuc"/>
    public static double AveragePrecision(
        ReadOnlySpan<double> scores,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights = default
    )
    {
        BinaryRows.Check(scores, labels, weights);
        (_, double positives) = BinaryRows.ClassWeights(labels, weights);
        double found = 0,
            all = 0,
            sum = 0;
        foreach ((double negative, double positive) in Groups(scores, labels, weights))
        {
            found += positive;
            all += positive + negative;
            if (positive > 0)
                sum += positive * found / all;
        }
        return sum / positives;
    }

    // The weights of both classes for each distinct score, from the highest.
    private static List<(double Negative, double Positive)> Groups(
        ReadOnlySpan<double> scores,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<double> weights
    )
    {
        double[] keys = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        List<(double Negative, double Positive)> groups = [];
        for (int end = keys.Length, start; end > 0; end = start)
        {
            start = end - 1;
            while (start > 0 && keys[start - 1] == keys[end - 1])
                start--;
            // By index, so that the sums are the same for every sorting algorithm.
            Array.Sort(order, start, end - start);
            double negative = 0,
                positive = 0;
            for (int i = start; i < end; i++)
            {
                double weight = weights.IsEmpty ? 1 : weights[order[i]];
                if (labels[order[i]] == 1)
                    positive += weight;
                else
                    negative += weight;
            }
            groups.Add((negative, positive));
        }
        return groups;
    }
}
