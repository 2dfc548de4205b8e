namespace Assay.Learning;

/// <summary>The nodes of a tree that is being grown.</summary>
internal sealed class TreeNodes(int outputs)
{
    private readonly List<int> _feature = [],
        _left = [],
        _right = [];
    private readonly List<double> _threshold = [],
        _cover = [],
        _impurity = [],
        _values = [];
    private readonly List<bool> _missingLeft = [];

    /// <summary>Adds a leaf and returns its number.</summary>
    public int Add(double cover, double impurity, ReadOnlySpan<double> value)
    {
        _feature.Add(-1);
        _left.Add(-1);
        _right.Add(-1);
        _threshold.Add(0);
        _missingLeft.Add(false);
        _cover.Add(cover);
        _impurity.Add(impurity);
        _values.AddRange(value);
        return _feature.Count - 1;
    }

    /// <summary>Makes a leaf an inner node; its children are set when they exist.</summary>
    public void Split(int node, int feature, double threshold, bool missingLeft)
    {
        _feature[node] = feature;
        _threshold[node] = threshold;
        _missingLeft[node] = missingLeft;
    }

    public void SetLeft(int node, int child) => _left[node] = child;

    public void SetRight(int node, int child) => _right[node] = child;

    public void SetImpurity(int node, double impurity) => _impurity[node] = impurity;

    public Tree Build() =>
        new()
        {
            Feature = [.. _feature],
            Threshold = [.. _threshold],
            Left = [.. _left],
            Right = [.. _right],
            MissingLeft = [.. _missingLeft],
            Cover = [.. _cover],
            Impurity = [.. _impurity],
            Values = [.. _values],
            Outputs = outputs,
        };
}
