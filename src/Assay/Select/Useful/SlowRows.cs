using Assay.Learning;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Which rows a network learns late, told from its outputs early in training.</summary>
/// <remarks>
/// Source: "Changing the Training Data Distribution to Reduce Simplicity Bias Improves In-distribution Generalization", arXiv 2404.17768.
/// In each class the outputs are split in two clusters; the one with the larger mean loss has the rows without the features that
/// are learned fast. Outputs are logits as they are: standardising them would change the clusters.
/// </remarks>
/// <param name="Slow">For each row.</param>
/// <param name="Classes">What was found in each class.</param>
public sealed record SlowRows(IReadOnlyList<bool> Slow, IReadOnlyList<SlowClass> Classes)
{
    /// <summary>Rows that are slow.</summary>
    public int Count => Slow.Count(slow => slow);

    /// <summary>Finds them.</summary>
    /// <param name="outputs">Logits, one row for each row, one column for each class; finite.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="random">Names the starts of the clusters, for classes of more than a dozen rows.</param>
    /// <exception cref="ArgumentException">Numbers of rows differ, a class is out of range, or an output is not finite.</exception>
    public static SlowRows Of(Matrix outputs, IReadOnlyList<int> labels, RandomStream random)
    {
        double[] losses = Losses(outputs, labels);
        bool[] slow = new bool[outputs.Rows];
        List<SlowClass> classes = [];
        for (int k = 0; k < outputs.Columns; k++)
        {
            int[] members = [.. Enumerable.Range(0, slow.Length).Where(row => labels[row] == k)];
            if (members.Length == 0)
                continue;
            Matrix own = outputs.Take(members);
            SlowClass found = OfClass(
                k,
                own,
                [.. members.Select(row => losses[row])],
                random.Child(k),
                out bool[] isSlow
            );
            classes.Add(found);
            for (int i = 0; i < members.Length; i++)
                slow[members[i]] = isSlow[i];
        }
        return new(slow, classes);
    }

    /// <summary>The cross-entropy of every row, in nats.</summary>
    /// <inheritdoc cref="Of"/>
    public static double[] Losses(Matrix outputs, IReadOnlyList<int> labels)
    {
        if (labels.Count != outputs.Rows)
            throw new ArgumentException($"{labels.Count} labels do not fit {outputs.Rows} rows.", nameof(labels));
        double[] losses = new double[outputs.Rows];
        for (int row = 0; row < losses.Length; row++)
        {
            ReadOnlySpan<float> logits = outputs.Row(row);
            if ((uint)labels[row] >= (uint)logits.Length)
                throw new ArgumentException($"Row {row} is of class {labels[row]} of {logits.Length}.", nameof(labels));
            double largest = double.NegativeInfinity,
                sum = 0;
            foreach (float logit in logits)
                largest = Math.Max(
                    largest,
                    float.IsFinite(logit)
                        ? logit
                        : throw new ArgumentException($"An output of row {row} is {logit}.", nameof(outputs))
                );
            foreach (float logit in logits)
                sum += Math.Exp(logit - largest);
            losses[row] = largest + Math.Log(sum) - logits[labels[row]];
        }
        return losses;
    }

    private static SlowClass OfClass(int k, Matrix rows, double[] losses, RandomStream random, out bool[] slow)
    {
        slow = new bool[losses.Length];
        if (TwoMeans.Split(rows, random) is not { } second)
            return new(k, 0, losses.Length, double.NaN, losses.Average(), 0);
        int[] a = [.. Enumerable.Range(0, losses.Length).Where(i => !second[i])],
            b = [.. Enumerable.Range(0, losses.Length).Where(i => second[i])];
        double lossA = a.Average(i => losses[i]),
            lossB = b.Average(i => losses[i]);
        if (lossA > lossB)
            (a, b, lossA, lossB) = (b, a, lossB, lossA);
        foreach (int i in b)
            slow[i] = true;
        return new(k, b.Length, a.Length, lossB, lossA, TwoMeans.Within(rows, a) + TwoMeans.Within(rows, b));
    }
}

/// <summary>The two clusters of a class.</summary>
/// <param name="Class">The class, from 0.</param>
/// <param name="SlowCount">Rows of the slow cluster; 0 where all outputs are equal, or there is one row: nothing to split.</param>
/// <param name="FastCount">Rows of the fast one.</param>
/// <param name="SlowLoss">Mean loss of the slow rows in nats; NaN if there is none.</param>
/// <param name="FastLoss">Mean loss of the fast rows.</param>
/// <param name="Within">Sum of squared distances of rows from the centre of their cluster.</param>
public sealed record SlowClass(
    int Class,
    int SlowCount,
    int FastCount,
    double SlowLoss,
    double FastLoss,
    double Within
);
