using Assay.Learning;

namespace Assay.Value;

/// <summary>How well values tell rows with wrong labels from the others, where it is known which are wrong.</summary>
/// <param name="Auc">The chance that a wrong row has a lower value than a right one, ties counting half.</param>
/// <param name="F1">F1 of calling the lower of two clusters of values wrong; see <see cref="LowerCluster"/>.</param>
/// <param name="Found">The share of all wrong rows that are among the lowest values.</param>
public sealed record WrongRows(double Auc, double F1, double Found)
{
    /// <summary>Measures values.</summary>
    /// <param name="values">One finite value a row; lower is worse.</param>
    /// <param name="wrong">Which rows are wrong: some, and not all.</param>
    /// <param name="share">How many of the lowest values count as looked at, as a share of all rows, in (0, 1].</param>
    /// <exception cref="ArgumentException">Lengths differ, a value is not finite, or all rows are alike.</exception>
    public static WrongRows Of(ReadOnlySpan<double> values, ReadOnlySpan<bool> wrong, double share = 0.2)
    {
        if (values.Length != wrong.Length)
            throw new ArgumentException($"{wrong.Length} marks do not fit {values.Length} values.");
        if (!(share > 0 && share <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share in (0, 1].");
        double[] badness = new double[values.Length];
        int[] truth = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
            (badness[i], truth[i]) = (-values[i], wrong[i] ? 1 : 0);
        double auc = RankingMetrics.RocAuc(badness, truth);
        double edge = LowerCluster(values);
        int[] called = [.. badness.Select(bad => -bad <= edge ? 1 : 0)];
        int looked = (int)Math.Round(share * values.Length);
        int found = ValueCurve.Ascending(values).Take(looked).Sum(row => truth[row]);
        return new(auc, ClassificationMetrics.Binary(truth, called).F1, found / (double)truth.Sum());
    }

    /// <summary>
    /// The highest value of the lower of two clusters: of all cuts of the sorted values, the one with the least sum of squares
    /// within both parts (exact 2-means in one dimension). The lowest such cut of those that tie.
    /// </summary>
    /// <param name="values">At least one finite value; where all are the same, that value.</param>
    public static double LowerCluster(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        double mean = sorted.Average(),
            total = 0,
            below = 0,
            best = 0;
        int cut = sorted.Length; // values in the lower cluster
        foreach (double value in sorted)
            total += value - mean;
        for (int count = 1; count < sorted.Length; count++)
        {
            below += sorted[count - 1] - mean;
            double above = total - below;
            // The least within is the most between.
            double between = below * below / count + above * above / (sorted.Length - count);
            if (sorted[count] > sorted[count - 1] && between > best)
                (best, cut) = (between, count);
        }
        return sorted[cut - 1];
    }
}
