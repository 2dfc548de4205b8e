using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Grows a CART tree depth first, with the best of all splits at each node.</summary>
/// <remarks>
/// Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees" (1984). Thresholds lie in the middle between
/// neighbouring values. Of splits that are equally good (within 1e-12), the one of the lowest feature and then the lowest
/// threshold is taken, or of the first drawn feature where features are drawn.
/// </remarks>
internal sealed class TreeGrower<TCriterion>(
    Matrix features,
    TCriterion criterion,
    TreeOptions options,
    RandomStream random
)
    where TCriterion : struct, ISplitCriterion
{
    private readonly int[] _features = [.. Enumerable.Range(0, features.Columns)];
    private float[] _keys = [];
    private int[] _sorted = [];
    private TCriterion _criterion = criterion;

    /// <summary>Grows on the given rows, whose order it changes.</summary>
    public Tree Grow(int[] rows)
    {
        _keys = new float[rows.Length];
        _sorted = new int[rows.Length];
        TreeNodes nodes = new(_criterion.Outputs);
        double[] value = new double[_criterion.Outputs];
        Stack<(int Start, int End, int Depth, int Parent, bool Left)> open = [];
        open.Push((0, rows.Length, 0, -1, false));
        while (open.TryPop(out (int Start, int End, int Depth, int Parent, bool Left) next))
        {
            Span<int> own = rows.AsSpan(next.Start, next.End - next.Start);
            _criterion.Enter(own);
            _criterion.Predict(value);
            double impurity = _criterion.Impurity;
            int node = nodes.Add(_criterion.Weight, impurity, value);
            if (next.Parent >= 0 && next.Left)
                nodes.SetLeft(next.Parent, node);
            else if (next.Parent >= 0)
                nodes.SetRight(next.Parent, node);
            bool leaf =
                impurity <= 1e-15
                || own.Length < Math.Max(options.MinSplitRows, 2 * options.MinLeafRows)
                || next.Depth >= (options.MaxDepth ?? int.MaxValue);
            if (leaf || FindSplit(own) is not Split split)
                continue;
            int middle = next.Start + Partition(own, split);
            nodes.Split(node, split.Feature, split.Threshold, missingLeft: middle - next.Start >= next.End - middle);
            open.Push((middle, next.End, next.Depth + 1, node, false));
            open.Push((next.Start, middle, next.Depth + 1, node, true));
        }
        return nodes.Build();
    }

    private Split? FindSplit(ReadOnlySpan<int> rows)
    {
        Split? best = null;
        int wanted = Math.Min(options.FeaturesPerSplit ?? features.Columns, features.Columns);
        bool drawn = wanted < features.Columns;
        for (int seen = 0; seen < features.Columns && (seen < wanted || best is null); seen++)
        {
            if (drawn)
            {
                int other = seen + random.NextInt32(features.Columns - seen);
                (_features[seen], _features[other]) = (_features[other], _features[seen]);
            }
            Try(_features[seen], rows, ref best);
        }
        return best;
    }

    private void Try(int feature, ReadOnlySpan<int> rows, ref Split? best)
    {
        Span<float> keys = _keys.AsSpan(0, rows.Length);
        Span<int> sorted = _sorted.AsSpan(0, rows.Length);
        for (int i = 0; i < rows.Length; i++)
            keys[i] = features[rows[i], feature];
        rows.CopyTo(sorted);
        keys.Sort(sorted);
        if (keys[0] == keys[^1])
            return;
        _criterion.Clear();
        int last = rows.Length - options.MinLeafRows;
        for (int i = 0; i < last; i++)
        {
            _criterion.Move(sorted[i]);
            if (i + 1 < options.MinLeafRows || keys[i] == keys[i + 1])
                continue;
            double score = _criterion.Score();
            if (best is null || score > best.Value.Score + 1e-12 * Math.Abs(best.Value.Score))
                best = new(feature, ((double)keys[i] + keys[i + 1]) / 2, score);
        }
    }

    // Keeps the order of rows on each side, so that a tree does not depend on how its sorts treat ties.
    private int Partition(Span<int> rows, Split split)
    {
        int left = 0,
            right = 0;
        foreach (int row in rows)
        {
            if (features[row, split.Feature] <= split.Threshold)
                rows[left++] = row;
            else
                _sorted[right++] = row;
        }
        _sorted.AsSpan(0, right).CopyTo(rows[left..]);
        return left;
    }

    private readonly record struct Split(int Feature, double Threshold, double Score);
}
