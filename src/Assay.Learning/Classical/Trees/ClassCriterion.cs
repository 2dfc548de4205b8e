namespace Assay.Learning;

/// <summary>Gini impurity and entropy of weighted classes.</summary>
internal struct ClassCriterion(int[] labels, double[]? weights, int classes, TreeCriterion kind) : ISplitCriterion
{
    private readonly double[] _node = new double[classes],
        _left = new double[classes],
        _right = new double[classes];
    private double _leftWeight,
        _rightWeight;

    public readonly int Outputs => classes;

    public double Weight { get; private set; }

    public readonly double Impurity
    {
        get
        {
            double sum = 0;
            foreach (double weight in _node)
            {
                double share = weight / Weight;
                if (kind == TreeCriterion.Gini)
                    sum += share * share;
                else if (share > 0)
                    sum += share * Math.Log2(share);
            }
            return Math.Max(0, kind == TreeCriterion.Gini ? 1 - sum : -sum);
        }
    }

    public void Enter(ReadOnlySpan<int> rows)
    {
        Array.Clear(_node);
        Weight = 0;
        foreach (int row in rows)
        {
            double weight = weights is null ? 1 : weights[row];
            _node[labels[row]] += weight;
            Weight += weight;
        }
    }

    public readonly void Predict(Span<double> value)
    {
        for (int k = 0; k < value.Length; k++)
            value[k] = _node[k] / Weight;
    }

    public void Clear()
    {
        Array.Clear(_left);
        _node.CopyTo(_right, 0);
        (_leftWeight, _rightWeight) = (0, Weight);
    }

    public void Move(int row)
    {
        double weight = weights is null ? 1 : weights[row];
        _left[labels[row]] += weight;
        _right[labels[row]] -= weight;
        _leftWeight += weight;
        _rightWeight -= weight;
    }

    public readonly double Score() => Score(_left, _leftWeight) + Score(_right, _rightWeight);

    private readonly double Score(double[] classWeights, double total)
    {
        double sum = 0;
        if (kind == TreeCriterion.Gini)
        {
            foreach (double weight in classWeights)
                sum += weight * weight;
            return sum / total;
        }
        foreach (double weight in classWeights)
            if (weight > 0)
                sum += weight * Math.Log2(weight / total);
        return sum;
    }
}
