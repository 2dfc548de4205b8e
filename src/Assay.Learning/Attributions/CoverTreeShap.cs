using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Exact attributions of trees, where a split on an unknown feature counts both children by the training rows that came through them.</summary>
/// <remarks>
/// Path-dependent TreeSHAP (Lundberg et al., "Consistent Individualized Feature Attribution for Tree Ensembles", 2018, algorithm 2). Needs no background,
/// but gives features that the model does not use credit for those that it does: <see cref="BackgroundTreeShap"/> says what the model does.
/// Work: rows x leaves x depth squared.
/// </remarks>
public static class CoverTreeShap
{
    /// <summary>Explains rows.</summary>
    /// <param name="trees">The score; the nodes' covers are positive.</param>
    /// <param name="rows">The rows to explain.</param>
    /// <exception cref="ArgumentException">The number of features differs, a feature is infinite, or a node has no cover.</exception>
    public static Attributions Explain(AdditiveTrees trees, Matrix rows)
    {
        rows.Check(trees.Features, missing: true);
        if (trees.Trees.Any(tree => tree.Cover.Any(cover => !(cover > 0))))
            throw new ArgumentException("A node of a tree has no cover.");
        int d = trees.Features,
            levels = trees.Trees.Max(tree => tree.Depth) + 2;
        double[] values = new double[checked(rows.Rows * d)];
        Workers.For(
            rows.Rows,
            i =>
            {
                Span<double> sums = values.AsSpan(i * d, d);
                Step[] paths = new Step[levels * (levels + 1) / 2 + levels];
                foreach (Tree tree in trees.Trees)
                    new Walk(tree, trees.Output, rows.Row(i), paths, sums).Down(0, 0, 0, 1, 1, -1);
                foreach (ref double sum in sums)
                    sum *= trees.Scale;
            }
        );
        double start = trees.Start + trees.Scale * trees.Trees.Sum(tree => Mean(tree, trees.Output));
        return new(start, values, d);
    }

    private static double Mean(Tree tree, int output)
    {
        double sum = 0;
        for (int node = 0; node < tree.Nodes; node++)
            if (tree.Feature[node] < 0)
                sum += tree.Cover[node] * tree.Value(node)[output];
        return sum / tree.Cover[0];
    }

    /// <summary>A feature on the way to a node.</summary>
    /// <param name="Feature">The feature; -1 for the root's own step.</param>
    /// <param name="Zero">Share of the covers that goes this way where the feature is unknown.</param>
    /// <param name="One">1 if the row goes this way, else 0.</param>
    /// <param name="Weight">Weight of the subsets with as many known features as the step's place.</param>
    private record struct Step(int Feature, double Zero, double One, double Weight);

    private readonly ref struct Walk(
        Tree tree,
        int output,
        ReadOnlySpan<float> row,
        Span<Step> paths,
        Span<double> sums
    )
    {
        private readonly ReadOnlySpan<float> _row = row;
        private readonly Span<Step> _paths = paths;
        private readonly Span<double> _sums = sums;

        // The path of the parent has 'length' steps and ends at 'at'; the node's own copy comes behind it.
        public void Down(int node, int at, int length, double zero, double one, int feature)
        {
            Span<Step> path = _paths.Slice(at, length + 1);
            if (length > 0)
                _paths.Slice(at - length, length).CopyTo(path);
            Extend(path, length, zero, one, feature);
            if (tree.Feature[node] < 0)
            {
                double value = tree.Values[node * tree.Outputs + output];
                for (int i = 1; i <= length; i++)
                    _sums[path[i].Feature] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * value;
                return;
            }
            int split = tree.Feature[node];
            bool left = float.IsNaN(_row[split]) ? tree.MissingLeft[node] : _row[split] <= tree.Threshold[node];
            (int hot, int cold) = left ? (tree.Left[node], tree.Right[node]) : (tree.Right[node], tree.Left[node]);
            double zeroBefore = 1,
                oneBefore = 1;
            for (int k = 1; k <= length; k++)
                if (path[k].Feature == split)
                {
                    (zeroBefore, oneBefore) = (path[k].Zero, path[k].One);
                    Unwind(path, k);
                    path = path[..^1];
                    break;
                }
            int end = at + path.Length;
            Down(hot, end, path.Length, zeroBefore * tree.Cover[hot] / tree.Cover[node], oneBefore, split);
            Down(cold, end, path.Length, zeroBefore * tree.Cover[cold] / tree.Cover[node], 0, split);
        }

        private static void Extend(Span<Step> path, int l, double zero, double one, int feature)
        {
            path[l] = new(feature, zero, one, l == 0 ? 1 : 0);
            for (int i = l - 1; i >= 0; i--)
            {
                path[i + 1].Weight += one * path[i].Weight * (i + 1) / (l + 1);
                path[i].Weight = zero * path[i].Weight * (l - i) / (l + 1);
            }
        }

        private static double UnwoundSum(ReadOnlySpan<Step> path, int i)
        {
            int l = path.Length - 1;
            (_, double zero, double one, _) = path[i];
            double next = path[l].Weight,
                total = 0;
            for (int j = l - 1; j >= 0; j--)
                if (one != 0)
                {
                    double t = next * (l + 1) / ((j + 1) * one);
                    total += t;
                    next = path[j].Weight - t * zero * (l - j) / (l + 1);
                }
                else
                    total += path[j].Weight * (l + 1) / (zero * (l - j));
            return total;
        }

        private static void Unwind(Span<Step> path, int i)
        {
            int l = path.Length - 1;
            (_, double zero, double one, _) = path[i];
            double next = path[l].Weight;
            for (int j = l - 1; j >= 0; j--)
                if (one != 0)
                {
                    double t = path[j].Weight;
                    path[j].Weight = next * (l + 1) / ((j + 1) * one);
                    next = t - path[j].Weight * zero * (l - j) / (l + 1);
                }
                else
                    path[j].Weight = path[j].Weight * (l + 1) / (zero * (l - j));
            for (int j = i; j < l; j++)
                path[j] = path[j + 1] with { Weight = path[j].Weight };
        }
    }
}
