using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Exact attributions of trees, where an unknown feature is what it is in the rows of a background.</summary>
/// <remarks>
/// Interventional TreeSHAP (Lundberg et al., "From local explanations to global understanding with explainable AI for trees", 2020). The row and one of
/// the background walk down together; where they part, the feature is taken from either, and a leaf that holds a of the row's features and b of the
/// other's counts (a-1)! b! / (a+b)! for the former and a! (b-1)! / (a+b)! against the latter. Work: rows x background x nodes at worst.
/// </remarks>
public static class BackgroundTreeShap
{
    /// <summary>Explains rows.</summary>
    /// <param name="trees">The score.</param>
    /// <param name="background">What unknown features are drawn from; some hundred rows are plenty.</param>
    /// <param name="rows">The rows to explain.</param>
    /// <exception cref="ArgumentException">Numbers of features differ, a feature is infinite, or there is no background.</exception>
    public static Attributions Explain(AdditiveTrees trees, Matrix background, Matrix rows)
    {
        rows.Check(trees.Features, missing: true);
        if (background.Rows == 0)
            throw new ArgumentException("The background has no row.");
        double start = trees.Scores(background).Average();
        int d = trees.Features;
        LeafWeights weights = new(Math.Min(d, trees.Trees.Max(tree => tree.Depth)));
        bool[][] others = new bool[trees.Trees.Count][];
        Workers.For(others.Length, t => others[t] = Turns(trees.Trees[t], background));
        double[] values = new double[checked(rows.Rows * d)];
        double scale = trees.Scale / background.Rows;
        Workers.For(
            rows.Rows,
            i =>
            {
                Span<double> sums = values.AsSpan(i * d, d);
                bool[] own = [];
                Side[] taken = new Side[d];
                for (int t = 0; t < trees.Trees.Count; t++)
                {
                    Tree tree = trees.Trees[t];
                    if (own.Length < tree.Nodes)
                        own = new bool[tree.Nodes];
                    Turns(tree, rows.Row(i), own);
                    for (int r = 0; r < background.Rows; r++)
                        new Walk(
                            tree,
                            trees.Output,
                            weights,
                            own,
                            others[t].AsSpan(r * tree.Nodes, tree.Nodes),
                            taken,
                            sums
                        ).Down(0, 0, 0);
                }
                foreach (ref double sum in sums)
                    sum *= scale;
            }
        );
        return new(start, values, d);
    }

    private static bool[] Turns(Tree tree, Matrix rows)
    {
        bool[] left = new bool[checked(rows.Rows * tree.Nodes)];
        for (int r = 0; r < rows.Rows; r++)
            Turns(tree, rows.Row(r), left.AsSpan(r * tree.Nodes, tree.Nodes));
        return left;
    }

    // At which nodes a row turns left.
    private static void Turns(Tree tree, ReadOnlySpan<float> row, Span<bool> left)
    {
        for (int node = 0; node < tree.Nodes; node++)
            if (tree.Feature[node] is >= 0 and int feature)
                left[node] = float.IsNaN(row[feature]) ? tree.MissingLeft[node] : row[feature] <= tree.Threshold[node];
    }

    private enum Side : byte
    {
        Neither,
        Row,
        Background,
    }

    /// <summary>What a leaf counts for its features, by how many are of the row and of the background.</summary>
    private sealed class LeafWeights
    {
        private readonly int _width;
        private readonly double[] _for,
            _against;

        public LeafWeights(int most)
        {
            _width = most + 1;
            (_for, _against) = (new double[_width * _width], new double[_width * _width]);
            for (int a = 0; a < _width; a++)
            {
                double choices = 1; // of a among a + b, as a floating number: beyond 20 features factorials are no integers
                for (int b = 0; b < _width; b++)
                {
                    if (b > 0)
                        choices *= (a + b) / (double)b;
                    _for[a * _width + b] = a > 0 ? 1 / (a * choices) : 0;
                    _against[a * _width + b] = b > 0 ? 1 / (b * choices) : 0;
                }
            }
        }

        public (double For, double Against) Of(int a, int b) => (_for[a * _width + b], _against[a * _width + b]);
    }

    private readonly ref struct Walk(
        Tree tree,
        int output,
        LeafWeights weights,
        ReadOnlySpan<bool> own,
        ReadOnlySpan<bool> other,
        Span<Side> taken,
        Span<double> sums
    )
    {
        private readonly ReadOnlySpan<bool> _own = own,
            _other = other;
        private readonly Span<Side> _taken = taken;
        private readonly Span<double> _sums = sums;

        // Sums over the leaves below: what they count for a feature of the row, and against one of the background.
        public (double For, double Against) Down(int node, int a, int b)
        {
            int feature;
            while ((feature = tree.Feature[node]) >= 0)
            {
                bool left = _own[node];
                if (left != _other[node])
                {
                    if (_taken[feature] == Side.Neither)
                        break;
                    left = _taken[feature] == Side.Row ? left : !left;
                }
                node = left ? tree.Left[node] : tree.Right[node];
            }
            if (feature < 0)
            {
                double value = tree.Values[node * tree.Outputs + output];
                (double plus, double minus) = weights.Of(a, b);
                return (value * plus, value * minus);
            }
            (int mine, int theirs) = _own[node]
                ? (tree.Left[node], tree.Right[node])
                : (tree.Right[node], tree.Left[node]);
            _taken[feature] = Side.Row;
            (double plusRow, double minusRow) = Down(mine, a + 1, b);
            _taken[feature] = Side.Background;
            (double plusOther, double minusOther) = Down(theirs, a, b + 1);
            _taken[feature] = Side.Neither;
            _sums[feature] += plusRow - minusOther;
            return (plusRow + plusOther, minusRow + minusOther);
        }
    }
}
