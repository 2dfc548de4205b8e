using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Exact Shapley values of the games that nearest neighbours play, one game a test row.</summary>
/// <remarks>
/// Jia et al., "Efficient task-specific data valuation for nearest neighbor algorithms" (2019), theorems 1 and 6. A set plays
/// by its min(K, size) nearest rows, whose votes are divided by K also where there are fewer. Classification: U = votes for the
/// right class / K. Regression: U = -(mean + votes / K - target)^2, where a vote is a row's target minus the mean of all rows'
/// targets, so a missing neighbour counts as the mean.
/// </remarks>
internal sealed class NeighbourGame
{
    private readonly Neighbours _neighbours;
    private readonly int _k;
    private readonly int[]? _labels;
    private readonly double[]? _votes; // targets minus their mean
    private readonly double _mean;
    private readonly double[] _far; // weights of rows behind a pair, see Regression

    /// <summary>A game of classes.</summary>
    public NeighbourGame(Neighbours neighbours, int k, int[] labels)
        : this(neighbours, k) => _labels = labels;

    /// <summary>A game of numbers.</summary>
    public NeighbourGame(Neighbours neighbours, int k, double[] targets)
        : this(neighbours, k)
    {
        _mean = targets.Average();
        _votes = [.. targets.Select(target => target - _mean)];
        for (int l = 2; l < _far.Length; l++)
        {
            double q = Math.Min(k - 1, l - 1); // l is counted from 0 here, from 1 in the theorem
            _far[l] = q * (q + 1) / (2.0 * l * (l - 1));
        }
    }

    private NeighbourGame(Neighbours neighbours, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        _neighbours = neighbours;
        _k = k;
        _far = new double[neighbours.Rows.Rows];
    }

    /// <summary>The sum over test rows, in their order, of every row's value. One thread at work.</summary>
    /// <param name="test">Features of test rows.</param>
    /// <param name="labels">Their classes, or empty for a game of numbers.</param>
    /// <param name="targets">Their targets, or empty for a game of classes.</param>
    public double[] Sum(Matrix test, ReadOnlySpan<int> labels, ReadOnlySpan<double> targets)
    {
        double[] sums = new double[_neighbours.Rows.Rows];
        int[] ownLabels = labels.ToArray();
        double[] ownTargets = targets.ToArray();
        double[] behind = new double[_votes is null ? 0 : sums.Length + 1];
        // On one thread queries come in their order, so sums do too.
        using Workers.LimitScope limit = Workers.Limit(1);
        _neighbours.Rank(
            test,
            (query, order) =>
            {
                if (_labels is not null)
                    Classification(order, ownLabels[query], sums);
                else
                    Regression(order, ownTargets[query] - _mean, behind, sums);
            }
        );
        return sums;
    }

    private void Classification(ReadOnlySpan<int> order, int truth, double[] sums)
    {
        int n = order.Length;
        int[] labels = _labels!;
        // The last term of both public implementations has 1/n here, which is right only for K <= n.
        bool right = labels[order[n - 1]] == truth;
        double value = right ? Math.Min(_k, n) / ((double)_k * n) : 0;
        sums[order[n - 1]] += value;
        for (int i = n - 1; i >= 1; i--)
        {
            bool nearer = labels[order[i - 1]] == truth;
            if (nearer != right)
            {
                double step = i <= _k ? 1.0 / _k : 1.0 / i; // min(K, i) / (K i)
                value += nearer ? step : -step;
                right = nearer;
            }
            sums[order[i - 1]] += value;
        }
    }

    // Two rows next to each other in the order, i and i + 1 of n, differ in what they add to sets S of other rows of which
    // fewer than K are nearer; the terms are the chances, in a random order, that such a set has a row among its K - 1 nearest.
    private void Regression(ReadOnlySpan<int> order, double target, double[] behind, double[] sums)
    {
        int n = order.Length;
        double[] y = _votes!;
        double k = _k,
            total = 0;
        behind[n] = 0;
        for (int l = n - 1; l >= 0; l--)
            behind[l] = behind[l + 1] + y[order[l]] * _far[l];
        for (int l = 0; l < n - 1; l++)
            total += y[order[l]];
        double last = y[order[n - 1]],
            m = Math.Min(k, n);
        double value =
            -last / (k * n) * ((n > 1 ? m * (m - 1) * total / (k * (n - 1)) : 0) + m * (last / k - 2 * target));
        sums[order[n - 1]] += value;
        for (int i = n - 1; i >= 1; i--)
        {
            double near = y[order[i - 1]],
                far = y[order[i]];
            total -= near; // now the sum of the rows before both
            m = Math.Min(k, i);
            double before = i > 1 ? total * m * (m - 1) / (2.0 * i * (i - 1)) : 0;
            double after = i + 1 < n ? behind[i + 1] : 0;
            value += (far - near) / k * (m / i * ((near + far) / k - 2 * target) + 2 / k * (before + after));
            sums[order[i - 1]] += value;
        }
    }
}
