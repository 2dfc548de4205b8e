using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Grows a tree on first and second derivatives of a loss, by histograms of binned features.</summary>
/// <remarks>
/// A node of derivative sums G and H predicts -G / (H + L2) and a split gains G^2 / (H + L2) of both sides minus that of the
/// node (Chen and Guestrin, "XGBoost", 2016, equations 5 and 7, without the factor 1/2); the histogram of the larger child is
/// that of its parent minus that of its sibling (Ke et al., "LightGBM", 2017). Each histogram is summed in the order of rows,
/// features in parallel.
/// </remarks>
internal sealed class HistogramGrower(
    FeatureBins bins,
    BoostingOptions options,
    double[] gradients,
    double[] hessians,
    double[]? weights
)
{
    private const double Tiny = 1e-15;

    /// <summary>Grows on the given rows, whose order it changes; leaves predict what is to be added, learning rate included.</summary>
    public Tree Grow(int[] rows)
    {
        TreeNodes nodes = new(outputs: 1);
        int[] spare = new int[rows.Length];
        Node root = NewNode(rows, 0, rows.Length, 0, nodes);
        if (CanSplit(root))
            root.Histogram = Build(rows, root);
        List<Node> open = [];
        Offer(open, root);
        int leaves = 1;
        while (open.Count > 0 && leaves < options.MaxLeaves)
        {
            int at = 0;
            for (int i = 1; i < open.Count && options.LeafWise; i++)
                if (IsBetter(open[i].Best!.Value.Gain, open[at].Best!.Value.Gain))
                    at = i;
            Node node = open[at];
            open.RemoveAt(at);
            leaves++;
            (Node left, Node right) = Divide(node, rows, spare, nodes);
            if (leaves == options.MaxLeaves)
                break;
            (Node small, Node large) = left.Count <= right.Count ? (left, right) : (right, left);
            if (CanSplit(small) || CanSplit(large))
            {
                small.Histogram = Build(rows, small);
                large.Histogram = node.Histogram;
                Bin[] parent = node.Histogram!;
                Bin[] other = small.Histogram;
                for (int i = 0; i < parent.Length; i++)
                    parent[i].Subtract(other[i]);
                Offer(open, left);
                Offer(open, right);
            }
        }
        return nodes.Build();
    }

    private Node NewNode(int[] rows, int start, int end, int depth, TreeNodes nodes)
    {
        double g = 0,
            h = 0,
            cover = 0;
        for (int i = start; i < end; i++)
        {
            g += gradients[rows[i]];
            h += hessians[rows[i]];
            cover += weights is null ? 1 : weights[rows[i]];
        }
        double value = -options.LearningRate * g / (h + options.L2 + Tiny);
        return new(nodes.Add(cover, 0, [value]), start, end, depth, g, h);
    }

    private bool CanSplit(Node node) =>
        node.Count >= 2 * options.MinLeafRows
        && node.H >= 2 * options.MinLeafHessian
        && node.Depth < (options.MaxDepth ?? int.MaxValue);

    private void Offer(List<Node> open, Node node)
    {
        if (!CanSplit(node))
            return;
        Split?[] found = new Split?[bins.Columns];
        Workers.For(bins.Columns, feature => found[feature] = BestOf(node, feature));
        foreach (Split? split in found)
            if (split is Split one && (node.Best is not Split best || IsBetter(one.Gain, best.Gain)))
                node.Best = one;
        if (node.Best is not null)
            open.Add(node);
    }

    private Bin[] Build(int[] rows, Node node)
    {
        Bin[] histogram = new Bin[bins.Columns * FeatureBins.Width];
        double[] g = new double[node.Count],
            h = new double[node.Count];
        for (int i = 0; i < node.Count; i++)
            (g[i], h[i]) = (gradients[rows[node.Start + i]], hessians[rows[node.Start + i]]);
        Workers.For(
            bins.Columns,
            feature =>
            {
                if (bins.Thresholds[feature].Length == 0 && !bins.HasMissing[feature])
                    return; // one value: nothing to split
                ReadOnlySpan<byte> binOf = bins.Of(feature);
                Span<Bin> own = histogram.AsSpan(feature * FeatureBins.Width, FeatureBins.Width);
                ReadOnlySpan<int> here = rows.AsSpan(node.Start, node.Count);
                for (int i = 0; i < here.Length; i++)
                {
                    ref Bin bin = ref own[binOf[here[i]]];
                    bin.G += g[i];
                    bin.H += h[i];
                    bin.Count++;
                }
            }
        );
        return histogram;
    }

    private Split? BestOf(Node node, int feature)
    {
        ReadOnlySpan<Bin> histogram = node.Histogram.AsSpan(feature * FeatureBins.Width, FeatureBins.Width);
        Bin missing = histogram[FeatureBins.Missing];
        int cuts = bins.Thresholds[feature].Length;
        double whole = Gain(node.G, node.H);
        Split? best = null;
        // Missing values right; where there are any, also against all others, and then left.
        Scan(histogram, default, missing.Count > 0 ? cuts : cuts - 1, false, ref best);
        if (missing.Count > 0)
            Scan(histogram, missing, cuts - 1, true, ref best);
        return best;

        void Scan(ReadOnlySpan<Bin> binsOf, Bin left, int last, bool missingLeft, ref Split? found)
        {
            for (int bin = 0; bin <= last; bin++)
            {
                if (binsOf[bin].Count == 0)
                    continue; // the same two sides as before
                left.Add(binsOf[bin]);
                int right = node.Count - left.Count;
                double rightHessian = node.H - left.H;
                if (left.Count < options.MinLeafRows || left.H < options.MinLeafHessian)
                    continue;
                if (right < options.MinLeafRows || rightHessian < options.MinLeafHessian)
                    break;
                double gain = Gain(left.G, left.H) + Gain(node.G - left.G, rightHessian) - whole;
                if (gain > options.MinGain && (found is not Split one || IsBetter(gain, one.Gain)))
                    found = new(feature, bin, missingLeft, gain);
            }
        }
    }

    // Gains that differ by rounding only are equal; the lowest feature and threshold, and the oldest leaf, come first.
    private static bool IsBetter(double gain, double than) => gain > than * (1 + 1e-9);

    private double Gain(double g, double h) => g * g / (h + options.L2 + Tiny);

    private (Node Left, Node Right) Divide(Node node, int[] rows, int[] spare, TreeNodes nodes)
    {
        Split split = node.Best!.Value;
        ReadOnlySpan<byte> binOf = bins.Of(split.Feature);
        int left = node.Start,
            right = 0;
        for (int i = node.Start; i < node.End; i++)
        {
            byte bin = binOf[rows[i]];
            if (bin == FeatureBins.Missing ? split.MissingLeft : bin <= split.Bin)
                rows[left++] = rows[i];
            else
                spare[right++] = rows[i];
        }
        spare.AsSpan(0, right).CopyTo(rows.AsSpan(left));
        bool missingLeft = bins.HasMissing[split.Feature] ? split.MissingLeft : left - node.Start >= right;
        double[] thresholds = bins.Thresholds[split.Feature];
        double threshold = split.Bin < thresholds.Length ? thresholds[split.Bin] : double.PositiveInfinity;
        nodes.Split(node.Index, split.Feature, threshold, missingLeft);
        nodes.SetImpurity(node.Index, split.Gain);
        Node first = NewNode(rows, node.Start, left, node.Depth + 1, nodes),
            second = NewNode(rows, left, node.End, node.Depth + 1, nodes);
        nodes.SetLeft(node.Index, first.Index);
        nodes.SetRight(node.Index, second.Index);
        return (first, second);
    }

    private readonly record struct Split(int Feature, int Bin, bool MissingLeft, double Gain);

    private struct Bin
    {
        public double G,
            H;
        public int Count;

        public void Add(Bin other)
        {
            G += other.G;
            H += other.H;
            Count += other.Count;
        }

        public void Subtract(Bin other)
        {
            G -= other.G;
            H -= other.H;
            Count -= other.Count;
        }
    }

    private sealed class Node(int index, int start, int end, int depth, double g, double h)
    {
        public int Index => index;

        public int Start => start;

        public int End => end;

        public int Count => end - start;

        public int Depth => depth;

        public double G => g;

        public double H => h;

        public Bin[]? Histogram { get; set; }

        public Split? Best { get; set; }
    }
}
