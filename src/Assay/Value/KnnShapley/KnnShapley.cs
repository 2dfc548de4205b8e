using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Exact Shapley values of rows in the game of nearest neighbours: signal <c>knn-shapley</c>.</summary>
/// <remarks>
/// <para>Source: Jia et al., "Efficient task-specific data valuation for nearest neighbor algorithms", arXiv 1908.08619. No
/// model is trained: O(n d + n log n) for each test row.</para>
/// <para>The utility of a set is the share of K votes that its nearest rows give to the right class (regression: minus the
/// squared error of the mean of K), averaged over test rows. Of equal distances the row that comes first is nearer.</para>
/// <code>
/// double[] values = KnnShapley.Classification(features, labels, testFeatures, testLabels, neighbours: 5);
/// </code>
/// </remarks>
[Method("value/knn-shapley", Paper = "data-shapley")]
public sealed class KnnShapley(KnnShapleyOptions options) : IValuer
{
    private const string Stage = "neighbours";
    private const int LeastBlock = 64,
        MostBlocks = 64;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The tables do not fit, or a value is missing.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        ValuedTable table = ValuedTable.Read(options, view, work.Dataset(options.Test), null, work);
        NeighbourGame game = GameOf(
            new(table.Features, options.Distance),
            options.Neighbours,
            options.Task == LabelKind.Classification ? table.Labels : null,
            table.Targets
        );
        Matrix test = table.TestFeatures!;
        int size = BlockOf(test.Rows),
            blocks = (test.Rows + size - 1) / size;
        int SizeOf(int block) => Math.Min(size, test.Rows - block * size);
        work.Make(
            Stage,
            blocks,
            (block, stream) =>
                stream.Write(
                    MemoryMarshal.AsBytes<double>(
                        SumOf(game, test, table.TestLabels, table.TestTargets, block * size, SizeOf(block))
                    )
                ),
            block => SizeOf(block),
            "test rows"
        );
        double[] values = new double[table.Features.Rows],
            part = new double[values.Length];
        for (int block = 0; block < blocks; block++)
        {
            using FileStream stream = work.Pieces.Open(Stage, block);
            stream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
            Add(values, part);
        }
        Divide(values, test.Rows);
        return [table.Signal("knn-shapley", values)];
    }

    /// <summary>The values of rows with classes; they sum to the utility of all rows.</summary>
    /// <param name="features">Rows that are valued, at least one.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="test">Rows that they are judged by, at least one, of as many columns.</param>
    /// <param name="testLabels">Their classes.</param>
    /// <param name="neighbours">Neighbours K that vote, at least 1; may exceed the number of rows.</param>
    /// <param name="distance">How far rows are from each other.</param>
    /// <exception cref="ArgumentException">There is no row, lengths differ, or a number is not finite.</exception>
    public static double[] Classification(
        Matrix features,
        int[] labels,
        Matrix test,
        int[] testLabels,
        int neighbours = 5,
        NeighbourDistance distance = NeighbourDistance.Euclidean
    ) => Values(features, labels, [], test, testLabels, [], neighbours, distance);

    /// <summary>The values of rows with numbers; they sum to what all rows lower the squared error of the mean.</summary>
    /// <param name="features">Rows that are valued, at least one.</param>
    /// <param name="targets">Their numbers.</param>
    /// <param name="test">Rows that they are judged by, at least one, of as many columns.</param>
    /// <param name="testTargets">Their numbers.</param>
    /// <param name="neighbours">Neighbours K whose mean predicts, at least 1; may exceed the number of rows.</param>
    /// <param name="distance">How far rows are from each other.</param>
    /// <exception cref="ArgumentException">There is no row, lengths differ, or a number is not finite.</exception>
    public static double[] Regression(
        Matrix features,
        double[] targets,
        Matrix test,
        double[] testTargets,
        int neighbours = 5,
        NeighbourDistance distance = NeighbourDistance.Euclidean
    ) => Values(features, null, targets, test, [], testTargets, neighbours, distance);

    private static double[] Values(
        Matrix features,
        int[]? labels,
        double[] targets,
        Matrix test,
        int[] testLabels,
        double[] testTargets,
        int k,
        NeighbourDistance distance
    )
    {
        CheckLengths("", features.Rows, labels?.Length ?? targets.Length);
        CheckLengths("test ", test.Rows, labels is null ? testTargets.Length : testLabels.Length);
        NeighbourGame game = GameOf(new(features, distance), k, labels, targets);
        int size = BlockOf(test.Rows);
        double[][] parts = new double[(test.Rows + size - 1) / size][];
        Workers.For(
            parts.Length,
            block =>
                parts[block] = SumOf(
                    game,
                    test,
                    testLabels,
                    testTargets,
                    block * size,
                    Math.Min(size, test.Rows - block * size)
                )
        );
        double[] values = new double[features.Rows];
        foreach (double[] part in parts)
            Add(values, part);
        Divide(values, test.Rows);
        return values;
    }

    private static NeighbourGame GameOf(Neighbours neighbours, int k, int[]? labels, double[] targets) =>
        labels is not null ? new(neighbours, k, labels) : new(neighbours, k, targets);

    private static double[] SumOf(
        NeighbourGame game,
        Matrix test,
        int[] labels,
        double[] targets,
        int first,
        int count
    ) =>
        game.Sum(
            test.Take([.. Enumerable.Range(first, count)]),
            labels.Length == 0 ? [] : labels.AsSpan(first, count),
            targets.Length == 0 ? [] : targets.AsSpan(first, count)
        );

    // Test rows of a block: few blocks, since each has a sum for every row that is valued.
    private static int BlockOf(int testRows) => Math.Max(LeastBlock, (testRows + MostBlocks - 1) / MostBlocks);

    private static void Add(double[] values, double[] part)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] += part[i];
    }

    private static void Divide(double[] values, int testRows)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] /= testRows;
    }

    private static void CheckLengths(string which, int rows, int labels)
    {
        if (rows == 0)
            throw new ArgumentException($"There is no {which}row.");
        if (rows != labels)
            throw new ArgumentException($"{labels} labels do not fit {rows} {which}rows.");
    }
}
