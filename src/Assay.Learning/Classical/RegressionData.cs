namespace Assay.Learning;

/// <summary>Rows with numbers to predict and weights: what a regressor is fitted on. Checked once, when made.</summary>
/// <remarks>A row of weight w counts as w copies of it; a row of weight 0 as absent.</remarks>
public sealed class RegressionData
{
    private readonly int? _missing;

    /// <summary>Checks and takes a set; arrays are not copied.</summary>
    /// <param name="features">At least one row; finite, or NaN where a value is missing (only some learners allow that).</param>
    /// <param name="targets">One finite number a row.</param>
    /// <param name="weights">One weight a row, finite and not negative, or null for 1 each.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a number is out of its range: the message names the row.</exception>
    public RegressionData(Matrix features, double[] targets, double[]? weights = null)
    {
        if (features.Rows == 0)
            throw new ArgumentException("There is no row to learn from.");
        if (targets.Length != features.Rows)
            throw new ArgumentException($"{targets.Length} targets do not fit {features.Rows} rows.");
        for (int i = 0; i < targets.Length; i++)
            if (!double.IsFinite(targets[i]))
                throw new ArgumentException($"The target of row {i} is {targets[i]}; targets must be finite.");
        RowWeights.Check(features.Rows, weights);
        if (features.FirstNotFinite(missing: true) is int infinite)
            throw features.NotFinite(infinite);
        _missing = features.FirstNotFinite(missing: false);
        (Features, Targets, Weights) = (features, targets, weights);
    }

    private RegressionData(Matrix features, double[] targets, double[]? weights, int? missing) =>
        (Features, Targets, Weights, _missing) = (features, targets, weights, missing);

    /// <summary>The features.</summary>
    public Matrix Features { get; }

    /// <summary>The number to predict, of each row.</summary>
    public double[] Targets { get; }

    /// <summary>The weight of each row, or null if all are 1.</summary>
    public double[]? Weights { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Features.Rows;

    /// <summary>The weight of a row.</summary>
    public double Weight(int row) => Weights is null ? 1 : Weights[row];

    /// <summary>The rows with these indices, in this order; an index may repeat.</summary>
    public RegressionData Take(ReadOnlySpan<int> rows)
    {
        if (rows.Length == 0)
            throw new ArgumentException("There is no row to learn from.");
        double[] targets = new double[rows.Length];
        double[]? weights = Weights is null ? null : new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            targets[i] = Targets[rows[i]];
            if (weights is not null)
                weights[i] = Weights![rows[i]];
        }
        Matrix features = Features.Take(rows);
        return new(features, targets, weights, _missing is null ? null : features.FirstNotFinite(false));
    }

    /// <summary>The same rows with other weights.</summary>
    public RegressionData WithWeights(double[]? weights)
    {
        RowWeights.Check(Rows, weights);
        return new(Features, Targets, weights, _missing);
    }

    /// <summary>Refuses missing values.</summary>
    internal void RequireComplete()
    {
        if (_missing is int at)
            throw Features.NotFinite(at);
    }
}
