namespace Assay.Learning;

/// <summary>Rows with classes and weights: what a classifier is fitted on. Checked once, when made.</summary>
/// <remarks>
/// A row of weight w counts as w copies of it; a row of weight 0 as absent. Subsets and other weights of a checked set are
/// not checked again for finite features, so valuation can take thousands of them.
/// <code>
/// ClassificationData data = new(features, [0, 1, 1], classes: 2);
/// LogisticModel model = new LogisticRegression(new()).Fit(data);
/// double[] probabilities = model.Probabilities(features); // rows x classes
/// </code>
/// </remarks>
public sealed class ClassificationData
{
    private readonly int? _missing; // place of the first NaN

    /// <summary>Checks and takes a labelled set; arrays are not copied.</summary>
    /// <param name="features">At least one row; finite, or NaN where a value is missing (only some learners allow that).</param>
    /// <param name="labels">One class a row, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">Number of classes, at least 2; some may have no row.</param>
    /// <param name="weights">One weight a row, finite and not negative, or null for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a number is out of its range: the message names the row.</exception>
    public ClassificationData(Matrix features, int[] labels, int classes, double[]? weights = null)
    {
        CheckLabels(features.Rows, labels, classes);
        RowWeights.Check(features.Rows, weights);
        if (features.FirstNotFinite(missing: true) is int infinite)
            throw features.NotFinite(infinite);
        _missing = features.FirstNotFinite(missing: false);
        (Features, Labels, Classes, Weights) = (features, labels, classes, weights);
    }

    private ClassificationData(Matrix features, int[] labels, int classes, double[]? weights, int? missing) =>
        (Features, Labels, Classes, Weights, _missing) = (features, labels, classes, weights, missing);

    /// <summary>The features.</summary>
    public Matrix Features { get; }

    /// <summary>The class of each row.</summary>
    public int[] Labels { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The weight of each row, or null if all are 1.</summary>
    public double[]? Weights { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Features.Rows;

    /// <summary>The weight of a row.</summary>
    public double Weight(int row) => Weights is null ? 1 : Weights[row];

    /// <summary>The rows with these indices, in this order; an index may repeat.</summary>
    public ClassificationData Take(ReadOnlySpan<int> rows)
    {
        if (rows.Length == 0)
            throw new ArgumentException("There is no row to learn from.");
        int[] labels = new int[rows.Length];
        double[]? weights = Weights is null ? null : new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            labels[i] = Labels[rows[i]];
            if (weights is not null)
                weights[i] = Weights![rows[i]];
        }
        Matrix features = Features.Take(rows);
        return new(features, labels, Classes, weights, _missing is null ? null : features.FirstNotFinite(false));
    }

    /// <summary>The same rows with other weights.</summary>
    public ClassificationData WithWeights(double[]? weights)
    {
        RowWeights.Check(Rows, weights);
        return new(Features, Labels, Classes, weights, _missing);
    }

    /// <summary>Refuses missing values.</summary>
    internal void RequireComplete()
    {
        if (_missing is int at)
            throw Features.NotFinite(at);
    }

    /// <summary>The classes that have rows of positive weight, ascending; at least two of them.</summary>
    internal static int[] PresentClasses(ReadOnlySpan<int> labels, double[]? weights, int classes)
    {
        bool[] present = new bool[classes];
        for (int i = 0; i < labels.Length; i++)
            present[labels[i]] |= weights is null || weights[i] > 0;
        int[] found = [.. Enumerable.Range(0, classes).Where(k => present[k])];
        if (found.Length < 2)
            throw new ArgumentException(
                found.Length == 0
                    ? "Every row has weight 0."
                    : $"All rows of positive weight are of class {found[0]}; a classifier needs two classes at least."
            );
        return found;
    }

    internal static void CheckLabels(int rows, int[] labels, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (rows == 0)
            throw new ArgumentException("There is no row to learn from.");
        if (labels.Length != rows)
            throw new ArgumentException($"{labels.Length} labels do not fit {rows} rows.");
        for (int i = 0; i < labels.Length; i++)
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"Row {i} has label {labels[i]}; labels go from 0 to {classes - 1}.");
    }
}
