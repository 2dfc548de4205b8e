namespace Assay.Learning;

/// <summary>Variance of weighted numbers.</summary>
internal struct SquaredCriterion(double[] targets, double[]? weights) : ISplitCriterion
{
    private double _mean,
        _squares,
        _left,
        _leftWeight,
        _right;

    public readonly int Outputs => 1;

    public double Weight { get; private set; }

    public readonly double Impurity => _squares / Weight;

    public void Enter(ReadOnlySpan<int> rows)
    {
        double sum = 0;
        (Weight, _squares) = (0, 0);
        foreach (int row in rows)
        {
            double weight = weights is null ? 1 : weights[row];
            sum += weight * targets[row];
            Weight += weight;
        }
        _mean = sum / Weight;
        foreach (int row in rows)
            _squares += (weights is null ? 1 : weights[row]) * (targets[row] - _mean) * (targets[row] - _mean);
    }

    public readonly void Predict(Span<double> value) => value[0] = _mean;

    public void Clear() => (_left, _leftWeight, _right) = (0, 0, 0);

    // Sums are of differences from the node's mean, so that large targets of small variance lose nothing.
    public void Move(int row)
    {
        double weight = weights is null ? 1 : weights[row],
            difference = weight * (targets[row] - _mean);
        _left += difference;
        _right -= difference;
        _leftWeight += weight;
    }

    public readonly double Score() => _left * _left / _leftWeight + _right * _right / (Weight - _leftWeight);
}
