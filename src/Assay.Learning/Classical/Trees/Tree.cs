using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A binary decision tree: its nodes as parallel lists, the root at 0, children after their parents.</summary>
/// <remarks>A row goes left where its feature is at most the threshold, else right; a missing value (NaN) goes where the node says.</remarks>
public sealed record Tree
{
    /// <summary>The feature that each node looks at; -1 for a leaf.</summary>
    public required int[] Feature { get; init; }

    /// <summary>The threshold of each node; positive infinity where a node separates missing values from all others.</summary>
    public required double[] Threshold { get; init; }

    /// <summary>The left child of each node; -1 for a leaf.</summary>
    public required int[] Left { get; init; }

    /// <summary>The right child of each node; -1 for a leaf.</summary>
    public required int[] Right { get; init; }

    /// <summary>Whether missing values go left at each node.</summary>
    public required bool[] MissingLeft { get; init; }

    /// <summary>The total weight of the training rows that came through each node (its cover).</summary>
    public required double[] Cover { get; init; }

    /// <summary>The impurity of each node, or for boosted trees the gain of its split.</summary>
    public required double[] Impurity { get; init; }

    /// <summary>Nodes x outputs numbers, row-major: what each node would predict if it were a leaf.</summary>
    public required double[] Values { get; init; }

    /// <summary>Numbers that a leaf predicts: one a class, or one.</summary>
    public required int Outputs { get; init; }

    /// <summary>Number of nodes.</summary>
    public int Nodes => Feature.Length;

    /// <summary>Number of leaves.</summary>
    public int Leaves => (Nodes + 1) / 2;

    /// <summary>Levels below the root.</summary>
    public int Depth
    {
        get
        {
            int[] depths = new int[Nodes];
            for (int node = 0; node < Nodes; node++)
                if (Feature[node] >= 0)
                    depths[Left[node]] = depths[Right[node]] = depths[node] + 1;
            return depths.Max();
        }
    }

    /// <summary>The leaf that a row comes to.</summary>
    /// <param name="row">One number a feature.</param>
    public int LeafOf(ReadOnlySpan<float> row)
    {
        int node = 0;
        while (Feature[node] >= 0)
        {
            float value = row[Feature[node]];
            bool left = float.IsNaN(value) ? MissingLeft[node] : value <= Threshold[node];
            node = left ? Left[node] : Right[node];
        }
        return node;
    }

    /// <summary>What a node predicts.</summary>
    public ReadOnlySpan<double> Value(int node) => Values.AsSpan(node * Outputs, Outputs);

    /// <summary>Adds what trees predict for each row: sums [row, offset + output] += scale x value.</summary>
    internal static void AddPredictions(
        IReadOnlyList<Tree> trees,
        Matrix features,
        double scale,
        double[] sums,
        int outputs,
        Func<int, int> offset
    )
    {
        const int rowsPerPiece = 256;
        Workers.For(
            (features.Rows + rowsPerPiece - 1) / rowsPerPiece,
            piece =>
            {
                int end = Math.Min(features.Rows, (piece + 1) * rowsPerPiece);
                for (int t = 0; t < trees.Count; t++)
                for (int i = piece * rowsPerPiece; i < end; i++)
                {
                    ReadOnlySpan<double> value = trees[t].Value(trees[t].LeafOf(features.Row(i)));
                    Span<double> sum = sums.AsSpan(i * outputs + offset(t));
                    for (int k = 0; k < value.Length; k++)
                        sum[k] += scale * value[k];
                }
            }
        );
    }
}
